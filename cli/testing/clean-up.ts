// What tests leave running: servers, pools, browsers. All of it is closed once, when the tests of a process are through.
// Nothing here knows a test runner: Node reports that there is nothing left to do, and that is when.

const endings: (() => Promise<void> | void)[] = [];
let listens = false;

/** Registers work for the end of the process, in reverse order. */
export function atEnd(work: () => Promise<void> | void): void {
  endings.push(work);
  if (listens) return;
  listens = true;
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
  for (const work of endings.splice(0).reverse()) {
    try {
      await work();
    } catch (error) {
      process.exitCode = 1;
      console.error('Cleaning up after the tests failed:', error);
    }
  }
}
