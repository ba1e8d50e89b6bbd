import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Finding } from '../../cli/doctor/run-checks.ts';
import { testDatabase } from '../support/database.ts';
import { runSql } from '../support/run-sql.ts';
import { suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { link, moved, newProject, runCli, runHere } from './run-cli.ts';

const test = suite('doctor');

async function diagnose(folder: string, environment: Record<string, string>) {
  const { code, stdout, stderr } = await runHere(folder, ['doctor', '--json'], environment);
  const report: { ok: boolean; checks: Finding[] } = JSON.parse(stdout);
  const of = (name: string) => {
    const finding = report.checks.find((check) => check.name === name);
    if (finding === undefined) throw new Error(`no check "${name}" in ${stdout}\n${stderr}`);
    return finding;
  };
  return { code, report, of };
}

test('checks fail on a new database, and pass once it is set up', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  const environment = { DATABASE_URL: url };
  const before = await diagnose(folder, environment);
  assert.is(before.code, 1);
  assert.is(before.report.ok, false);
  assert.is(before.of('database').status, 'ok');
  assert.match(before.of('database').message, /PostgreSQL 1[5-8]\.\d+/);
  assert.is(before.of('migrations').status, 'failed');
  assert.match(before.of('migrations').fix ?? '', 'rustio-admin migrate');
  assert.is(before.of('unmanaged-tables').status, 'ok', 'tables of pending migrations are not missing');

  await runHere(folder, ['migrate'], environment);
  const halfway = await diagnose(folder, environment);
  assert.is(halfway.of('migrations').status, 'ok');
  assert.is(halfway.of('administrator').status, 'failed');
  assert.is(halfway.code, 1);

  await runHere(folder, ['user', 'create', '--email', 'ada@desk.example', '--role', 'administrator'], environment);
  const after = await diagnose(folder, environment);
  assert.equal(
    after.report.checks.filter(({ status }) => status === 'failed'),
    [],
  );
  assert.is(after.code, 0);
  assert.is(after.report.ok, true);
});

test('tables of the framework that somebody dropped or renamed are named, although their migrations are applied', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  const environment = { DATABASE_URL: url };
  await runHere(folder, ['migrate'], environment);
  await runSql(
    url,
    'drop table rustio_idempotency_key; alter table rustio_session rename to session_old; create schema other; alter table rustio_mail set schema other',
  );
  const { status, message } = (await diagnose(folder, environment)).of('migrations');
  assert.is(status, 'failed');
  assert.match(message, 'these tables do not exist: rustio_idempotency_key, rustio_mail, rustio_session.');
});

test('a pending migration hides only the unmanaged tables that it changes', async () => {
  const { url, drop } = await testDatabase();
  const folder = path.join(
    temporaryFolder({
      'shop/rustio.config.ts': `
        import { defineConfig, defineModel, field } from 'rustio-admin';
        const fields = { name: field.text() };
        const Depot = defineModel('depot', { fields, managed: false });
        const Shelf = defineModel('shelf', { fields, managed: false, slug: 'shelves' });
        export default defineConfig({ name: 'Shop', models: [Depot, Shelf] });`,
      'shop/migrations/20260101000000_shelf.sql': 'create table shelf (name text not null);',
    }),
    'shop',
  );
  link(folder);
  const { status, message } = (await diagnose(folder, { DATABASE_URL: url })).of('unmanaged-tables');
  assert.is(status, 'failed');
  assert.match(message, 'depot: the table or view "depot" does not exist.');
  assert.match(message, /^Not compared because pending migrations change them: .*\bshelf\b/m);
  await drop();
});

test('all findings have the same shape', async () => {
  const { report } = await diagnose(await newProject(), { DATABASE_URL: 'postgres://127.0.0.1:1/none' });
  for (const check of report.checks) {
    assert.equal(Object.keys(check), ['owner', 'name', 'status', 'message', 'fix']);
    assert.is(check.status === 'failed' || check.status === 'warning', check.fix !== null, check.name);
  }
});

test('a broken config is reported with its location, and everything else is still checked', async () => {
  const folder = await newProject();
  const { url } = await testDatabase();
  writeFileSync(path.join(folder, 'models.ts'), 'export const models = [;\n');
  const { code, of } = await diagnose(folder, { DATABASE_URL: url });
  assert.is(code, 1);
  assert.is(of('config').status, 'failed');
  assert.match(of('config').message, 'models.ts:1');
  assert.is(of('database').status, 'ok');
  assert.is(of('clock').status, 'ok');
  assert.is(of('node').status, 'ok');
  assert.is(of('administrator').status, 'not-checked');
});

