// A connection whose other end is gone reports nothing. Nothing may wait for it indefinitely.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { isUnavailable } from '../../../core/database/errors.ts';
import { type Database, openDatabase } from '../../../core/database/pool.ts';
import { testDatabase } from '../../support/database.ts';
import { type DatabaseProxy, databaseProxy } from '../../support/database-proxy.ts';
import { failureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';

const test = suite('silent connections: real timeouts');
const one = sql.unsafe`select 1 as one`;
let proxy: DatabaseProxy;
let database: Database;

async function open(options: Parameters<typeof openDatabase>[1] = {}): Promise<void> {
  proxy = await databaseProxy((await testDatabase()).url);
  database = await openDatabase(proxy.url, options);
}
test.after.each(() => database.close());

test('if one connection is silent, all idle ones are checked, so that only one request fails (F1)', async () => {
  await open({ statementTimeout: 500, maximumPoolSize: 6 });
  await Promise.all(Array.from({ length: 6 }, () => database.query(sql.unsafe`select pg_sleep(0.1)`)));
  assert.is(database.connections.idle, 6);
  proxy.drop();
  await failureOf(database.query(one));
  let failures = 0;
  while (
    await database.query(one).then(
      () => false,
      () => true,
    )
  )
    failures += 1;
  assert.is(failures, 0, 'those that are found out to be dead have not been used');
  assert.is(await database.oneFirst(one), 1);
});

test('a transaction that cannot begin on a dead connection begins on another one (F1)', async () => {
  await open({ maximumPoolSize: 1 });
  await database.query(one);
  proxy.drop();
  const began = performance.now();
  // Nothing was done on the dead connection, so it is replaced.
  assert.is(await database.transaction((tx) => tx.oneFirst(one)), 1);
  assert.ok(performance.now() - began < 10_000);
});

test('a statement is given up on if its response was lost, but not while the server is working on it (F1)', async () => {
  await open({ maximumPoolSize: 2 });
  const slow = database.query(sql.unsafe`select pg_sleep(7)`);
  const kept = await slow;
  assert.is(kept.rowCount, 1);
  const lost = database.query(sql.unsafe`select pg_sleep(0.2)`);
  proxy.drop();
  const began = performance.now();
  const error = await failureOf(lost);
  assert.ok(isUnavailable(error), String(error));
  assert.ok(performance.now() - began < 10_000, String(performance.now() - began));
});

test('while a server is silent, statements and new connections fail; afterwards it is used again (F1)', async () => {
  await open({ statementTimeout: 100 });
  await database.query(one);
  proxy.stall();
  for (let at = 0; at < 2; at += 1) assert.ok(isUnavailable(await failureOf(database.query(one))));
  proxy.resume();
  assert.is(await database.oneFirst(one), 1);
});
