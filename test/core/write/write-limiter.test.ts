import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { isLocked } from '../../../core/database/errors.ts';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { type Database, openDatabase, type Transaction } from '../../../core/database/pool.ts';
import { RustioError } from '../../../core/errors/rustio-error.ts';
import { tokenActor } from '../../../core/policy/actor.ts';
import { WriteLimiter } from '../../../core/write/write-limiter.ts';
import { testDatabase } from '../../support/database.ts';
import { suite } from '../../support/suite.ts';
import { userActor } from '../query/fixture.ts';

const test = suite('many concurrent changes');
let database: Database;
let writes: WriteLimiter;

test.before.each(async () => {
  database = await openDatabase((await testDatabase()).url, { maximumPoolSize: 5, lockTimeout: 300 });
  await database.query(sql.unsafe`create table thing as select id, 0 as n from generate_series(1, 2) id`);
  writes = new WriteLimiter(database);
});
test.after.each(() => database.close());

const save = (id: number) => (tx: Transaction) => tx.query(sql.unsafe`update thing set n = n + 1 where id = ${id}`);

/** Runs `work` while another program holds the lock of row 1. */
function whileLocked<T>(work: () => Promise<T>): Promise<T> {
  return withPlainConnection(database.url, async (other) => {
    await other.query('begin; select from thing where id = 1 for update');
    return work();
  });
}

test('one user who saves a locked row repeatedly does not delay the changes of others (F2)', async () => {
  const results = await whileLocked(async () => {
    const waiting = Array.from({ length: 12 }, () => writes.of(userActor(1)).transaction(save(1)));
    const settled = Promise.allSettled(waiting);
    const { rowCount } = await writes.of(userActor(2)).transaction(save(2));
    assert.is(rowCount, 1);
    assert.ok(database.connections.busy <= 2, String(database.connections.busy));
    return settled;
  });
  for (const result of results)
    assert.ok(result.status === 'fulfilled' || isLocked(result.reason) || isQueueFull(result.reason));
});

test('attack: a program with tokens of one user does not delay the changes of others', async () => {
  await whileLocked(async () => {
    const tokens = Array.from({ length: 12 }, (_, n) => tokenActor(`token ${n}`, 'all', userActor(1)));
    const settled = Promise.allSettled(tokens.map((token) => writes.of(token).transaction(save(1))));
    assert.is((await writes.of(userActor(2)).transaction(save(2))).rowCount, 1);
    assert.ok(database.connections.busy <= 2, String(database.connections.busy));
    return settled;
  });
});

test('thirty users who save the same locked row leave connections for other requests (F2)', async () => {
  const results = await whileLocked(async () => {
    const waiting = Array.from({ length: 30 }, (_, id) => writes.of(userActor(id)).transaction(save(1)));
    const settled = Promise.allSettled(waiting);
    const began = performance.now();
    await database.transaction(save(2));
    assert.ok(performance.now() - began < 2_000, 'it did not wait for the lock');
    // Fewer while one has just given up.
    assert.ok(database.connections.busy <= 3, String(database.connections.busy));
    return settled;
  });
  assert.ok(results.some(({ status }) => status === 'rejected'));
});

function isQueueFull(error: unknown): boolean {
  return error instanceof RustioError && error.code === 'RIO-HTTP-QUEUE';
}
