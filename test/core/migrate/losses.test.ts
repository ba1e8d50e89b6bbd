import * as assert from 'uvu/assert';
import type { Loss } from '../../../core/migrate/losses.ts';
import { parseEffects } from '../../../core/migrate/removals.ts';
import { migrate, plannedLosses } from '../../../core/migrate/run.ts';
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

test('rows that a merge deletes and values that an update overwrites are confirmed, unless the migrations added them', async () => {
  const { url, drop } = await testDatabase();
  const { sources, write } = await testProject({
    [ONE]: 'create table person (id integer, phone text, state text); create table gone (id integer);',
  });
  await migrate(url, sources, by);
  await write({
    [TWO]: `
      alter table person add column email text, add mood text;
      update person set email = phone, mood = 'good';
      alter table person drop column mood;
      merge into person using gone on person.id = gone.id when matched then delete;
      update person set phone = null, state = default;
      update person set state = 'x' where id = 1;
      delete from gone where true;
      create table pet (id integer);
      update pet set id = 1;
      do $$ begin update person set email = null; execute 'drop table unheard_of'; delete from gone; end $$;
      do $$ begin execute 'drop table ' || quote_ident('gone'); end $$;
      alter table person rename column state to status;
      alter table person add column state text;
      update person set state = status;
    `,
  });
  assert.equal(whats(await plannedLosses(url, sources)), [
    'matching rows of person',
    'every value of person.phone',
    'every value of person.state',
    'every row of gone',
    'every row of gone',
    'data that cannot be determined from the statement',
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
    'delete from a where true returning *',
    'delete from only a where 1 = 1',
    'delete from a using (select * from b where c) as d',
    'update a set b = null',
    'update only a * as x set (b, c) = (1, 2), d = default where true',
    'merge into a using b on a.id = b.id when matched then delete',
    'merge into only a x using b on x.id = b.id when matched then update set c = 1 when not matched by source then delete',
    'explain analyze delete from a',
    'prepare p as delete from a',
    ...['function f()', 'procedure f(integer)', 'aggregate f(integer)', 'routine f', 'sequence s', 'collation c'].map(
      (what) => `drop ${what} cascade`,
    ),
    ...['domain d', 'server s', 'foreign data wrapper w', 'materialized view m', 'view v', 'language l'].map(
      (what) => `drop ${what} cascade`,
    ),
    'drop text search configuration c cascade',
    'drop foreign table if exists a',
    'drop schema if exists s, "T" restrict',
    'alter type t drop attribute a cascade',
    'alter table a drop column b cascade',
    'do $$ begin alter table a drop b; end $$',
    "do $$ begin execute 'drop table ' || name; end $$",
    "do $$ begin execute format('alter table %I drop column %I', a, b); end $$",
    "do $$ begin execute 'alter table a' || ' drop column ' || b; end $$",
    "do 'begin execute ''delete from a where true''; end'",
    'do $$ begin update a set b = 1; end $$',
    'do $$ begin drop function f() cascade; end $$',
    'do $$ begin merge into a using b on true when matched then delete; end $$',
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
    'drop index a_idx cascade',
    'drop trigger t on a cascade',
    // Foreign keys may go with it, and no row.
    'alter table a drop constraint c cascade',
    'delete from a where b',
    'update a set b = 1 where c is null',
    'update a set b = c.d from c where c.id = a.id',
    'insert into a values (1) on conflict do update set b = 1',
    'merge into a using b on a.id = b.id when matched then update set c = 1 when not matched then insert values (1)',
    'select * from a for update',
    'alter type mood rename value $$x$$ to $$y$$',
    'do $$ begin perform 1 from a for update; alter table a drop constraint c cascade; end $$',
    "with a as (select 'drop table x') select * from a",
  ];
  for (const statement of keeping) assert.is(removes(statement), 0, statement);
});
