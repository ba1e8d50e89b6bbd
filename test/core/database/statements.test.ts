import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { type Database, openDatabase } from '../../../core/database/pool.ts';
import { StatementNames } from '../../../core/database/statement-names.ts';
import { testDatabase } from '../../support/database.ts';
import { failureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';

const test = suite('statements');
let database: Database;

test.before.each(async () => {
  const { url } = await testDatabase();
  database = await openDatabase(url, { maximumPoolSize: 1, applicationName: 'statements test' });
});
test.after.each(() => database.close());

const Prepared = z.object({ name: z.string(), statement: z.string() });
const prepared = () => database.any(sql.type(Prepared)`select name, statement from pg_prepared_statements`);

test('a statement is prepared on its second use, and reused from then on', async () => {
  const query = (key: number) => database.oneFirst(sql.unsafe`select ${key}::int4 as queried`);
  const preparedQueries = async () => (await prepared()).filter(({ statement }) => statement.includes('as queried'));
  await query(1);
  assert.equal(await preparedQueries(), []);
  await query(2);
  const [first, ...others] = await preparedQueries();
  assert.match(first?.name ?? '', /^rustio_/);
  assert.equal(others, []);
  assert.is(await query(3), 3);
  assert.equal(await preparedQueries(), [first]);
});

test('at most 500 statements have names: the most recently used ones', () => {
  const names = new StatementNames();
  const texts = Array.from({ length: 600 }, (_, index) => `select ${index}`);
  const nameTwice = (text: string) => [names.nameOf(text), names.nameOf(text)][1];
  const first = nameTwice('select 0');
  for (const text of texts) nameTwice(text);
  names.nameOf('select 300');
  for (let more = 0; more < 450; more += 1) nameTwice(`select ${more} more`);
  assert.ok(names.nameOf('select 300') !== undefined, 'still in use');
  assert.is(names.nameOf('select 200'), undefined);
  assert.is(nameTwice('select 0'), first, 'the same text has the same name again');
});

test('a connection does not keep every statement prepared, so many sort orders do not fill the memory', async () => {
  const query = (at: number) => database.oneFirst(sql.unsafe`select ${sql.literalValue(String(at))} as many`);
  for (let at = 0; at < 450; at += 1) {
    await query(at);
    assert.is(await query(at), String(at));
  }
  const kept = (await prepared()).length;
  assert.ok(kept > 20 && kept <= 210, String(kept));
  for (const at of [0, 200, 449]) assert.is(await query(at), String(at), 'prepared again');
});

test('statements that are used once do not use up the names', () => {
  const names = new StatementNames();
  for (let index = 0; index < 10_000; index++) names.nameOf(`select ${index} once`);
  names.nameOf('select often');
  assert.ok(names.nameOf('select often'));
});

test('a prepared statement still works after a change of its table', async () => {
  await database.query(sql.unsafe`create table thing (id int4)`);
  await database.query(sql.unsafe`insert into thing values (1)`);
  const all = () => database.any(sql.unsafe`select * from thing`);
  await all();
  await all();
  await database.query(sql.unsafe`alter table thing add column name text default 'new'`);
  assert.equal(await all(), [{ id: 1, name: 'new' }]);
  assert.equal(await all(), [{ id: 1, name: 'new' }]);
});

test('after a change of its table, a transaction fails once and works again afterwards', async () => {
  await database.query(sql.unsafe`create table thing (id int4)`);
  const all = () => database.transaction((tx) => tx.any(sql.unsafe`select * from thing`));
  await all();
  await all();
  await database.query(sql.unsafe`alter table thing add column name text`);
  assert.match(String(await failureOf(all())), 'cached plan');
  assert.equal(await all(), []);
});

test('two statements in one query are rejected', async () => {
  const error = await failureOf(database.query(sql.unsafe`select 1; select 2`));
  assert.match(String(error), 'multiple commands');
});

test('the connection has an application name', async () => {
  const name = await database.oneFirst(
    sql.type(z.object({ name: z.string() }))`select current_setting('application_name') as name`,
  );
  assert.is(name, 'statements test');
});

test('a pool opens and closes without a server', async () => {
  const unreachable = await openDatabase('postgres://nobody@127.0.0.1:1/nothing');
  await unreachable.close();
  assert.is(unreachable.url, 'postgres://nobody@127.0.0.1:1/nothing');
});
