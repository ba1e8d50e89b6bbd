import { rm } from 'node:fs/promises';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { openDatabase } from '../../../core/database/pool.ts';
import { RustioError } from '../../../core/errors.ts';
import { down } from '../../../core/migrate/down.ts';
import { migrate } from '../../../core/migrate/run.ts';
import { migrationSources } from '../../../core/migrate/sources.ts';
import { pendingOf, plan, status } from '../../../core/migrate/status.ts';
import { testDatabase } from '../../support/database.ts';
import { suite } from '../../support/suite.ts';
import { catalogueOf } from './catalogue.ts';
import { pluginSource, testProject } from './project.ts';

const test = suite('migrate: down, status, plan');
const by = { by: 'tester' };

const THREE_FILES = {
  '20260101000000_one.sql': 'create table a (b integer);',
  '20260101000000_one.down.sql': 'drop table a;',
  '20260102000000_two.sql': 'alter table a add column c integer;',
  '20260102000000_two.down.sql': 'alter table a drop column c;',
  '20260103000000_three.sql': 'create index on a (c);',
  '20260103000000_three.down.sql': 'drop index a_c_idx;',
};

async function refusal(work: Promise<unknown>): Promise<RustioError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RustioError) return error;
  throw error ?? new Error('it was not refused');
}
const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);

test('the latest goes first; several by number or back to a name', async () => {
  const { url, drop } = await testDatabase();
  const { sources } = await testProject(THREE_FILES);
  const empty = await catalogueOf(url);
  await migrate(url, sources, by);
  const full = await catalogueOf(url);
  assert.equal(names(await down(url, sources)), ['20260103000000_three']);
  await migrate(url, sources, by);
  assert.equal(await catalogueOf(url), full);
  assert.equal(names(await down(url, sources, { to: '20260101000000_one' })), [
    '20260103000000_three',
    '20260102000000_two',
  ]);
  assert.equal(names(await down(url, sources, { steps: 5 })), ['20260101000000_one']);
  assert.equal(await catalogueOf(url), empty);
  assert.equal(await down(url, sources), []);
  await drop();
});

test('without a down file, with an edited one, a gone one or an unknown name nothing is taken back', async () => {
  const { url, drop } = await testDatabase();
  const { folder, sources, write } = await testProject(THREE_FILES);
  await migrate(url, sources, by);
  const file = (name: string) => path.join(folder, 'migrations', name);

  assert.is((await refusal(down(url, sources, { to: 'nothing' }))).code, 'RIO-MIGRATE-DOWN');
  await rm(file('20260102000000_two.down.sql'));
  const none = await refusal(down(url, sources, { steps: 2 }));
  assert.match(none.parts.why, 'There is no 20260102000000_two.down.sql');
  await write({ '20260103000000_three.sql': 'select 1;' });
  assert.is((await refusal(down(url, sources))).code, 'RIO-MIGRATE-CHANGED');
  await rm(file('20260103000000_three.sql'));
  await rm(file('20260103000000_three.down.sql'));
  assert.match((await refusal(down(url, sources))).parts.why, 'Its file is gone');
  await write({
    '20260103000000_three.sql': THREE_FILES['20260103000000_three.sql'],
    '20260103000000_three.down.sql': 'drop index a_c_idx; commit;',
  });
  assert.is((await refusal(down(url, sources))).code, 'RIO-MIGRATE-TRANSACTION');
  await write({ '20260103000000_three.down.sql': 'drop index a_c_idx; select nonsense;' });
  assert.is((await refusal(down(url, sources))).code, 'RIO-MIGRATE-FAILED');

  assert.equal(
    (await status(url, sources)).map(({ state }) => state),
    ['applied', 'applied', 'applied'],
  );
  assert.match((await catalogueOf(url)).join('\n'), 'index CREATE INDEX a_c_idx');
  await drop();
});

test("a plugin's tables go only when its name is said", async () => {
  const { url, drop } = await testDatabase();
  const project = await testProject();
  const plugin = await pluginSource('holidays', {
    '0001_holiday.sql': 'create table holiday (id text);',
    '0001_holiday.down.sql': 'drop table holiday;',
  });
  const sources = [plugin, ...project.sources];
  await migrate(url, sources, by);
  assert.equal(await down(url, sources), []);
  const off = await refusal(down(url, project.sources, { source: 'holidays' }));
  assert.match(off.parts.why, 'Its plugin is not enabled');
  assert.equal(names(await down(url, sources, { source: 'holidays' })), ['0001_holiday']);
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
  assert.is((await pendingOf(database, sources)).length, 3);
  assert.equal(names((await plan(url, sources)).pending), [
    '20260101000000_one',
    '20260102000000_two',
    '20260103000000_three',
  ]);
  assert.equal(await catalogueOf(url), [], 'nothing was made by looking');

  await migrate(url, sources, by);
  assert.equal(await pendingOf(database, sources), []);
  await rm(path.join(folder, 'migrations', '20260103000000_three.sql'));
  await rm(path.join(folder, 'migrations', '20260103000000_three.down.sql'));
  await write({ '20260102000000_two.sql': '-- edited', '20260101120000_late.sql': 'select 1;' });
  const seen = migrationSources(folder, []).filter(({ name }) => name === 'project');
  assert.equal(
    (await status(url, seen)).map(({ name, state, late, hasDown }) => [name, state, late, hasDown]),
    [
      ['20260101000000_one', 'applied', false, true],
      ['20260101120000_late', 'pending', true, false],
      ['20260102000000_two', 'edited', false, true],
      ['20260103000000_three', 'missing', false, false],
    ],
  );
  assert.equal(
    (await pendingOf(database, seen)).map(({ name, state }) => [name, state]),
    [
      ['20260101120000_late', 'pending'],
      ['20260102000000_two', 'edited'],
    ],
  );
  const [first] = await status(url, seen);
  assert.match(first?.appliedAt ?? '', /^20\d\d-/);
  assert.is(first?.appliedBy, 'tester');
  assert.equal(
    (await status(url, [])).map(({ state }) => state),
    ['foreign', 'foreign', 'foreign'],
  );
  await database.close();
  await drop();
});
