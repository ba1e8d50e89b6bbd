// Several migrations combined into one file, on databases that have all, none or some of them.
import { readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { openDatabase } from '../../../core/database/pool.ts';
import { down } from '../../../core/migrate/down.ts';
import { mark } from '../../../core/migrate/mark.ts';
import { migrate } from '../../../core/migrate/run.ts';
import type { MigrationSource } from '../../../core/migrate/sources.ts';
import { planSquash, rejectPartlyApplied, writeSquash } from '../../../core/migrate/squash.ts';
import { loadPending, plan, status } from '../../../core/migrate/status.ts';
import { testDatabase } from '../../support/database.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { catalogueOf, textsOf } from './catalogue.ts';
import { pluginSource, type TestProject, testProject } from './project.ts';

const test = suite('migrate: squash');
const by = { by: 'tester' };
const all = { confirmed: 'all' } as const;

const FILES = {
  '20260101000000_one.sql': 'create table a (b integer);',
  '20260101000000_one.down.sql': 'drop table a;',
  '20260102000000_two.sql': "insert into a values (7);\nalter table a add column c text default 'x;y' -- no semicolon",
  '20260102000000_two.down.sql': 'alter table a drop column c;',
  '20260103000000_three.sql': 'create index a_c on a (c);',
  '20260103000000_three.down.sql': 'drop index a_c;',
};
const NAMES = ['20260101000000_one', '20260102000000_two', '20260103000000_three'];
const SQUASHED = '20260101000000_squashed';

const namesIn = (folder: string) => readdirSync(path.join(folder, 'migrations')).sort();
const history = (url: string) => textsOf(url, 'select name from rustio_migration order by sequence_number');
const statesOf = async (url: string, { sources }: TestProject) =>
  (await status(url, sources)).map(({ name, state }) => `${name} ${state}`);

/** The project's source. */
function sourceOf({ sources }: TestProject): MigrationSource {
  const [source] = sources;
  if (source === undefined) throw new Error('no source');
  return source;
}

async function squash(project: TestProject, range: { from?: string; to?: string; name?: string } = {}) {
  const { name, ...rest } = range;
  const planned = await planSquash({ source: sourceOf(project), ...rest }, name);
  await writeSquash(planned);
  return planned;
}

test('a new database runs the squashed file, in which nothing is missing, and its down file reverts it', async () => {
  const [before, after] = [await testDatabase(), await testDatabase()];
  const project = await testProject(FILES);
  await migrate(before.url, project.sources, by);
  const { notes } = await squash(project);
  assert.equal(namesIn(project.folder), [`${SQUASHED}.down.sql`, `${SQUASHED}.sql`]);
  assert.equal(notes.length, 1);
  const empty = await catalogueOf(after.url);
  const { applied } = await migrate(after.url, project.sources, by);
  assert.equal(
    applied.map(({ name }) => name),
    [SQUASHED],
  );
  assert.equal(await catalogueOf(after.url), await catalogueOf(before.url));
  assert.equal(await textsOf(after.url, 'select b from a'), ['7']);
  assert.equal(
    await history(after.url),
    [...NAMES, SQUASHED],
    'an older version of the project finds nothing to apply',
  );
  assert.equal(await statesOf(after.url, project), [`${SQUASHED} applied`]);

  assert.equal(
    (await down(after.url, project.sources, all)).map(({ name }) => name),
    [SQUASHED],
  );
  assert.equal(await catalogueOf(after.url), empty);
  assert.equal(await history(after.url), []);
  assert.equal((await migrate(after.url, project.sources, by)).applied.length, 1);
  await before.drop();
  await after.drop();
});

test('a database to which all replaced files are applied records the squashed file in their place', async () => {
  const { url, drop } = await testDatabase();
  const project = await testProject({
    ...FILES,
    '20260104000000_four.sql': 'create table d ();',
    '20260104000000_four.down.sql': 'drop table d;',
  });
  await migrate(url, project.sources, by);
  const full = await catalogueOf(url);
  await squash(project, { to: NAMES[2] ?? '' });
  const database = await openDatabase(url);
  assert.equal(
    (await loadPending(database, project.sources)).map(({ name }) => name),
    [SQUASHED],
  );
  const { toRecord, pending, missing } = await plan(url, project.sources);
  assert.equal([toRecord.map(({ name }) => name), pending, missing], [[SQUASHED], [], []]);
  const early = await rustioFailureOf(down(url, project.sources, { ...all, steps: 2 }));
  assert.match(early.parts.why, `It is part of the squashed migration ${SQUASHED}, which is not recorded`);

  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const { applied, notes } = await migrate(url, project.sources, { ...by, log });
  assert.equal([applied, notes], [[], []]);
  assert.equal(lines, [`recorded project ${SQUASHED}: everything that it replaces is applied`]);
  assert.equal(await catalogueOf(url), full);
  assert.equal(await history(url), [...NAMES, SQUASHED, '20260104000000_four']);
  assert.equal(await statesOf(url, project), [`${SQUASHED} applied`, '20260104000000_four applied']);
  assert.equal(await loadPending(database, project.sources), []);
  await database.close();

  await project.write({ '20260105000000_five.sql': 'select 1;', '20260105000000_five.down.sql': 'select 1;' });
  await migrate(url, project.sources, by);
  const reverted = await down(url, project.sources, { ...all, steps: 3 });
  assert.equal(
    reverted.map(({ name }) => name),
    ['20260105000000_five', '20260104000000_four', SQUASHED],
  );
  assert.equal(await history(url), []);
  await drop();
});

test('a newer file that was applied between the replaced ones is reverted before the squashed file', async () => {
  const { url, drop } = await testDatabase();
  const project = await testProject({
    '20260101000000_one.sql': 'create table a (b integer);',
    '20260101000000_one.down.sql': 'drop table a;',
    '20260104000000_four.sql': 'alter table a add d integer;',
    '20260104000000_four.down.sql': 'alter table a drop d;',
  });
  await migrate(url, project.sources, by);
  await project.write({
    '20260102000000_two.sql': 'alter table a add column c integer;',
    '20260102000000_two.down.sql': 'alter table a drop column c;',
  });
  await migrate(url, project.sources, by);
  await squash(project, { to: '20260102000000_two' });
  await migrate(url, project.sources, by);
  assert.equal(await textsOf(url, 'select count(distinct sequence_number) - count(*) from rustio_migration'), ['0']);
  const reverted = await down(url, project.sources, { ...all, steps: 2 });
  assert.equal(
    reverted.map(({ name }) => name),
    ['20260104000000_four', SQUASHED],
  );
  await drop();
});

test('a database to which only some replaced files, or another version, are applied is not changed', async () => {
  const { url, drop } = await testDatabase();
  const project = await testProject({ '20260101000000_one.sql': FILES['20260101000000_one.sql'] });
  await migrate(url, project.sources, by);
  await project.write({ ...FILES, '20260104000000_four.sql': 'create table d ();' });
  const planned = await planSquash({ source: sourceOf(project), to: NAMES[2] ?? '' });
  const here = await rustioFailureOf(withPlainConnection(url, (client) => rejectPartlyApplied(client, planned)));
  assert.is(here.code, 'RIO-MIGRATE-SQUASH');
  assert.match(here.parts.why, 'Not applied: 20260102000000_two, 20260103000000_three.');

  await writeSquash(planned);
  const error = await rustioFailureOf(migrate(url, project.sources, by));
  assert.is(error.code, 'RIO-MIGRATE-SQUASH');
  assert.is(error.exitCode, 2);
  assert.equal(error.details, [
    `project ${SQUASHED} replaces 20260102000000_two, which is not applied.`,
    `project ${SQUASHED} replaces 20260103000000_three, which is not applied.`,
  ]);
  assert.equal(await history(url), ['20260101000000_one'], 'not even the file after it');

  // With the earlier version of the project.
  const earlier = await testProject(FILES);
  await migrate(url, earlier.sources, by);
  await runSql(url, "update rustio_migration set sha256 = 'other' where name = '20260102000000_two'");
  assert.equal((await rustioFailureOf(migrate(url, project.sources, by))).details, [
    `project ${SQUASHED} replaces another version of 20260102000000_two than the applied one.`,
  ]);
  await mark(url, project.sources, { ...by, name: SQUASHED });
  assert.equal(
    (await migrate(url, project.sources, by)).applied.map(({ name }) => name),
    ['20260104000000_four'],
  );
  await drop();
});

test('an earlier version of the project finds every file applied; if the row of one is missing, it is reported', async () => {
  const { url, drop } = await testDatabase();
  const [project, earlier] = [await testProject(FILES), await testProject(FILES)];
  await squash(project);
  await migrate(url, project.sources, by);
  assert.equal((await migrate(url, earlier.sources, by)).applied, []);
  assert.is((await rustioFailureOf(down(url, earlier.sources, all))).code, 'RIO-MIGRATE-DOWN');
  await runSql(url, "delete from rustio_migration where name = '20260103000000_three'");
  assert.equal((await rustioFailureOf(migrate(url, project.sources, by))).details, [
    `project ${SQUASHED} replaces 20260103000000_three, which is not applied.`,
  ]);
  await drop();
});

test('an interrupted squash loses nothing: replaced files that are left over are not run, and edits of them are rejected', async () => {
  const { url, drop } = await testDatabase();
  const project = await testProject(FILES);
  await squash(project);
  const file = (name: string) => path.join(project.folder, 'migrations', name);
  await project.write(FILES);
  await rm(file('20260101000000_one.down.sql'));
  const { applied, notes } = await migrate(url, project.sources, by);
  assert.equal(
    applied.map(({ name }) => name),
    [SQUASHED],
  );
  assert.equal(notes.length, 3);
  assert.match(notes[0] ?? '', `20260101000000_one.sql is part of ${SQUASHED} and is not used. Delete it`);
  assert.equal(await statesOf(url, project), [`${SQUASHED} applied`]);
  assert.is((await rustioFailureOf(planSquash({ source: sourceOf(project) }))).code, 'RIO-MIGRATE-SQUASH');

  await project.write({ '20260102000000_two.sql': 'select 2;' });
  const edited = await rustioFailureOf(migrate(url, project.sources, by));
  assert.is(edited.code, 'RIO-MIGRATE-SQUASH');
  assert.match(edited.parts.problem, '20260102000000_two.sql is not the version that was squashed');
  await drop();
});

test('two processes squash and migrate at the same time', async () => {
  const { url, drop } = await testDatabase();
  const project = await testProject(FILES);
  await migrate(url, project.sources, by);
  const planned = await Promise.all([1, 2].map(() => planSquash({ source: sourceOf(project) })));
  await Promise.all(planned.map(writeSquash));
  assert.equal(namesIn(project.folder), [`${SQUASHED}.down.sql`, `${SQUASHED}.sql`]);
  await Promise.all([1, 2, 3].map(() => migrate(url, project.sources, by)));
  assert.equal(await history(url), [...NAMES, SQUASHED]);
  await drop();
});

test('a squashed file can be squashed again, for databases at every stage', async () => {
  const [none, first, second] = [await testDatabase(), await testDatabase(), await testDatabase()];
  const project = await testProject(FILES);
  await migrate(first.url, project.sources, by);
  await squash(project, { to: NAMES[1] ?? '' });
  await migrate(second.url, project.sources, by);
  assert.is(
    (await rustioFailureOf(planSquash({ source: sourceOf(project) }))).parts.fix,
    'Pass another name: npx rustio-admin migrate squash NAME',
  );
  await squash(project, { name: 'all of it' });
  const again = '20260101000000_all_of_it';
  for (const { url } of [none, first, second]) {
    await migrate(url, project.sources, by);
    assert.equal(await statesOf(url, project), [`${again} applied`]);
    assert.equal(await textsOf(url, 'select b from a'), ['7']);
    await down(url, project.sources, all);
    assert.equal(await history(url), []);
  }
  for (const { drop } of [none, first, second]) await drop();
});

test('without all down files, the squashed file cannot be reverted', async () => {
  const { url, drop } = await testDatabase();
  const { '20260102000000_two.down.sql': _, ...files } = FILES;
  const project = await testProject(files);
  const { notes } = await squash(project);
  assert.match(notes[0] ?? '', `${SQUASHED} cannot be reverted, because these have no down file: 20260102000000_two.`);
  await migrate(url, project.sources, by);
  const error = await rustioFailureOf(down(url, project.sources, all));
  assert.match(error.parts.why, `There is no ${SQUASHED}.down.sql`);
  await drop();
});

test('each part runs with the settings that it would have alone', async () => {
  const { url, drop } = await testDatabase();
  const project = await testProject({
    '20260101000000_one.sql': 'create schema s; set search_path = s; create table t ();',
    '20260102000000_two.sql': "create table t (); select set_config('search_path', 's', true);",
    '20260103000000_three.sql': 'create table u (); -- public',
    '20260104000000_four.sql': 'do $$ begin set local search_path = s; end $$; create table v ();',
    '20260105000000_five.sql': 'create table v (); set constraints all immediate',
    '20260106000000_six.sql': 'create table w ();',
  });
  const { up } = await squash(project);
  assert.is(up.match(/^reset all;$/gm)?.length, 3);
  await migrate(url, project.sources, by);
  assert.equal(
    await textsOf(
      url,
      "select schemaname || '.' || tablename from pg_tables where schemaname in ('s', 'public') order by 1",
    ),
    ['public.rustio_migration', 'public.t', 'public.u', 'public.v', 'public.w', 's.t', 's.v'],
  );
  await drop();
});

test('files that one transaction cannot run, or that conflict with each other, are not squashed', async () => {
  const refusal = async (
    files: Readonly<Record<string, string>>,
    range: { from?: string; to?: string; name?: string } = {},
  ) => {
    const project = await testProject(files);
    const before = namesIn(project.folder);
    const error = await rustioFailureOf(squash(project, range));
    assert.equal(namesIn(project.folder), before);
    assert.is(error.exitCode, 2);
    return error;
  };
  const two = (second: string, first = 'create table t (a integer);') => ({
    '20260101000000_one.sql': first,
    '20260102000000_two.sql': second,
    '20260103000000_three.sql': 'select 1;',
  });
  for (const statement of [
    'create index concurrently i on t (a)',
    'create unique index concurrently if not exists i on t (a)',
    'alter table t detach partition p concurrently',
    'vacuum t',
    "alter system set work_mem = '1MB'",
    'create database d',
  ]) {
    const error = await refusal(two(`select 1;\n${statement};`));
    assert.is(error.code, 'RIO-MIGRATE-SQUASH', statement);
    assert.match(error.parts.problem, '20260102000000_two.sql:2 cannot be squashed');
    assert.match(error.parts.why, statement);
  }
  const value = await refusal(two("alter type mood add value 'glad';"));
  assert.match(value.parts.fix, 'npx rustio-admin migrate squash --to 20260102000000_two');
  assert.is((await refusal(two('commit;'))).code, 'RIO-MIGRATE-TRANSACTION');
  assert.is((await refusal(two('create table t ();'))).code, 'RIO-MIGRATE-CONFLICT');
  assert.is((await refusal(two('select 1;'), { to: '20260109000000_none' })).code, 'RIO-MIGRATE-SQUASH');
  assert.is((await refusal(two('select 1;'), { from: NAMES[2] ?? '' })).code, 'RIO-MIGRATE-SQUASH');
  assert.is((await refusal(two('select 1;'), { from: NAMES[2] ?? '', to: NAMES[0] ?? '' })).code, 'RIO-MIGRATE-SQUASH');
  assert.is((await refusal(two('select 1;'), { name: '!!!' })).code, 'RIO-MIGRATE-NAME');
  assert.is((await refusal({})).code, 'RIO-MIGRATE-SQUASH');

  for (const second of [
    "alter type mood add value 'glad'; create table u (m mood default 'glad');",
    'refresh materialized view concurrently v;',
  ])
    await squash(await testProject(two(second, "create type mood as enum ('sad');")));
});

test('a squashed file is recognised after its comments were reformatted', async () => {
  const { url, drop } = await testDatabase();
  const project = await testProject(FILES);
  await migrate(url, project.sources, by);
  await squash(project);
  const written = await readFile(path.join(project.folder, 'migrations', `${SQUASHED}.sql`), 'utf8');
  await project.write({ [`${SQUASHED}.sql`]: written.replaceAll('-- rustio-admin: ', '  --rustio-admin :  ') });
  const { toRecord, pending } = await plan(url, project.sources);
  assert.equal([toRecord.map(({ name }) => name), pending], [[SQUASHED], []]);
  await drop();
});

test('an invalid list of replaced files is rejected', async () => {
  const { url, drop } = await testDatabase();
  const line = `-- rustio-admin: replaces 20260101000000_one sha256:${'0'.repeat(64)}\n`;
  for (const [files, problem] of [
    [
      { '20260101000000_s.sql': '-- rustio-admin: replaces 20260101000000_one\nselect 1;' },
      'does not list correctly what it replaces',
    ],
    [
      { '20260101000000_one.sql': `${line}select 1;` },
      '20260101000000_one.sql does not list correctly what it replaces.',
    ],
    [
      { '20260101000000_s.sql': `${line}select 1;`, '20260102000000_s.sql': `${line}select 1;` },
      '20260101000000_s and 20260102000000_s both replace 20260101000000_one.',
    ],
  ] as const) {
    const { sources } = await testProject(files);
    const error = await rustioFailureOf(migrate(url, sources, by));
    assert.is(error.code, 'RIO-MIGRATE-SQUASH');
    assert.match(error.parts.problem, problem);
  }
  await drop();
});

test('the migrations of a plugin replace only its own, and those of an installed package are not squashed', async () => {
  const { url, drop } = await testDatabase();
  const project = await testProject(FILES);
  const plugin = await pluginSource('holidays', {
    '0001_a.sql': 'create table p ();',
    '0002_b.sql': 'create table q ();',
  });
  await migrate(url, [plugin, ...project.sources], by);
  const planned = await planSquash({ source: plugin });
  await writeSquash(planned);
  assert.equal(readdirSync(plugin.folder), ['0001_squashed.sql']);
  assert.equal((await migrate(url, [plugin, ...project.sources], by)).applied, []);
  const ofPlugin = "select name from rustio_migration where source = 'holidays' order by sequence_number";
  assert.equal(await textsOf(url, ofPlugin), ['0001_a', '0002_b', '0001_squashed']);

  const other = await pluginSource('feasts', {
    '0001_all.sql': planned.up.replaceAll('create table ', 'create table r'),
  });
  const { applied } = await migrate(url, [plugin, other, ...project.sources], by);
  assert.equal(
    applied.map(({ source }) => source),
    ['feasts'],
  );
  const installed = { ...plugin, folder: path.join(plugin.folder, 'node_modules', 'x', 'migrations') };
  const error = await rustioFailureOf(planSquash({ source: installed }));
  assert.match(error.parts.problem, 'The migrations of holidays cannot be squashed here.');
  await drop();
});
