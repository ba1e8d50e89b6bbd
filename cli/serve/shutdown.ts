// Shutdown of a serving process: the signals that request it, and its time limits.
import { setTimeout as wait } from 'node:timers/promises';
import { printToStderr } from '../terminal.ts';

/** npm forwards a Ctrl-C that the terminal has already sent to this process: a signal within this time counts as the same one. */
const SAME_KEYSTROKE_MS = 500;

/**
 * Resolves on the first Ctrl-C or SIGTERM, and, with `hangUp`, when the terminal is closed. A second signal during the shutdown ends
 * the process immediately.
 */
export function stopSignal({ hangUp = true } = {}): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      if (first === undefined) {
        first = performance.now();
        resolve(signal);
      } else if (performance.now() - first > SAME_KEYSTROKE_MS) {
        process.exit(130);
      }
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    // Without a terminal, as under `nohup`, the process must keep running.
    if (hangUp && process.stdin.isTTY) process.on('SIGHUP', onSignal);
  });
}

/** How long a start that is asked to stop may take to complete what it is doing, such as a migration. */
const INTERRUPTED_MS = 5_000;

/**
 * Waits for a start, which may itself wait for another process that migrates, or for the service of a plugin. False if `stop` resolved
 * first; then the start has had a few seconds to complete.
 */
export async function hasStarted(start: Promise<unknown>, stop: Promise<unknown>): Promise<boolean> {
  // fault: start-cannot-be-stopped
  const started = await Promise.race([start.then(() => true), stop.then(() => false)]);
  if (started) return true;
  const timer = new AbortController();
  await Promise.race([start, wait(INTERRUPTED_MS, undefined, { signal: timer.signal })]);
  timer.abort();
  return false;
}

/** How long a process may take to exit by itself once everything is closed. */
const GRACE_MS = 1_000;

/**
 * Ends the process even if something keeps it alive, such as a timer that a plugin did not clear. Waits briefly first, so that
 * the process can exit by itself.
 */
export function endSoon(): void {
  setTimeout(() => {
    const resources = new Set(process.getActiveResourcesInfo());
    printToStderr(`Exited while these were still active: ${[...resources].join(', ')}.`);
    process.exit();
  }, GRACE_MS).unref();
}

/** Exits with code 1 if closing takes longer than this. Returns a function that cancels the limit. */
export function endWithin(ms: number): () => void {
  const timer = setTimeout(() => {
    printToStderr(`Shutdown did not complete within ${ms / 1_000} s.`);
    process.exit(1);
  }, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
