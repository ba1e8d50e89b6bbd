// A pooler in transaction mode assigns another server connection to each transaction: nothing may be kept in a session.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { type Database, openDatabase } from '../../../core/database/pool.ts';
import { withScope } from '../../../core/database/scope.ts';
import { migrate } from '../../../core/migrate/run.ts';
import { testDatabase } from '../../support/database.ts';
import { databaseProxy } from '../../support/database-proxy.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';

const test = suite('behind a pooler');
let database: Database;

const prepared = sql.type(z.object({ n: z.number() }))`select count(*)::int4 as n from pg_prepared_statements`;

test.before.each(async () => {
  const { url } = await testDatabase();
  database = await openDatabase(url, { pooler: 'transaction', maximumPoolSize: 1, statementTimeout: 12_345 });
});
test.after.each(() => database.close());

const settings = sql.type(z.record(z.string(), z.string()))`
  select
    current_setting('statement_timeout') as statement,
    current_setting('lock_timeout') as lock,
    current_setting('jit') as jit,
    current_setting('app.tenant', true) as tenant
`;

test('every transaction has our settings, including single statements and those in a scope (F10)', async () => {
  const expected = { statement: '12345ms', lock: '5s', jit: 'off' };
  const inScope = <T>(work: () => Promise<T>) => withScope({ settings: { 'app.tenant': '7' } }, work);
  assert.equal({ ...(await inScope(() => database.one(settings))) }, { ...expected, tenant: '7' });
  assert.equal(
    { ...(await inScope(() => database.transaction((tx) => tx.one(settings)))) },
    { ...expected, tenant: '7' },
  );
  assert.equal({ ...(await database.one(settings)) }, { ...expected, tenant: '' });
  assert.equal({ ...(await database.transaction((tx) => tx.one(settings))) }, { ...expected, tenant: '' });
});

test('no statement is prepared (F10)', async () => {
  for (let at = 0; at < 4; at += 1) assert.is(await database.oneFirst(prepared), 0);
});

test('an undeclared pooler is detected: nothing is prepared, and migrations are rejected (F10)', async () => {
  const { url } = await databaseProxy((await testDatabase()).url, { asPooler: true });
  const detecting = await openDatabase(url, { maximumPoolSize: 1 });
  for (let at = 0; at < 4; at += 1) assert.is(await detecting.oneFirst(prepared), 0);
  await detecting.close();
  const rejected = await rustioFailureOf(migrate(url, [], { by: 'tests' }));
  assert.is(rejected.code, 'RIO-DATABASE-POOLER');
});
