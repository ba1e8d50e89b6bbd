import { setTimeout as wait } from 'node:timers/promises';

const TIMEOUT_MS = 60_000;

/** Waits until the condition is true; fails after a minute. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + TIMEOUT_MS;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('The condition was not true within a minute.');
    await wait(10);
  }
}
