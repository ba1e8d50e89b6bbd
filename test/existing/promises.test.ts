// What `doctor` reports where a model promises what its existing table does not have.
import * as assert from 'uvu/assert';
import { oddRows } from '../../cli/doctor/unexpected-values.ts';
import { unmanagedTables } from '../../cli/doctor/unmanaged-tables.ts';
import { field } from '../../core/model/field.ts';
import { type AnyModel, defineModel } from '../../core/model/model.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { runSql } from '../support/run-sql.ts';
import { runCheck } from '../support/run-tool.ts';
import { suite } from '../support/suite.ts';

const test = suite('an existing database: what a model promises');
const described = { managed: false, key: 'id' } as const;
const optional = { nullable: true } as const;

const Uniques = defineModel('uniques', {
  fields: {
    id: field.integer(),
    name: field.text(),
    code: field.text({ unique: true }),
    part: field.text({ unique: true }),
    lower: field.text({ unique: true }),
    kept: field.text({ unique: true }),
    a: field.text({ column: 'A a' }),
    b: field.text(),
  },
  unique: [
    ['a', 'b'],
    ['a', 'kept'],
  ],
  ...described,
});
const Indexes = defineModel('indexes', {
  fields: {
    id: field.integer(),
    name: field.text({ index: true }),
    second: field.text({ index: true }),
    first: field.text({ index: true }),
    searched: field.text({ index: 'search' }),
    plain: field.text({ index: 'search' }),
    token: field.uuid({ index: 'search' }),
    tags: field.array(field.text(), { index: true }),
    parent: field.belongsTo(() => Uniques, { ...optional }),
  },
  indexes: [
    ['name', 'second'],
    ['first', '-second'],
  ],
  ...described,
});
const Filled = defineModel('filled', {
  fields: {
    id: field.integer(),
    name: field.text(),
    seven: field.integer({ default: 7 }),
    state: field.choice(['a', 'b'], { default: 'a', ...optional }),
    at: field.timestamp({ default: 'now' }),
    same: field.integer({ default: 7 }),
    own: field.text({ default: 'x' }),
  },
  ...described,
});
const Numbered = defineModel('numbered', { fields: { id: field.identity(), name: field.text() }, ...described });
const Triggered = defineModel('triggered', { fields: { id: field.integer(), name: field.text() }, ...described });
const Shown = defineModel('shown', {
  fields: { id: field.integer(), name: field.text() },
  readOnly: true,
  ...described,
});
const Owner = defineModel('owner', {
  fields: { id: field.text({ sqlType: 'citext' }), name: field.text() },
  ...described,
});
const Unindexed = defineModel('unindexed', { fields: { id: field.integer(), name: field.text() }, ...described });
const Thing = defineModel('thing', {
  fields: {
    id: field.integer(),
    name: field.text(),
    owner: field.belongsTo(() => Owner, { column: 'owner', ...optional }),
    price: field.belongsTo(() => Price, { column: 'price', ...optional }),
    unindexed: field.belongsTo(() => Unindexed, { column: 'unindexed', ...optional }),
    days: field.array(field.choice(['mon', 'tue']), optional),
  },
  ...described,
});
const Price = defineModel('price', { fields: { id: field.decimal(), name: field.text() }, ...described });

const TABLES = `
  create extension citext; create extension pg_trgm;
  create domain seven as integer default 7;
  create table uniques (
    id integer primary key, name text not null, code text not null, part text not null, lower text not null, kept text not null unique,
    "A a" text not null, b text not null
  );
  create unique index on uniques (part) where part > '';
  create unique index on uniques (lower(lower));
  insert into uniques values (1, 'a', 'x', '', 'l', '1', 'a', 'b'), (2, 'b', 'x', '', 'm', '2', 'a', 'b'), (3, 'c', 'y', 't', 'n', '3', 'a', 'b');
  create table indexes (
    id integer primary key, name text not null, second text not null, first text not null, searched text not null,
    plain text not null, token uuid not null, tags text[] not null default '{}', parent_id integer
  );
  create index on indexes (first, second);
  create index on indexes using gin (searched gin_trgm_ops);
  create index on indexes (plain);
  create table filled (
    id integer generated always as identity primary key, name text not null, seven integer not null, state text,
    at timestamptz not null default now(), same seven not null, own text not null default 'y', extra integer not null,
    spare integer not null default 1, generated integer not null generated always as (1) stored
  );
  create table numbered (id integer primary key, name text not null);
  create table triggered (id integer primary key, name text not null, extra integer not null);
  create function fill() returns trigger language plpgsql as $$ begin new.extra := 1; return new; end $$;
  create trigger fill before insert on triggered for each row execute function fill();
  create table shown (id integer primary key, name text not null, extra integer not null);
  create table owner (id citext primary key, name text not null);
  insert into owner values ('Ada', 'Ada');
  create table price (id numeric primary key, name text not null);
  insert into price values (1.50, 'x'), (20, 'y');
  create table unindexed (id integer not null, name text not null);
  create table thing (
    id integer primary key, name text not null, owner citext, price numeric, unindexed integer, days text[]
  );
  insert into thing values
    (1, 'a', 'ADA', 1.5, 5, '{mon}'), (2, 'b', 'ben', 20.0, null, '{mon,sun}'), (3, 'c', null, 3, null, null), (4, 'd', 'cyd', null, null, '{}'),
    (5, 'e', 'dan', null, null, null), (6, 'f', 'eve', null, null, null);
`;

