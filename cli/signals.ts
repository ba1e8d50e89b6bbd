/** A command that was asked to stop has this long to finish what it is doing. */
const GRACE_MS = 10_000;

/** The exit code of a process that SIGINT ended, by the convention of shells. */
export const INTERRUPTED = 130;

/**
 * A signal that is aborted by SIGINT and SIGTERM. Installing it keeps Node from ending the process at once, so it is made only when a
 * command asks for it. After that the command has ten seconds; a second signal ends the process as usual.
 */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    setTimeout(() => process.exit(INTERRUPTED), GRACE_MS).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}
