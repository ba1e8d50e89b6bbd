// Migrations of two branches that conflict with each other.
import * as assert from 'uvu/assert';
import { describeConflicts, findConflicts } from '../../../core/migrate/conflicts.ts';
import { migrate } from '../../../core/migrate/run.ts';
import { testDatabase } from '../../support/database.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { textsOf } from './catalogue.ts';
import { testProject } from './project.ts';

const test = suite('migrate: conflicts');

const scripts = (files: readonly string[]) =>
  files.map((sql, at) => ({ source: 'project', name: 'abc'.charAt(at), sql }));
const conflictsOf = (...files: readonly string[]) => describeConflicts(findConflicts({ pending: scripts(files) }));
/** Of two branches, of which the newer one was applied first. */
const lateConflictsOf = (older: string, newer: string) => {
  const [late, applied] = scripts([older, newer]);
  assert.ok(late !== undefined && applied !== undefined);
  return describeConflicts(findConflicts({ applied: [applied], pending: [late] }));
};

const twice = (what: string) => `project a and project b both create ${what}.`;
const gone = (what: string) => `project a drops or renames ${what}, and project b still uses it.`;

test('two files that create the same object, or of which one drops what the other needs, are reported with the object', () => {
  for (const [first, second, ...conflicts] of [
    ['create table t (a integer)', 'create table "t" (b integer)', twice('the table t')],
    ['create table public.t ()', 'create unlogged table t ()', twice('the table t')],
    ['create foreign table t () server s', 'create view t as select 1', twice('the view t')],
    ['alter table t add column a text', 'alter table only public.t add b text, add "a" text', twice('the column t.a')],
    ['alter table s.t add a text', 'alter table s.t add column a text', twice('the column s.t.a')],
    ['alter table t add a numeric(1, 2), add b text', 'alter table t add b text', twice('the column t.b')],
    ['alter table t rename a to c', 'alter table t rename column b to c', twice('the column t.c')],
    ['alter table t rename to x', 'alter table u rename to x', twice('the table x')],
    ['create index i on t (a)', 'create unique index i on only t using btree (a)', twice('the index i')],
    ['create index i on s.t (a)', 'create index concurrently i on s.u (a)', twice('the index s.i')],
    ['alter index i rename to j', 'create index j on t (a)', twice('the index j')],
    [
      'alter table t add constraint c check (a > 0)',
      'alter table t add constraint c unique (a)',
      twice('the constraint t.c'),
    ],
    [
      'create table t (); create index i on t (a)',
      'create table t (); create index i on t (a)',
      twice('the table t'),
      twice('the index i'),
    ],
    ['drop table t', 'drop table u, t', gone('the table t')],
    ['drop table t', 'alter table t add column a text', gone('the table t')],
    ['drop table t cascade', 'create index i on t (a)', gone('the table t')],
    ['drop table t', 'drop table t cascade', gone('the table t')],
    ['alter table t drop a', 'alter table t drop a cascade', gone('the column t.a')],
    ['drop table t', 'create index if not exists i on t (a)', gone('the table t')],
    ['create table t ()', 'alter table s.t set schema public', twice('the table t')],
    [
      "alter table t add a text[] default array['x', 'y'], add b text",
      'alter table t add b text',
      twice('the column t.b'),
    ],
    [
      'create function f() returns int set search_path = s as $$ select 1 $$ language sql; create table t ()',
      'create function g() returns int set search_path = s as $$ select 1 $$ language sql; create table t ()',
      twice('the table t'),
    ],
    ['alter table t rename to u', 'alter table t alter a type text', gone('the table t')],
    ['alter table t set schema s', 'alter table t add a text', gone('the table t')],
    ['alter table t drop column a', 'alter table t drop a', gone('the column t.a')],
    ['alter table t drop column a', 'alter table t alter column a set not null', gone('the column t.a')],
    ['alter table t rename a to b', 'alter table t rename a to c', gone('the column t.a')],
    ['alter table t drop constraint c', 'alter table t drop constraint c', gone('the constraint t.c')],
    ['drop index i', 'drop index public.i', gone('the index i')],
    ['alter index i rename to j', 'alter index i rename to k', gone('the index i')],
  ] as const) {
    assert.equal(conflictsOf(`${first};`, `${second};`), conflicts, `${first} / ${second}`);
  }
});