const models: readonly AnyModel[] = [
  Uniques,
  Indexes,
  Filled,
  Numbered,
  Triggered,
  Shown,
  Owner,
  Unindexed,
  Thing,
  Price,
];
let desk: TestApp;

test.before(async () => {
  desk = await testApp({ models });
  await runSql(desk.app.database.url, TABLES);
});
test.after(() => desk.close());

async function linesOf(check: typeof oddRows): Promise<readonly string[]> {
  return (await runCheck(check, desk.app)).message.split('\n');
}

test('the sample names repeated values, relations to nothing, and items outside the choices', async () => {
  // Nothing is looked up in the table without an index.
  assert.equal(await linesOf(oddRows), [
    'uniques.code: 1, 2 (the value occurs more than once)',
    'uniques.part: 1, 2 (the value occurs more than once)',
    'thing.days: 2 (does not fit)',
    'thing.owner: 2, 4, 5 and 1 more (no such owner)',
    'thing.price: 3 (no such price)',
  ]);
});

test('unique, index and default that the table does not have, and columns that prevent new rows', async () => {
  const lines = await linesOf(unmanagedTables);
  // The sentence with the consequence is the same for each kind.
  assert.equal(
    lines.map((line) => line.replace(/, so (?!no row).*?\. (?=Create)/, ', so … ')),
    [
      'unindexed: "unindexed" has no primary key or unique constraint on "id", so a row cannot be identified reliably. Declare another key, add a constraint to the table, or use a view that has a unique key.',
      'uniques.code: there is no unique index on the column "code", so … Create one: create unique index concurrently on uniques (code); or remove `unique`.',
      'uniques.part: there is no unique index on the column "part", so … Create one: create unique index concurrently on uniques (part); or remove `unique`.',
      'uniques: there is no unique index on the columns "A a", "b", so … Create one: create unique index concurrently on uniques ("A a", b); or remove `unique`.',
      'indexes.name: no index begins with the column "name", so … Create one: create index concurrently on indexes (name); or remove `index`.',
      'indexes.second: no index begins with the column "second", so … Create one: create index concurrently on indexes (second); or remove `index`.',
      'indexes.plain: there is no trigram index on the column "plain", so … Create one: create index concurrently on indexes using gin (plain gin_trgm_ops); (it needs the extension pg_trgm) or remove `index: \'search\'`.',
      'indexes.token: there is no trigram index on the column "token", so … Create one: create index concurrently on indexes using gin ((token::text) gin_trgm_ops); (it needs the extension pg_trgm) or remove `index: \'search\'`.',
      'indexes.tags: no index begins with the column "tags", so … Create one: create index concurrently on indexes using gin (tags); or remove `index`.',
      'indexes: no index begins with the columns "name", "second", so … Create one: create index concurrently on indexes (name, second); or remove `index`.',
      'filled.id: the column "id" is "generated always as identity" and accepts no value; use field.identity().',
      'filled.seven: the column "seven" does not have the default of the field, so a row without a value is rejected. Add it to the column, or remove `default`.',
      'filled.state: the column "state" does not have the default of the field, so a row without a value gets NULL. Add it to the column, or remove `default`.',
      'filled: the column "extra" is not nullable and has no default, and no field fills it, so no row can be added. Add a field for it, give the column a default, or set readOnly: true.',
      'numbered.id: the column "id" is not an identity column and has no default, so no row can be added. Add a default, or use another type.',
    ],
  );
});

test('the statements that doctor suggests work, and then nothing is reported', async () => {
  const lines = await linesOf(unmanagedTables);
  await runSql(desk.app.database.url, 'update uniques set code = id, part = id, "A a" = id');
  const statements = lines.flatMap((line) => /create (?:unique )?index concurrently [^;]+;/.exec(line)?.[0] ?? []);
  assert.is(statements.length, 9);
  for (const statement of statements) await runSql(desk.app.database.url, statement);
  const left = (await linesOf(unmanagedTables)).filter((line) => line.includes('index'));
  assert.equal(
    left.map((line) => line.split(':')[0]),
    ['unindexed'],
  );
});

test('a table that has less than its model promises is a warning; only an error makes the check fail', async () => {
  assert.is((await runCheck(unmanagedTables, desk.app)).status, 'failed', 'one of the tables has no key');
  await runSql(desk.app.database.url, 'alter table unindexed add primary key (id)');
  assert.is((await runCheck(unmanagedTables, desk.app)).status, 'warning');
});
