// A connection whose other end is gone reports nothing. Nothing may wait for it indefinitely.
import { setImmediate } from 'node:timers/promises';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { isLocked, isUnavailable } from '../../../core/database/errors.ts';
import { type Database, openDatabase } from '../../../core/database/pool.ts';
import { testDatabase } from '../../support/database.ts';
import { type DatabaseProxy, databaseProxy } from '../../support/database-proxy.ts';
import { failureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';

const test = suite('silent connections');
const one = sql.unsafe`select 1 as one`;
let proxy: DatabaseProxy;
let database: Database;

async function open(options: Parameters<typeof openDatabase>[1] = {}): Promise<void> {
  proxy = await databaseProxy((await testDatabase()).url);
  database = await openDatabase(proxy.url, options);
}
test.after.each(() => database.close());

test('a statement is given up on two seconds after the server should have cancelled it (F1)', async () => {
  await open({ statementTimeout: 100 });
  await database.query(one);
  proxy.drop();
  const error = await failureOf(database.query(one));
  assert.ok(isUnavailable(error), String(error));
  assert.match(String(error instanceof Error && error.cause), 'did not respond within 2.1 s');
  assert.is(await database.oneFirst(one), 1, 'the next one has a new connection');
});

test('a statement is completed if the process is paused while its response arrives', async () => {
  await open({ statementTimeout: 100 });
  await database.query(one);
  const running = database.query(one);
  // After this, timers run before anything is read.
  await setImmediate();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500);
  assert.is((await running).rowCount, 1);
});

test('a query does not wait indefinitely for a connection of a busy pool (F2)', async () => {
  await open({ maximumPoolSize: 1, waitTimeout: 1_000 });
  const entered = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  const slow = database.transaction(async (tx) => {
    await tx.query(one);
    entered.resolve();
    await finished.promise;
  });
  // Opening the connection may take too long on a busy machine.
  await Promise.race([entered.promise, slow]);
  const error = await failureOf(database.query(one));
  finished.resolve();
  await slow;
  assert.ok(isUnavailable(error), String(error));
  assert.is(await database.oneFirst(one), 1, 'its place in the queue was given up');
});

test('a statement waits for a lock for at most five seconds (F2)', async () => {
  await open();
  await database.query(sql.unsafe`create table thing (id int)`);
  const error = await database.transaction(async (tx) => {
    await tx.query(sql.unsafe`lock table thing`);
    const other = await openDatabase(proxy.url, { lockTimeout: 50 });
    const failed = await failureOf(other.query(sql.unsafe`insert into thing values (1)`));
    await other.close();
    return failed;
  });
  assert.ok(isLocked(error), String(error));
  assert.is(await database.oneFirst(sql.unsafe`select current_setting('lock_timeout')`), '5s');
});
