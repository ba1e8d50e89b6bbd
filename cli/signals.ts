/**
 * A signal that is aborted by SIGINT and SIGTERM. Installing it keeps Node from ending the process at once, so it is made only when
 * a command asks for it; a second signal ends the process as usual.
 */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort(name));
  return controller.signal;
}