test('an error that only startup detects is reported with its location', async () => {
  const folder = await newProject();
  writeFileSync(
    path.join(folder, 'rustio.config.ts'),
    `import { defineConfig } from 'rustio-admin';
    export default defineConfig({ name: 'Desk', plugins: { admni: {} } });`,
  );
  const { of } = await diagnose(folder, { DATABASE_URL: 'postgres://127.0.0.1:1/none' });
  assert.is(of('config').status, 'failed');
  assert.match(of('config').message, 'admni');
  assert.match(of('config').message, '"admin"');
});

test('an unreachable database is reported without its password, and the other checks still run', async () => {
  const { code, of } = await diagnose(await newProject(), { DATABASE_URL: 'postgres://app:hunter2@127.0.0.1:1/none' });
  assert.is(code, 1);
  assert.is(of('connection').status, 'failed');
  assert.not.match(JSON.stringify(of('connection')), 'hunter2');
  assert.is(of('config').status, 'ok');
  assert.is(of('administrator').status, 'not-checked');
});

test('an invalid environment is the only finding', async () => {
  const { code, report, of } = await diagnose(await newProject(), { PORT: 'eighty' });
  assert.is(code, 1);
  assert.is(report.checks.length, 1);
  assert.match(of('environment').message, 'PORT');
});

test('secrets that git does not ignore are reported', async () => {
  const folder = await newProject();
  execFileSync('git', ['init', '--quiet'], { cwd: folder });
  const environment = { DATABASE_URL: 'postgres://127.0.0.1:1/none' };
  assert.is((await diagnose(folder, environment)).of('git-ignore').status, 'ok');
  writeFileSync(path.join(folder, '.gitignore'), 'node_modules/\n');
  const { of } = await diagnose(folder, environment);
  assert.is(of('git-ignore').status, 'failed');
  assert.match(of('git-ignore').message, '.env');
});

test('a files folder that cannot be created or written to is reported, and the check leaves no files behind', async () => {
  let folder = await newProject();
  const examine = (files: string) =>
    diagnose(folder, { DATABASE_URL: 'postgres://127.0.0.1:1/none', FILES_FOLDER: files });
  const check = async (files: string) => (await examine(files)).of('files-folder');
  assert.equal(await check('package.json'), {
    owner: 'rustio-admin',
    name: 'files-folder',
    status: 'ok',
    message: 'No model has file fields.',
    fix: null,
  });
  const models = path.join(folder, 'models.ts');
  writeFileSync(
    models,
    readFileSync(models, 'utf8').replace(
      '    ...timestamps(),',
      '    scan: field.file({ nullable: true }),\n    ...timestamps(),',
    ),
  );
  folder = moved(folder);
  const missing = await check('kept/far/below');
  assert.is(missing.status, 'ok', missing.message);
  assert.match(missing.message, path.join(folder, 'kept/far/below'));
  // Root can write everywhere except below a file or in a virtual file system.
  for (const wrong of ['package.json', 'package.json/below', '/proc/files']) {
    const finding = await check(wrong);
    assert.is(finding.status, 'failed', wrong);
    assert.match(finding.message, wrong);
    assert.match(finding.fix ?? '', 'FILES_FOLDER');
  }
  mkdirSync(path.join(folder, 'kept/incoming'), { recursive: true });
  writeFileSync(path.join(folder, 'kept/kept'), '');
  assert.match((await check('kept')).message, path.join('kept', 'kept'));
  assert.equal(readdirSync(path.join(folder, 'kept')).toSorted(), ['incoming', 'kept']);
  assert.equal(
    readdirSync(folder).filter((name) => name.startsWith('.doctor')),
    [],
  );
});

test('without --json, each finding is a line that begins with its result', async () => {
  const { code, stdout } = await runCli(await newProject(), ['doctor'], {
    DATABASE_URL: 'postgres://127.0.0.1:1/none',
  });
  assert.is(code, 1);
  assert.match(stdout, /^ok {5}.*node: Node 2\d/m);
  assert.match(stdout, /^FAILED {3}connection: /m);
  assert.match(stdout, /checks failed\.\n$/);
  assert.not.match(stdout, '\u001B[', 'no colours without a terminal');
});
