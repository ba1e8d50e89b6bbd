// Closes what tests leave running (servers, pools, browsers) when the process has nothing left to do. This works with any test
// runner, because it relies on an event of Node.

const cleanUps: (() => Promise<void> | void)[] = [];
let isRegistered = false;

/** Registers work for the end of the process; it runs in reverse order. */
export function atEnd(work: () => Promise<void> | void): void {
  cleanUps.push(work);
  if (isRegistered) return;
  isRegistered = true;
  process.on('beforeExit', () => void cleanUp());
}

/**
 * Closes what the helpers have opened in this process: browsers and the database server. This happens automatically when the
 * process has nothing left to do, but an open browser prevents that. Call it if the test runner ends its processes with
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
