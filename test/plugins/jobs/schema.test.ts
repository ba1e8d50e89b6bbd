// The tables of graphile-worker, which our migrations create.
import { fileURLToPath } from 'node:url';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import * as assert from 'uvu/assert';
import { down } from '../../../core/migrate/down.ts';
import { migrate } from '../../../core/migrate/run.ts';
import { startPlugins } from '../../../core/process/start-plugins.ts';
import { SCHEMA_VERSION } from '../../../plugins/jobs/schema-version.ts';
import { testDatabase } from '../../support/database.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { queryRows, runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { until } from '../../support/until.ts';
import { notes, openDesk } from './fixture.ts';

const test = suite('jobs: tables');
const folder = fileURLToPath(new URL('../../../plugins/jobs/migrations/', import.meta.url));
const sources = [{ name: 'jobs', folder }];

/** Everything in the schema of the queue, except row-level security, which our migration disables. */
const CATALOGUE = `
  select concat_ws(
    ' ', 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
    pg_get_expr(d.adbin, d.adrelid)
  ) as item
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where c.relnamespace = 'graphile_worker'::regnamespace and a.attnum > 0 and not a.attisdropped and c.relkind <> 'i'
  union all
  select 'index ' || pg_get_indexdef(indexrelid) from pg_index
  join pg_class c on c.oid = indexrelid where c.relnamespace = 'graphile_worker'::regnamespace
  union all
  select concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
  from pg_constraint where connamespace = 'graphile_worker'::regnamespace
  union all
  select 'function ' || pg_get_functiondef(oid) from pg_proc where pronamespace = 'graphile_worker'::regnamespace
  union all
  select 'trigger ' || pg_get_triggerdef(t.oid) from pg_trigger t
  join pg_class c on c.oid = t.tgrelid where c.relnamespace = 'graphile_worker'::regnamespace and not t.tgisinternal
  union all
  select 'view ' || pg_get_viewdef(oid) from pg_class where relnamespace = 'graphile_worker'::regnamespace and relkind = 'v'
  union all
  select concat_ws(' ', 'type', typname, typtype) from pg_type where typnamespace = 'graphile_worker'::regnamespace
  union all
  select concat_ws(' ', 'migration', id, breaking) from graphile_worker.migrations
  order by item`;

/** The package quotes the name of the schema. */
function unquoted(text: string): string {
  return text.replaceAll('"graphile_worker"', 'graphile_worker');
}

test('the migrations create exactly what the installed version of graphile-worker would create', async () => {
  const [ours, theirs] = [await testDatabase(), await testDatabase()];
  await migrate(ours.url, sources, { by: 'tests' });
  const pool = new pg.Pool({ connectionString: theirs.url });
  pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}));
  await runMigrations({ pgPool: pool });
  await pool.end();
  const itemsOf = async (url: string) =>
    new Set((await queryRows(url, CATALOGUE)).map(({ item }) => unquoted(String(item))));
  const [created, expected] = [await itemsOf(ours.url), await itemsOf(theirs.url)];
  assert.ok(expected.size > 50);
  assert.equal([...created.symmetricDifference(expected)], []);
  assert.equal(await queryRows(theirs.url, 'select max(id) as version from graphile_worker.migrations'), [
    { version: SCHEMA_VERSION },
  ]);
  await Promise.all([ours.drop(), theirs.drop()]);
});

test('the migrations can be reverted', async () => {
  const { url, drop } = await testDatabase();
  await migrate(url, sources, { by: 'tests' });
  await down(url, sources, { confirmed: 'all', steps: 2, source: 'jobs' });
  const left = await queryRows(
    url,
    "select nspname from pg_namespace where nspname = 'graphile_worker' union all select relname from pg_class where relname like 'rustio_job%'",
  );
  assert.equal(left, []);
  await drop();
});

test('a process does not run jobs on tables of another version, and does not change them', async () => {
  const desk = await openDesk();
  await runSql(desk.app.database.url, `delete from graphile_worker.migrations where id = ${SCHEMA_VERSION}`);
  const error = await rustioFailureOf(desk.runDue());
  assert.equal(
    [error.code, error.parts.problem],
    ['RIO-JOBS-SCHEMA', 'The tables of the job queue have version 19, but this release needs 20.'],
  );
  const started = await rustioFailureOf(startPlugins(desk.booted, 'worker'));
  assert.match(JSON.stringify(started.parts), 'this release needs 20');
  assert.is((await desk.check('jobs-queue')).status, 'failed');
  assert.equal(await queryRows(desk.app.database.url, 'select max(id) as version from graphile_worker.migrations'), [
    { version: SCHEMA_VERSION - 1 },
  ]);
  await desk.close();
});

test('a worker waits for pending migrations, even while the database fails, and then runs jobs', async () => {
  const desk = await openDesk({ pollMs: 50 });
  const { url } = desk.app.database;
  await runSql(url, 'alter schema graphile_worker rename to not_yet');
  const worker = await startPlugins(desk.booted, 'worker');
  await runSql(
    url,
    'alter table not_yet.migrations rename column id to other; alter schema not_yet rename to graphile_worker',
  );
  await until(() => desk.errors.length > 0);
  assert.match(String(desk.errors[0]?.msg), 'could not be read; retrying');
  await runSql(url, 'alter table graphile_worker.migrations rename column other to id');
  notes.length = 0;
  await desk.note('after the migration');
  await until(() => notes.includes('after the migration'));
  await worker.stop();
  await desk.close();
});

test('a role with only the documented privileges can enqueue and run jobs', async () => {
  const role = `rustio_jobs_${process.pid}`;
  const { url, drop } = await testDatabase();
  await migrate(url, sources, { by: 'tests' });
  await runSql(
    url,
    `create role ${role};
    grant usage on schema graphile_worker to ${role};
    grant select, insert, update, delete on all tables in schema graphile_worker to ${role};`,
  );
  await runSql(
    url,
    `set role ${role}; select graphile_worker.add_job('x', '{}'); update graphile_worker._private_jobs set attempts = 1`,
  );
  assert.equal(await queryRows(url, 'select attempts::integer as attempts from graphile_worker._private_jobs'), [
    { attempts: 1 },
  ]);
  await runSql(url, `drop owned by ${role}; drop role ${role}`);
  await drop();
});
