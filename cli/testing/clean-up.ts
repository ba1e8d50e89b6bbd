// Closes what tests leave running (servers, pools, browsers) when the tests of a process are done. It works with any test runner:
// Node reports when a process has nothing left to do.

const cleanUps: (() => Promise<void> | void)[] = [];
let isRegistered = false;

/** Registers work for the end of the process, in reverse order. */
export function atEnd(work: () => Promise<void> | void): void {
  cleanUps.push(work);
  if (isRegistered) return;
  isRegistered = true;
  process.on('beforeExit', () => void cleanUp());
}

/**
 * Closes what the helpers have opened in this process: browsers, the database server. It runs by itself when a process has
 * nothing left to do; a browser that is not closed keeps that from happening. Call it from a runner that ends its processes with
 * `process.exit`.
 *
 * @example
 * // vitest.config.ts names this file in `globalSetup`
 * export const teardown = () => cleanUp();
 */
export async function cleanUp(): Promise<void> {
  for (const work of cleanUps.splice(0).reverse()) {
    try {
      await work();
    } catch (error) {
      process.exitCode = 1;
      console.error('Cleaning up after the tests failed:', error);
    }
  }
}
