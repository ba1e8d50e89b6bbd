// Black box: PgBouncer in transaction mode, which assigns another server connection to each transaction. Requires PgBouncer.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { environmentChecks } from '../../cli/doctor/environment-checks.ts';
import { explain } from '../../cli/report-error.ts';
import { openDatabase } from '../../core/database/pool.ts';
import { migrate } from '../../core/migrate/run.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type Client, formFieldsOf } from '../support/client.ts';
import { testDatabase } from '../support/database.ts';
import { failureOf, rustioFailureOf } from '../support/failure.ts';
import { hasPgBouncer, pgBouncer } from '../support/pgbouncer.ts';
import { suite } from '../support/suite.ts';
import { ADD, allPermissions, config } from './embedded-app.ts';

const test = suite('http: behind PgBouncer');
/** What PgBouncer 1.18 must ignore so that clients may send our settings at all. */
const ignored = 'options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout';
const PAGES = ['/admin', '/admin/parcels', '/admin/parcels?q=Anvil', '/admin/parcels/1', '/admin/parcels/1/+edit'];

async function under(
  settings: Readonly<Record<string, string>>,
  pooler: 'transaction' | undefined,
  work: (app: TestApp, people: readonly Client[]) => Promise<void>,
): Promise<void> {
  const app = await testApp(config, {
    connectVia: (url) => pgBouncer(url, settings),
    environment: { databasePooler: pooler },
  });
  try {
    const people: Client[] = [];
    for (let at = 0; at < 8; at += 1) people.push(await app.signInAs('staff', allPermissions));
    const { database } = app.app;
    await database.query(sql.unsafe`insert into parcel (name) values ('Anvil')`);
    await work(app, people);
  } finally {
    await app.close();
  }
}

/** Eight people open pages and save at the same time, on four server connections. */
async function use(app: TestApp, people: readonly Client[]): Promise<void> {
  await Promise.all(
    people.map(async (person, at) => {
      for (let round = 0; round < 12; round += 1) {
        for (const path of PAGES) assert.is((await person.get(path)).status, 200, path);
        const fields = formFieldsOf((await person.get(ADD)).text, ADD);
        assert.is((await person.post(ADD, { ...fields, name: `Thing ${at} ${round}` })).status, 303);
      }
    }),
  );
  assert.equal(app.errors, []);
  const { database } = app.app;
  assert.is(await database.oneFirst(sql.unsafe`select count(*)::int4 from parcel where name like 'Thing %'`), 96);
}

test('transaction mode, declared by DATABASE_POOLER: no result is wrong (F10)', async () => {
  if (!hasPgBouncer()) return;
  await under({ pool_mode: 'transaction' }, 'transaction', use);
});

test('transaction mode, not declared: statements are not prepared, so no result is wrong (F10)', async () => {
  if (!hasPgBouncer()) return;
  await under({ pool_mode: 'transaction', ignore_startup_parameters: ignored }, undefined, use);
});

test('session mode needs no declaration (F10)', async () => {
  if (!hasPgBouncer()) return;
  await under({ pool_mode: 'session', default_pool_size: '40', ignore_startup_parameters: ignored }, undefined, use);
});

test('migrations through it are rejected, and doctor reports it (F10)', async () => {
  if (!hasPgBouncer()) return;
  const { url } = await testDatabase();
  const through = await pgBouncer(url, { pool_mode: 'transaction', ignore_startup_parameters: ignored });
  const rejected = await rustioFailureOf(migrate(through, [], { by: 'tests' }));
  assert.is(rejected.code, 'RIO-DATABASE-POOLER');
  const check = environmentChecks.find(({ name }) => name === 'pooler');
  const database = await openDatabase(through);
  const project = { environment: {} };
  const run = check?.run as (context: object) => Promise<{ readonly status: string; readonly fix: string }>;
  const finding = await run({ database, project });
  assert.is(finding.status, 'warning');
  assert.match(finding.fix, 'DATABASE_POOLER=transaction');
  await database.close();
});

test('the error names PgBouncer if it rejects startup parameters (F10)', async () => {
  if (!hasPgBouncer()) return;
  const database = await openDatabase(await pgBouncer((await testDatabase()).url, { pool_mode: 'transaction' }));
  const rejected = explain(await failureOf(database.query(sql.unsafe`select`)));
  assert.is(rejected.code, 'RIO-DATABASE-POOLER');
  await database.close();
});