test('files that can follow each other are left alone', () => {
  for (const files of [
    ['alter table t add a text', 'alter table u add a text'],
    ['alter table t add a text; alter table t drop a', 'alter table t add a text'],
    ['alter table t add a text', 'alter table t drop a', 'alter table t add a text'],
    ['create table t (a text); drop table t', 'create table t (b text)'],
    [
      'create table t (); alter table t add a text; create index i on t (a)',
      'drop table t',
      'create table t (); create index i on t (a)',
    ],
    ['create index i on t (a)', 'alter table t drop column a', 'create index i on t (b)'],
    ['alter table t add a text; alter table t rename to u', 'create table t (); alter table t add a text'],
    ['alter table t rename a to b', 'alter table t add a text', 'alter table t alter a set not null'],
    ['alter table t add a text', 'alter table t add column if not exists a text'],
    ['create table t ()', 'create table if not exists t ()'],
    ['drop table t', 'drop table if exists t', 'alter table if exists t drop a'],
    ['create view v as select 1', 'create or replace view v as select 2'],
    ['create temp table t ()', 'create temp table t ()'],
    ['create table t ()', 'do $$ begin drop table t; end $$', 'create table t ()'],
    ['create table t ()', 'drop schema public cascade', 'create table t ()'],
    ['create table t (); create view v as select 1', 'drop table t cascade', 'create view v as select 1'],
    ['set search_path = a; create table t ()', 'set search_path = b; create table t ()'],
    ['set search_path = a; create table t ()', 'create table t ()'],
    ['create table t ()', "set local schema 's'; create table t ()"],
    ["select set_config('search_path', 's', true); create table t ()", 'create table t ()'],
    ['set role r; create table t ()', 'create table t ()'],
    ['alter table t alter a type text', 'alter table t alter a type integer using a::integer'],
    ['create or replace view v as select 1', 'create or replace view v as select 2'],
    ['alter table t rename to old; create view t as select 1', 'alter table t rename to u'],
    ['create index i on t (a)', 'alter table t add constraint c unique using index i', 'create index i on t (a)'],
    ['alter table t add check (a > 0)', 'alter table t add check (a > 0), add unique (a)'],
    [
      'create materialized view v as select 1 as a; create unique index i on v (a)',
      'drop materialized view v; create materialized view v as select 2 as a; create unique index i on v (a)',
    ],
    ['create schema s; create table s.t ()', 'alter schema s rename to r', 'create schema s; create table s.t ()'],
  ]) {
    assert.equal(conflictsOf(...files.map((sql) => `${sql};`)), [], files.join(' / '));
  }
});

test('a file that is older than an applied one must not set the same property differently', () => {
  const differently = (what: string) => [`project b and project a set ${what} differently.`];
  for (const [older, newer, what] of [
    [
      'alter table t alter a type text',
      'alter table t alter column a set data type integer using 1',
      'the type of the column t.a',
    ],
    ['alter table t alter a drop not null', 'alter table t alter a set not null', 'the nullability of the column t.a'],
    ["alter table t alter a set default 'A'", "alter table t alter a set default 'a'", 'the default of the column t.a'],
    ['alter table t alter a drop default', 'alter table t alter a set default 1', 'the default of the column t.a'],
    ['create or replace view v as select 1', 'create or replace view v as select 2', 'the definition of the view v'],
    [
      'create or replace function f(a int) returns int return 1',
      'create or replace function f(a int) returns int return 2',
      'the definition of the function f(a int)',
    ],
  ] as const) {
    assert.equal(lateConflictsOf(`${older};`, `${newer};`), differently(what), older);
    assert.equal(lateConflictsOf(`${older};`, `${older.toUpperCase()} ;`), [], older);
    assert.equal(conflictsOf(`${older};`, `${newer};`), [], 'in their order, the newer one decides');
  }
  for (const [older, newer] of [
    ['alter table t alter a type text', 'alter table t alter a set not null'],
    ['alter table t alter a type text', 'alter table t alter b type integer'],
    ['alter table t alter a drop default', 'alter table t alter a drop default, drop b'],
    [
      'alter table t alter a type text',
      'alter table t alter a type integer; alter table t drop a; alter table t add a text',
    ],
    [
      'create or replace function f(a int) returns int return 1',
      'create or replace function f(a text) returns int return 2',
    ],
  ] as const) {
    assert.equal(lateConflictsOf(`${older};`, `${newer};`), [], newer);
  }
});

