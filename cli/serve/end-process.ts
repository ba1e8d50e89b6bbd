import { remark } from '../terminal.ts';

/** Everything is closed; what still keeps the process going after this was left behind by a plugin. */
const GRACE_MS = 1_000;

/**
 * Ends the process with its exit code even when something keeps it going: a timer that a plugin did not clear. It waits a moment,
 * so that a process that ends by itself does.
 */
export function endSoon(): void {
  setTimeout(() => {
    const resources = new Set(process.getActiveResourcesInfo());
    remark(`Ended although something was still running: ${[...resources].join(', ')}.`);
    process.exit();
  }, GRACE_MS).unref();
}

/** Ends the process with exit code 1 when closing takes longer than this. Returns a function that calls it off. */
export function endWithin(ms: number): () => void {
  const timer = setTimeout(() => {
    remark(`Not everything was closed within ${ms / 1_000} s.`);
    process.exit(1);
  }, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
