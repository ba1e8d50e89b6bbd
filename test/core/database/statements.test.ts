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

test('a statement is prepared when it comes for the second time, and used from then on', async () => {
  const ask = (key: number) => database.oneFirst(sql.unsafe`select ${key}::int4 as asked`);
  const asked = async () => (await prepared()).filter(({ statement }) => statement.includes('as asked'));
  await ask(1);
  assert.equal(await asked(), []);
  await ask(2);
  const [first, ...others] = await asked();
  assert.match(first?.name ?? '', /^rustio_/);
  assert.equal(others, []);
  assert.is(await ask(3), 3);
  assert.equal(await asked(), [first]);
});

test('there are never more than 500 names', () => {
  const names = new StatementNames();
  const texts = Array.from({ length: 600 }, (_, index) => `select ${index}`);
  for (const text of texts) names.nameOf(text);
  const given = texts.map((text) => names.nameOf(text)).filter((name) => name !== undefined);
  assert.is(new Set(given).size, 500);
  assert.is(names.nameOf('select 0'), given[0]);
});

test('texts that come once do not use up the names', () => {
  const names = new StatementNames();
  for (let index = 0; index < 10_000; index++) names.nameOf(`select ${index} once`);
  names.nameOf('select often');
  assert.ok(names.nameOf('select often'));
});

test('a prepared statement survives a change of its table', async () => {
  await database.query(sql.unsafe`create table thing (id int4)`);
  await database.query(sql.unsafe`insert into thing values (1)`);
  const all = () => database.any(sql.unsafe`select * from thing`);
  await all();
  await all();
  await database.query(sql.unsafe`alter table thing add column name text default 'new'`);
  assert.equal(await all(), [{ id: 1, name: 'new' }]);
  assert.equal(await all(), [{ id: 1, name: 'new' }]);
});

test('after such a change a transaction fails once, and then no more', async () => {
  await database.query(sql.unsafe`create table thing (id int4)`);
  const all = () => database.transaction((tx) => tx.any(sql.unsafe`select * from thing`));
  await all();
  await all();
  await database.query(sql.unsafe`alter table thing add column name text`);
  assert.match(String(await failureOf(all())), 'cached plan');
  assert.equal(await all(), []);
});

test('two statements in one query are refused', async () => {
  const error = await failureOf(database.query(sql.unsafe`select 1; select 2`));
  assert.match(String(error), 'multiple commands');
});

test('the connection says whose it is', async () => {
  const name = await database.oneFirst(
    sql.type(z.object({ name: z.string() }))`select current_setting('application_name') as name`,
  );
  assert.is(name, 'statements test');
});

test('a pool opens without a server, and is closed without one', async () => {
  const nowhere = await openDatabase('postgres://nobody@127.0.0.1:1/nothing');
  await nowhere.close();
  assert.is(nowhere.url, 'postgres://nobody@127.0.0.1:1/nothing');
});
