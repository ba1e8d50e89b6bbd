import { rm } from 'node:fs/promises';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { openDatabase } from '../../../core/database/pool.ts';
import { down, planDown } from '../../../core/migrate/down.ts';
import { migrate } from '../../../core/migrate/run.ts';
import { migrationSources } from '../../../core/migrate/sources.ts';
import { loadPending, plan, status } from '../../../core/migrate/status.ts';
import { testDatabase } from '../../support/database.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { catalogueOf } from './catalogue.ts';
import { pluginSource, testProject } from './project.ts';

const test = suite('migrate: down, status, plan');
const by = { by: 'tester' };
const all = { confirmed: 'all' } as const;

const THREE_FILES = {
  '20260101000000_one.sql': 'create table a (b integer);',
  '20260101000000_one.down.sql': 'drop table a;',
  '20260102000000_two.sql': 'alter table a add column c integer;',
  '20260102000000_two.down.sql': 'alter table a drop column c;',
  '20260103000000_three.sql': 'create index on a (c);',
  '20260103000000_three.down.sql': 'drop index a_c_idx;',
};

const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);

test('the latest migration is reverted first; several are selected by number or name', async () => {
  const { url, drop } = await testDatabase();
  const { sources } = await testProject(THREE_FILES);
  const empty = await catalogueOf(url);
  await migrate(url, sources, by);
  const full = await catalogueOf(url);
  assert.equal(names(await down(url, sources, all)), ['20260103000000_three']);
  await migrate(url, sources, by);
  assert.equal(await catalogueOf(url), full);
  assert.equal(names(await down(url, sources, { ...all, to: '20260101000000_one' })), [
    '20260103000000_three',
    '20260102000000_two',
  ]);
  assert.equal(names(await down(url, sources, { ...all, steps: 5 })), ['20260101000000_one']);
  assert.equal(await catalogueOf(url), empty);
  assert.equal(await down(url, sources, all), []);
  await drop();
});

test('the latest migration is the one applied last, regardless of the clock (F3)', async () => {
  const { url, drop } = await testDatabase();
  const { sources } = await testProject(THREE_FILES);
  await migrate(url, sources, by);
  // As if the clock of the server had been set back before the last one.
  await runSql(url, "update rustio_migration set applied_at = '2020-01-01' where name = '20260103000000_three'");
  assert.equal(names(await down(url, sources, all)), ['20260103000000_three']);
  assert.equal(names(await down(url, sources, all)), ['20260102000000_two']);
  await migrate(url, sources, by);
  await runSql(url, "update rustio_migration set applied_at = '2020-01-01' where name = '20260102000000_two'");
  assert.equal(names(await down(url, sources, { ...all, to: '20260101000000_one' })), [
    '20260103000000_three',
    '20260102000000_two',
  ]);
  await drop();
});

test('the migrations table of an earlier release is ordered by the clock once, then by numbers (F3)', async () => {
  const { url, drop } = await testDatabase();
  const { sources, write } = await testProject({
    '20260101000000_one.sql': 'select 1;',
    '20260101000000_one.down.sql': 'select 1;',
    '20260103000000_three.sql': 'select 1;',
    '20260103000000_three.down.sql': 'select 1;',
  });
  await migrate(url, sources, by);
  await runSql(url, 'alter table rustio_migration drop column sequence_number');
  assert.equal(names((await planDown(url, sources)).migrations), ['20260103000000_three'], 'read without the column');
  assert.equal(
    (await status(url, sources)).map(({ state }) => state),
    ['applied', 'applied'],
  );
  await write({ '20260102000000_two.sql': 'select 1;', '20260102000000_two.down.sql': 'select 1;' });
  await migrate(url, sources, by);
  await runSql(url, "update rustio_migration set applied_at = '2020-01-01' where name = '20260102000000_two'");
  assert.equal(names(await down(url, sources, { ...all, steps: 3 })), [
    '20260102000000_two',
    '20260103000000_three',
    '20260101000000_one',
  ]);
  await drop();
});

test('only what was confirmed is reverted (F4)', async () => {
  const { url, drop } = await testDatabase();
  const { sources } = await testProject(THREE_FILES);
  await migrate(url, sources, by);
  const { migrations, losses } = await planDown(url, sources, { steps: 2 });
  assert.equal(names(migrations), ['20260103000000_three', '20260102000000_two']);
  assert.equal(
    losses.map(({ what }) => what),
    ['every value of a.c'],
  );
  await down(url, sources, all);
  const error = await rustioFailureOf(down(url, sources, { steps: 2, confirmed: migrations }));
  assert.is(error.code, 'RIO-MIGRATE-CONFIRM');
  assert.is((await rustioFailureOf(down(url, sources, { confirmed: [] }))).code, 'RIO-MIGRATE-CONFIRM');
  assert.match((await catalogueOf(url)).join('\n'), 'column a.c');
  await drop();
});

