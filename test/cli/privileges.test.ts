import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Finding } from '../../cli/doctor/run-checks.ts';
import { testDatabase } from '../support/database.ts';
import { runSql } from '../support/run-sql.ts';
import { suite } from '../support/suite.ts';
import { newProject, RunningCli, runCli, runHere } from './run-cli.ts';

const test = suite('privileges of the database role');
const ROLE = `rustio_desk_${process.pid}`;
let folder: string;
let ownerUrl: string;
let url: string;

async function asOwner(text: string): Promise<void> {
  await runSql(ownerUrl, text);
}

async function finding(name: string, owner = ownerUrl): Promise<Finding | undefined> {
  const { stdout } = await runHere(folder, ['doctor', '--json'], { DATABASE_URL: url, DATABASE_OWNER_URL: owner });
  const { checks }: { checks: Finding[] } = JSON.parse(stdout);
  return checks.find((check) => check.name === name);
}

test.before(async () => {
  folder = await newProject();
  ({ url: ownerUrl } = await testDatabase());
  writeFileSync(
    path.join(folder, 'rustio.config.ts'),
    `import { defineConfig, defineModel, field } from 'rustio-admin';
    const stock = defineModel('stock', { table: 'depot.stock', fields: { id: field.identity(), name: field.text() }, managed: false });
    const ticket = defineModel('ticket', { fields: { id: field.identity(), name: field.text() }, managed: false });
    const report = defineModel('report', { fields: { id: field.identity(), name: field.text() }, managed: false, readOnly: true });
    export default defineConfig({ name: 'Desk', models: [ticket, report, stock] });`,
  );
  const migrated = await runHere(folder, ['migrate'], { DATABASE_URL: ownerUrl });
  assert.is(migrated.code, 0, migrated.stderr);
  await asOwner(`
    create table ticket (id serial primary key, name text not null);
    create table report (id serial primary key, name text not null);
    create schema depot;
    create table depot.stock (id serial primary key, name text not null);
    create role ${ROLE} login password 'x'`);
  const limited = new URL(ownerUrl);
  limited.username = ROLE;
  limited.password = 'x';
  url = limited.href;
});
test.after(() => asOwner(`drop owned by ${ROLE}; drop role ${ROLE}`));

test('doctor lists missing privileges with the statements that grant them (F20)', async () => {
  const result = await finding('privileges');
  assert.is(result?.status, 'failed');
  const fix = result?.fix ?? '';
  for (const line of [
    `grant delete, insert, select, update on rustio_session to ${ROLE};`,
    `grant insert, select on rustio_audit to ${ROLE};`,
    `grant select on rustio_migration to ${ROLE};`,
    `grant delete, insert, select, update on "ticket" to ${ROLE};`,
    `grant select on "report" to ${ROLE};`,
    `grant usage on sequence ticket_id_seq to ${ROLE};`,
    `grant usage on schema depot to ${ROLE};`,
    `grant delete, insert, select, update on "depot"."stock" to ${ROLE};`,
    `grant usage on sequence depot.stock_id_seq to ${ROLE};`,
  ])
    assert.match(fix, line);
  assert.match((await finding('unmanaged-tables'))?.message ?? '', 'stock: permission denied for schema depot.');
  assert.not.match(fix, 'report_id_seq');
  const { stderr } = await runCli(folder, ['start'], { DATABASE_URL: url, HOST: '0.0.0.0' });
  assert.match(stderr, 'RIO-DATABASE-PRIVILEGES');
  assert.match(stderr, /permission denied for (?:table rustio_|schema depot)/);

  await asOwner(fix);
  const granted = await finding('privileges');
  assert.is(granted?.status, 'ok', granted?.message);
  await asOwner(`revoke usage on sequence ticket_id_seq from ${ROLE}`);
  assert.is((await finding('privileges'))?.message, 'sequence ticket_id_seq: usage is not granted.');
});

test('doctor names a schema that lacks `usage` although its tables are granted', async () => {
  await asOwner(`grant usage on sequence ticket_id_seq to ${ROLE}; revoke usage on schema depot from ${ROLE}`);
  assert.is((await finding('privileges'))?.message, 'schema depot: usage is not granted.');
  await asOwner(`grant usage on schema depot to ${ROLE}; revoke insert on depot.stock from ${ROLE}`);
  assert.is((await finding('privileges'))?.message, '"depot"."stock": insert is not granted.');
});

test('the documented grants are sufficient for the tables of rustio-admin', async () => {
  const guide = readFileSync(new URL('../../docs/existing-database.md', import.meta.url), 'utf8');
  const grants = /```sql\n(grant [\s\S]*?)```/.exec(guide)?.[1] ?? '';
  assert.match(grants, 'to desk;');
  await asOwner(`revoke all on all tables in schema public from ${ROLE}`);
  await asOwner(grants.replaceAll('to desk;', `to ${ROLE};`));
  assert.not.match((await finding('privileges'))?.message ?? '', 'rustio_');
  await asOwner(`revoke select on rustio_audit_renamed_model from ${ROLE}`);
  assert.match((await finding('privileges'))?.message ?? '', 'rustio_audit_renamed_model: select is not granted.');
});

test('doctor also connects as the owner', async () => {
  const owner = async (change: (url: URL) => void) => {
    const changed = new URL(ownerUrl);
    change(changed);
    const result = await finding('owner-connection', changed.href);
    return `${result?.status}: ${result?.message}`;
  };
  assert.is(await owner(() => {}), 'ok: Migrations connect as postgres.');
  assert.match(
    await owner((each) => (each.pathname = '/postgres')),
    'failed: DATABASE_OWNER_URL and DATABASE_URL point to different',
  );
  assert.match(
    await owner((each) => (each.password = 'hunter2')),
    'failed: DATABASE_OWNER_URL: The database rejected the user',
  );
  assert.match(await owner((each) => (each.pathname = '/none_such')), 'failed: DATABASE_OWNER_URL: The database');
  assert.is(
    await owner((each) => {
      each.username = ROLE;
      each.password = 'x';
    }),
    'failed: The role in DATABASE_OWNER_URL does not have permission to create tables.',
  );
});

test('an unmanaged table in an inaccessible schema affects only its own pages', async () => {
  await asOwner(`revoke usage on schema depot from ${ROLE}; grant all on all tables in schema public to ${ROLE}`);
  const server = new RunningCli(folder, ['start'], { DATABASE_URL: url, HOST: '0.0.0.0' });
  const [, admin = ''] = await server.until(/^Admin: (.+)\n/m);
  assert.is((await fetch(new URL('/readyz', admin))).status, 200);
  await server.stop();
});

test('doctor reports a read-only role (F21)', async () => {
  await asOwner(`alter role ${ROLE} set default_transaction_read_only = on`);
  const result = await finding('privileges');
  assert.is(result?.status, 'failed');
  assert.match(result?.message ?? '', 'The database is read-only.');
});