test('a conflict with an applied file is reported only if its change is still present in the database', async () => {
  const { url, drop } = await testDatabase();
  const base = { '20260101000000_one.sql': 'create table t (a integer, c integer check (c > 0));' };
  const { sources, write } = await testProject(base);
  await migrate(url, sources, { by: 'tester' });
  await write({
    '20260103000000_mine.sql':
      'alter table t add column b text; alter table t rename a to z; create index i on t (b); ' +
      'alter table t add constraint k check (b > 0::text); alter table t alter c type bigint;',
  });
  await migrate(url, sources, { by: 'tester' });
  const theirs = '20260102000000_theirs';
  const mine = '20260103000000_mine';
  const failure = async (sql: string) => {
    await write({ [`${theirs}.sql`]: sql });
    return (await rustioFailureOf(migrate(url, sources, { by: 'tester', confirmed: 'all' }))).details;
  };
  const both = (what: string) => [`project ${mine} and project ${theirs} both create ${what}.`];
  assert.equal(await failure('alter table t add column b integer;'), both('the column t.b'));
  assert.equal(await failure('create index i on t (c);'), both('the index i'));
  assert.equal(await failure('alter table t add constraint k check (c > 1);'), both('the constraint t.k'));
  assert.equal(await failure('alter table t rename a to y;'), [
    `project ${mine} drops or renames the column t.a, and project ${theirs} still uses it.`,
  ]);
  assert.equal(await failure('alter table t alter c type numeric;'), [
    `project ${mine} and project ${theirs} set the type of the column t.c differently.`,
  ]);
  assert.equal(await textsOf(url, 'select name from rustio_migration order by sequence_number'), [
    '20260101000000_one',
    mine,
  ]);

  // What this file does is not in its text.
  await write({
    [`${theirs}.sql`]: 'select 1;',
    '20260104000000_more.sql': 'do $$ begin alter table t add e text; drop index i; end $$;',
  });
  await migrate(url, sources, { by: 'tester', confirmed: 'all' });
  await runSql(url, `delete from rustio_migration where name = '${theirs}'`);
  assert.equal(await failure('alter table t add column b integer; create index i on t (c);'), both('the column t.b'));

  // Someone has already made way for it.
  await runSql(url, 'alter table t drop column b; alter table t rename z to a');
  await write({ [`${theirs}.sql`]: 'alter table t add column b integer; alter table t rename a to y;' });
  assert.equal(
    (await migrate(url, sources, { by: 'tester' })).applied.map(({ name }) => name),
    [theirs],
  );
  await drop();
});

test('migrate applies none of them', async () => {
  const { url, drop } = await testDatabase();
  const { sources, write } = await testProject({ '20260101000000_one.sql': 'create table t ();' });
  await migrate(url, sources, { by: 'tester' });
  await write({
    '20260102000000_left.sql': 'alter table t add column a text;',
    '20260103000000_right.sql': 'alter table t add column b text, add column a text;',
  });
  const error = await rustioFailureOf(migrate(url, sources, { by: 'tester', confirmed: 'all' }));
  assert.is(error.code, 'RIO-MIGRATE-CONFLICT');
  assert.is(error.exitCode, 2);
  assert.equal(error.details, [
    'project 20260102000000_left and project 20260103000000_right both create the column t.a.',
  ]);
  assert.equal(await textsOf(url, 'select name from rustio_migration'), ['20260101000000_one']);
  await write({ '20260103000000_right.sql': 'alter table t add column b text;' });
  assert.is((await migrate(url, sources, { by: 'tester' })).applied.length, 2);
  await drop();
});
