import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import type { TestApp } from './app.ts';
import type { DatabaseProxy } from './database-proxy.ts';

/** Whether each part of a change is in the database. */
export type Parts = Readonly<Record<string, boolean>>;

export interface BrokenChange<Subject> {
  /** Prepares a subject of its own. */
  prepare(n: number): Promise<Subject>;
  run(subject: Subject): Promise<unknown>;
  parts(subject: Subject): Promise<Parts>;
}

/**
 * Breaks the connection before the first statement of a change, then before the second, and so on, until the change is complete: each time,
 * all of it must be in the database or nothing.
 */
export async function atEveryStatement<Subject>(
  { desk, proxy }: { readonly desk: TestApp; readonly proxy: DatabaseProxy },
  { prepare, run, parts }: BrokenChange<Subject>,
): Promise<void> {
  for (let n = 0; n < 150; n += 1) {
    await desk.app.database.query(sql.unsafe`truncate rustio_attempt`);
    const subject = await prepare(n);
    const stop = proxy.breakAfter(n);
    await run(subject);
    const hasBroken = stop();
    const found = await parts(subject);
    assert.is(new Set(Object.values(found)).size, 1, `before statement ${n + 1}: ${JSON.stringify(found)}`);
    if (hasBroken) continue;
    assert.ok(n >= 8, `only ${n} statements`);
    assert.is(Object.values(found)[0], true, 'the complete change');
    return;
  }
  throw new Error('The change has no end.');
}