test('if a file is missing or edited or a name is unknown, nothing is reverted', async () => {
  const { url, drop } = await testDatabase();
  const { folder, sources, write } = await testProject(THREE_FILES);
  await migrate(url, sources, by);
  const file = (name: string) => path.join(folder, 'migrations', name);

  assert.is((await rustioFailureOf(down(url, sources, { ...all, to: 'nothing' }))).code, 'RIO-MIGRATE-DOWN');
  await rm(file('20260102000000_two.down.sql'));
  const none = await rustioFailureOf(down(url, sources, { ...all, steps: 2 }));
  assert.match(none.parts.why, 'There is no 20260102000000_two.down.sql');
  await write({ '20260103000000_three.sql': 'select 1;' });
  assert.is((await rustioFailureOf(down(url, sources, all))).code, 'RIO-MIGRATE-CHANGED');
  await rm(file('20260103000000_three.sql'));
  await rm(file('20260103000000_three.down.sql'));
  assert.match((await rustioFailureOf(down(url, sources, all))).parts.why, 'Its file does not exist');
  await write({
    '20260103000000_three.sql': THREE_FILES['20260103000000_three.sql'],
    '20260103000000_three.down.sql': 'drop index a_c_idx; commit;',
  });
  assert.is((await rustioFailureOf(down(url, sources, all))).code, 'RIO-MIGRATE-TRANSACTION');
  await write({ '20260103000000_three.down.sql': 'drop index a_c_idx; select nonsense;' });
  assert.is((await rustioFailureOf(down(url, sources, all))).code, 'RIO-MIGRATE-FAILED');

  assert.equal(
    (await status(url, sources)).map(({ state }) => state),
    ['applied', 'applied', 'applied'],
  );
  assert.match((await catalogueOf(url)).join('\n'), 'index CREATE INDEX a_c_idx');
  await drop();
});

test('an edited file is reverted where that is allowed, and the plan names it', async () => {
  const { url, drop } = await testDatabase();
  const { sources, write } = await testProject(THREE_FILES);
  await migrate(url, sources, by);
  await write({ '20260103000000_three.sql': `${THREE_FILES['20260103000000_three.sql']} -- edited` });
  const plan = await planDown(url, sources, { edited: true });
  assert.equal(
    plan.edited.map(({ name }) => name),
    ['20260103000000_three'],
  );
  await down(url, sources, { edited: true, confirmed: plan.migrations });
  assert.equal(
    (await status(url, sources)).map(({ state }) => state),
    ['applied', 'applied', 'pending'],
  );
  await drop();
});

test("a plugin's migrations are reverted only if it is named", async () => {
  const { url, drop } = await testDatabase();
  const project = await testProject();
  const plugin = await pluginSource('holidays', {
    '0001_holiday.sql': 'create table holiday (id text);',
    '0001_holiday.down.sql': 'drop table holiday;',
  });
  const sources = [plugin, ...project.sources];
  await migrate(url, sources, by);
  assert.equal(await down(url, sources, all), []);
  const disabled = await rustioFailureOf(down(url, project.sources, { ...all, source: 'holidays' }));
  assert.match(disabled.parts.why, 'Its plugin is not enabled');
  assert.equal(names(await down(url, sources, { ...all, source: 'holidays' })), ['0001_holiday']);
  await drop();
});

test('status, plan and the readiness check agree, and work before the first migration', async () => {
  const { url, drop } = await testDatabase();
  const { sources, write, folder } = await testProject(THREE_FILES);
  const database = await openDatabase(url);
  assert.equal(
    (await status(url, sources)).map(({ state }) => state),
    ['pending', 'pending', 'pending'],
  );
  assert.is((await loadPending(database, sources)).length, 3);
  assert.equal(names((await plan(url, sources)).pending), [
    '20260101000000_one',
    '20260102000000_two',
    '20260103000000_three',
  ]);
  assert.equal(await catalogueOf(url), [], 'nothing was created by reading');

  await migrate(url, sources, by);
  assert.equal(await loadPending(database, sources), []);
  await rm(path.join(folder, 'migrations', '20260103000000_three.sql'));
  await rm(path.join(folder, 'migrations', '20260103000000_three.down.sql'));
  await write({ '20260102000000_two.sql': '-- edited', '20260101120000_late.sql': 'select 1;' });
  const changed = migrationSources(folder, []).filter(({ name }) => name === 'project');
  assert.equal(
    (await status(url, changed)).map(({ name, state, late, hasDown }) => [name, state, late, hasDown]),
    [
      ['20260101000000_one', 'applied', false, true],
      ['20260101120000_late', 'pending', true, false],
      ['20260102000000_two', 'edited', false, true],
      ['20260103000000_three', 'missing', false, false],
    ],
  );
  assert.equal(
    (await loadPending(database, changed)).map(({ name, state }) => [name, state]),
    [
      ['20260101120000_late', 'pending'],
      ['20260102000000_two', 'edited'],
    ],
  );
  const [first] = await status(url, changed);
  assert.match(first?.appliedAt ?? '', /^20\d\d-/);
  assert.is(first?.appliedBy, 'tester');
  assert.equal(
    (await status(url, [])).map(({ state }) => state),
    ['plugin-disabled', 'plugin-disabled', 'plugin-disabled'],
  );
  await database.close();
  await drop();
});
