import { EventEmitter, once } from 'node:events';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { ConsoleTransaction } from '../../cli/console/console-transaction.ts';
import { type Database, openDatabase } from '../../core/database/pool.ts';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';

const test = suite('console: its transaction');
let database: Database;

test.before(async () => {
  const { url } = await testDatabase();
  database = await openDatabase(url);
  await database.query(sql.unsafe`create table thing (id int4 primary key)`);
});
test.after(() => database.close());

const add = (transaction: ConsoleTransaction, id: number) =>
  transaction.run(() => transaction.tx.query(sql.unsafe`insert into thing values (${id})`));
const stored = async () => [...(await database.anyFirst(sql.unsafe`select id from thing order by id`))];

test('uncommitted changes are rolled back after a period without input; the server has its own limit', async () => {
  const events = new EventEmitter();
  const transaction = new ConsoleTransaction({
    database,
    cancelPool: database,
    isReadOnly: false,
    idleMs: 50,
    onRolledBack: (what, why) => events.emit('rolled back', what, why),
  });
  const rolledBack = once(events, 'rolled back');
  await add(transaction, 1);
  assert.equal(await rolledBack, [{ changes: 0, isWritten: true }, 'idle']);
  assert.equal(await stored(), []);
  const limit = () =>
    transaction.call((tx) => tx.oneFirst(sql.unsafe`select current_setting('idle_in_transaction_session_timeout')`));
  assert.is(await transaction.run(limit), '15min');
});

test('a failing input undoes only its own changes', async () => {
  const transaction = new ConsoleTransaction({
    database,
    cancelPool: database,
    isReadOnly: false,
    onRolledBack: () => {},
  });
  await add(transaction, 1);
  const failing = transaction.run(async () => {
    await transaction.call((tx) => tx.query(sql.unsafe`insert into thing values (2)`));
    transaction.countChange();
    throw new Error('after the change');
  });
  assert.match(String(await failing.catch((error: unknown) => error)), 'after the change');
  assert.equal(transaction.uncommitted, { changes: 0, isWritten: true });
  // It hides an error that has aborted the transaction.
  const hiding = transaction.run(() => transaction.tx.query(sql.unsafe`insert into thing values (1)`).catch(() => {}));
  assert.match(String(await hiding.catch((error: unknown) => error)), 'current transaction is aborted');
  await add(transaction, 3);
  assert.equal(await transaction.commit(), { changes: 0, isWritten: true });
  assert.equal(await stored(), [1, 3]);
});

test('if the database rejects the commit, the error is thrown and nothing is kept', async () => {
  await database.query(sql.unsafe`
    create table part (id int4 primary key, thing int4 references thing deferrable initially deferred)
  `);
  const transaction = new ConsoleTransaction({
    database,
    cancelPool: database,
    isReadOnly: false,
    onRolledBack: () => {},
  });
  await transaction.run(() => transaction.tx.query(sql.unsafe`insert into part values (1, 99)`));
  assert.match(String(await transaction.commit().catch((error: unknown) => error)), 'foreign key constraint');
  assert.equal(transaction.uncommitted, { changes: 0, isWritten: false });
  await add(transaction, 4);
  await transaction.commit();
  assert.equal(await stored(), [1, 3, 4]);
});
