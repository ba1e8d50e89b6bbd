import * as assert from 'uvu/assert';
import type { Loss } from '../../../core/migrate/losses.ts';
import { parseEffects } from '../../../core/migrate/removals.ts';
import { migrate } from '../../../core/migrate/run.ts';
import { plannedLosses } from '../../../core/migrate/status.ts';
import { testDatabase } from '../../support/database.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { textsOf } from './catalogue.ts';
import { testProject } from './project.ts';

const test = suite('migrate: losses');
const by = { by: 'tester' };
const ONE = '20260101000000_one.sql';
const TWO = '20260102000000_two.sql';
const THREE = '20260103000000_three.sql';

const whats = (losses: readonly Loss[]) => losses.map(({ what }) => what);

test('a migration that drops a column with values is not applied without a confirmation (F5)', async () => {
  const { url, drop } = await testDatabase();
  const { sources, write } = await testProject({
    [ONE]: "create table person (phone text); insert into person values ('1');",
  });
  await migrate(url, sources, by);
  await write({
    [TWO]: '-- telephone\nalter table person add column telephone text;\nalter table person drop column phone;',
  });
  const error = await rustioFailureOf(migrate(url, sources, by));
  assert.is(error.code, 'RIO-MIGRATE-CONFIRM');
  assert.is(error.exitCode, 2);
  assert.equal(error.details, [
    'project 20260102000000_two:3  every value of person.phone: alter table person drop column phone',
  ]);
  assert.equal(await textsOf(url, 'select phone from person'), ['1']);

  const losses = await plannedLosses(url, sources);
  await write({ [THREE]: 'drop table person;' });
  assert.is((await rustioFailureOf(migrate(url, sources, { ...by, confirmed: losses }))).code, 'RIO-MIGRATE-CONFIRM');
  assert.equal(await textsOf(url, 'select phone from person'), ['1'], 'a file that was added later was not confirmed');
  await migrate(url, sources, { ...by, confirmed: await plannedLosses(url, sources) });
  assert.equal(await textsOf(url, "select to_regclass('person')"), ['null']);
  await drop();
});

test('a new database is migrated without a question, even if the migrations drop something', async () => {
  const { url, drop } = await testDatabase();
  const { sources } = await testProject({
    [ONE]:
      "create table person (phone text); create table pet (id integer); do $$ begin execute 'drop table pet'; end $$;",
    [TWO]: 'alter table person rename to guest; alter table guest drop column phone; truncate guest;',
    [THREE]: 'drop table guest;',
  });
  assert.equal(await plannedLosses(url, sources), []);
  assert.is((await migrate(url, sources, by)).applied.length, 3);
  await drop();
});

test('renamed objects are recognised, and types are compared with the column', async () => {
  const { url, drop } = await testDatabase();
  const { sources, write } = await testProject({
    [ONE]:
      'create schema s; create table person (a text, b numeric(12,2), c integer, d timestamptz(3), "E;" text); create table s.pet (id integer);',
  });
  await migrate(url, sources, by);
  await write({
    [TWO]: `
      alter table person rename to guest;
      alter table guest rename a to first, alter column b type numeric(14,2), alter c type bigint;
      alter table guest drop first, drop constraint if exists x, alter column b set data type numeric(8,1) using b::numeric(8,1);
      alter table public.guest alter c type bigint using 0, alter column d type date using (d at time zone 'UTC')::date, drop "E;";
      alter table s.pet set schema public;
      drop table pet;
    `.replace(
      'alter table guest rename a to first, alter',
      'alter table guest rename a to first;\n alter table guest alter',
    ),
  });
  assert.equal(whats(await plannedLosses(url, sources)), [
    'every value of guest.first',
    'values of guest.b: numeric(12,2) becomes numeric(8,1)',
    'values of guest.c: integer becomes bigint',
    'values of guest.d: timestamp(3) with time zone becomes date',
    'every value of guest.E;',
    'every row of pet',
  ]);
  await drop();
});

test('only statements that remove something are recognised', () => {
  const removes = (statement: string) => parseEffects(statement).removals.length;
  const removing = [
    'drop table if exists only_one cascade',
    'DROP TABLE "a;b"',
    'drop schema s cascade',
    'drop type mood cascade',
    'drop extension hstore cascade',
    'drop owned by somebody',
    'truncate table only a',
    'delete from a',
    'alter table if exists only a.b * drop if exists c',
    'alter table a add column b integer default (1), drop column c',
    'alter table a alter b type varchar(3) collate "C" using left(b, 3)',
    "do $$ begin execute 'drop table x'; end $$",
    'do $$ begin delete from a; end $$',
    'with gone as (delete from a returning *) insert into b select * from gone',
    'with b as (select 1) delete from a',
  ];
  for (const statement of removing) assert.ok(removes(statement) > 0, statement);
  const keeping = [
    'drop index a_idx',
    'drop view v',
    'drop function f()',
    'drop type mood',
    'delete from a where b = 1',
    'alter table a drop constraint c',
    'alter table a alter b drop default, alter b drop not null, alter b set default 1',
    'alter table a alter column b drop identity',
    "alter table a add constraint c check (b <> 'drop table x')",
    'create table a (b integer)',
    "insert into a values ('drop table x')",
    'do $$ begin delete from a where b = 1; end $$',
    'with gone as (delete from a where b = 1 returning *) insert into b select * from gone',
    'alter index a rename to b',
  ];
  for (const statement of keeping) assert.is(removes(statement), 0, statement);
});
