// Every kind of change: up leads to the same catalogue as a new database, and down leads back.
import * as assert from 'uvu/assert';
import { diff } from '../../../core/migrate/diff.ts';
import { renderFile } from '../../../core/migrate/render.ts';
import { emptySnapshot, type Snapshot } from '../../../core/migrate/shape.ts';
import { buildSnapshot } from '../../../core/migrate/snapshot.ts';
import { field, timestamps } from '../../../core/model/field.ts';
import { type AnyModel, defineModel } from '../../../core/model/model.ts';
import { testDatabase } from '../../support/database.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { catalogueOf, textsOf } from './catalogue.ts';
import { resolved } from './resolved.ts';

const test = suite('migrate: changes');

const snapshot = (...models: readonly AnyModel[]): Snapshot => buildSnapshot(resolved(...models));

/** Migrates from one set of models to another and back. Returns the text of the migration. */
async function migrateAndRevert(before: Snapshot, after: Snapshot, rows = ''): Promise<string> {
  const [migrated, fresh] = await Promise.all([testDatabase(), testDatabase()]);
  await runSql(migrated.url, renderFile(diff(emptySnapshot, before)).up);
  await runSql(fresh.url, renderFile(diff(emptySnapshot, after)).up);
  await runSql(migrated.url, rows);
  const old = await catalogueOf(migrated.url);

  const changes = diff(before, after);
  assert.ok(changes.length > 0, 'there are changes');
  const { up, down } = renderFile(changes);
  await runSql(migrated.url, up);
  assert.equal(
    await catalogueOf(migrated.url),
    await catalogueOf(fresh.url),
    'up leads to the catalogue of a new database',
  );
  await runSql(migrated.url, down);
  assert.equal(await catalogueOf(migrated.url), old, 'down leads back');
  await runSql(migrated.url, up);
  assert.equal(await catalogueOf(migrated.url), await catalogueOf(fresh.url), 'up again leads to the same');
  await Promise.all([migrated.drop(), fresh.drop()]);
  return up;
}

const Plain = defineModel('patient', { fields: { name: field.text() } });

test('a table with every field type is created and dropped', async () => {
  const Everything = defineModel('everything', {
    fields: {
      name: field.text({ min: 2, max: 20, default: "O'Neil; \\" }),
      whole: field.integer({ min: -5, max: 5, default: 1 }),
      large: field.bigint({ nullable: true, default: 9_007_199_254_740_993n }),
      exact: field.decimal({ precision: 12, scale: 2, min: '0', default: '0' }),
      yes: field.boolean({ default: false }),
      day: field.date({ default: 'today' }),
      clock: field.time({ nullable: true }),
      local: field.localDateTime({ nullable: true }),
      token: field.uuid({ default: 'random', unique: true }),
      tracking: field.uuid({ nullable: true, index: 'search' }),
      state: field.choice(['new', 'open', "it's"], { default: 'new', index: true }),
      order: field.text({ index: 'search', nullable: true }),
      slug: field.slug({ from: 'name' }),
      mail: field.email({ unique: true, index: true, nullable: true }),
      phone: field.phone({ default: '+4930123456' }),
      home: field.url({ nullable: true, index: 'search' }),
      price: field.money({ currency: 'KWD', min: '0', default: '0' }),
      paint: field.colour({ default: '#0d9488' }),
      notes: field.markdown({ max: 1000, nullable: true }),
      tags: field.array(field.text({ max: 40 }), { min: 0, max: 20, index: true }),
      floors: field.array(field.integer({ min: -2 }), { nullable: true }),
      days: field.array(field.choice(['mon', "it's"]), { default: ["it's"] }),
      scan: field.bytes({ nullable: true, max: 1_000_000 }),
      CamelCase: field.integer({ column: 'Odd "Name"', index: true }),
      ...timestamps(),
    },
    label: 'name',
    unique: [['state', 'day']],
    indexes: [['state', '-day'], ['-whole']],
  });
  const up = await migrateAndRevert(emptySnapshot, snapshot(Everything));
  assert.match(up, 'create extension if not exists pg_trgm;');
  assert.match(up, /using gin \("order" gin_trgm_ops\)/);
  assert.match(up, 'create unique index everything_mail_key on everything (lower(mail));');
  assert.match(up, 'create index everything_mail_idx on everything (mail);');
  assert.match(up, 'create index everything_tags_idx on everything using gin (tags);');
  await migrateAndRevert(snapshot(Everything), emptySnapshot);
});

test('a table is dropped, and recreated by down', async () => {
  await migrateAndRevert(snapshot(Plain), emptySnapshot);
});

test('columns are added and dropped', async () => {
  const more = defineModel('patient', {
    fields: {
      name: field.text(),
      born: field.date({ nullable: true }),
      state: field.choice(['a', 'b'], { default: 'a' }),
    },
  });
  await migrateAndRevert(snapshot(Plain), snapshot(more), "insert into patient (name) values ('Ada')");
});

test('nullability, default and limits of a column change', async () => {
  const before = defineModel('patient', {
    fields: { name: field.text({ max: 10 }), age: field.integer({ nullable: true }) },
  });
  const after = defineModel('patient', {
    fields: { name: field.text({ max: 20, nullable: true, default: 'x' }), age: field.integer({ default: 3, min: 0 }) },
  });
  const up = await migrateAndRevert(
    snapshot(before),
    snapshot(after),
    "insert into patient (name, age) values ('Ada', 4)",
  );
  assert.match(up, 'update patient set age = 3 where age is null;');
});

test('indexes and unique constraints are added, dropped and changed', async () => {
  const fields = { a: field.text(), b: field.text({ nullable: true }), c: field.integer() };
  const before = defineModel('thing', {
    fields: { ...fields, a: field.text({ unique: true }) },
    label: 'a',
    indexes: [['b', 'c']],
  });
  const after = defineModel('thing', {
    fields: { ...fields, b: field.text({ nullable: true, index: 'search' }), c: field.integer({ index: true }) },
    label: 'a',
    unique: [['a', 'b']],
    indexes: [['b', '-c']],
  });
  await migrateAndRevert(snapshot(before), snapshot(after));
});

test('a text becomes an email address that is unique regardless of case', async () => {
  const before = defineModel('patient', { fields: { name: field.text(), mail: field.text({ unique: true }) } });
  const after = defineModel('patient', { fields: { name: field.text(), mail: field.email({ unique: true }) } });
  const rows = "insert into patient (name, mail) values ('Ada', 'Ada@example.org'), ('Bob', 'bob@example.org')";
  const up = await migrateAndRevert(snapshot(before), snapshot(after), rows);
  assert.match(up, '-- Fails if two rows of patient have the same mail, ignoring case.');
  const { url, drop } = await testDatabase();
  await runSql(url, renderFile(diff(emptySnapshot, snapshot(after))).up);
  let isRejected = false;
  await runSql(url, `${rows}, ('Eve', 'ADA@example.org')`).catch(() => {
    isRejected = true;
  });
  assert.ok(isRejected, 'the database enforces it');
  await drop();
});

test('foreign keys are added, dropped, and change their action on deletion', async () => {
  const Owner = defineModel('owner', { fields: { name: field.text() } });
  const without = defineModel('pet', { fields: { name: field.text() } });
  const restrict = defineModel('pet', { fields: { name: field.text(), owner: field.belongsTo(() => Owner) } });
  const setNull = defineModel('pet', {
    fields: { name: field.text(), owner: field.belongsTo(() => Owner, { nullable: true, onDelete: 'setNull' }) },
  });
  await migrateAndRevert(snapshot(Owner, without), snapshot(Owner, restrict));
  await migrateAndRevert(snapshot(Owner, restrict), snapshot(Owner, setNull));
  await migrateAndRevert(snapshot(Owner, restrict), snapshot(without));
});

const Hen = defineModel('hen', {
  fields: { name: field.text(), first: field.belongsTo(() => Egg, { nullable: true }) },
});
const Egg = defineModel('egg', {
  fields: {
    name: field.text(),
    layer: field.belongsTo(() => Hen),
    twin: field.belongsTo(() => Egg, { nullable: true, unique: true, onDelete: 'cascade' }),
  },
});

test('tables that refer to each other and to themselves are created and dropped together', async () => {
  await migrateAndRevert(emptySnapshot, snapshot(Hen, Egg));
  await migrateAndRevert(snapshot(Hen, Egg), emptySnapshot);
});

test('composite keys, text keys and relations to them', async () => {
  const Airport = defineModel('airport', { fields: { iata: field.text({ max: 3 }), name: field.text() }, key: 'iata' });
  const Route = defineModel('route', {
    fields: {
      origin: field.belongsTo(() => Airport),
      destination: field.belongsTo(() => Airport),
      miles: field.integer(),
    },
    key: ['origin', 'destination'],
    label: ['origin', 'destination'],
  });
  const up = await migrateAndRevert(emptySnapshot, snapshot(Airport, Route));
  assert.match(up, 'primary key (origin_iata, destination_iata)');
  assert.not.match(up, /index route_origin_iata_idx/, 'the primary key already has an index on its first column');
  assert.match(up, /index route_destination_iata_idx/);
});

test('a primary key changes while other tables refer to it', async () => {
  const numbered = defineModel('city', { fields: { code: field.text(), name: field.text() } });
  const coded = defineModel('city', { fields: { code: field.text(), name: field.text() }, key: 'code' });
  const buildingOf = (city: typeof numbered | typeof coded) =>
    defineModel('building', { fields: { name: field.text(), city: field.belongsTo(() => city) } });
  await migrateAndRevert(snapshot(numbered, buildingOf(numbered)), snapshot(coded, buildingOf(coded)));
});

test('both ends of a relation change their type', async () => {
  const before = defineModel('country', { fields: { code: field.integer(), name: field.text() }, key: 'code' });
  const after = defineModel('country', { fields: { code: field.text(), name: field.text() }, key: 'code' });
  const cityOf = (country: typeof before | typeof after) =>
    defineModel('town', { fields: { name: field.text(), country: field.belongsTo(() => country) } });
  await migrateAndRevert(
    snapshot(before, cityOf(before)),
    snapshot(after, cityOf(after)),
    "insert into country values (41, 'Switzerland'); insert into town (name, country_code) values ('Bern', 41)",
  );
});

test('a key becomes an identity that continues after the existing rows', async () => {
  const before = defineModel('note', { fields: { id: field.bigint(), name: field.text() }, key: 'id' });
  const after = defineModel('note', { fields: { name: field.text() } });
  const { url, drop } = await testDatabase();
  await runSql(url, renderFile(diff(emptySnapshot, snapshot(before))).up);
  await runSql(url, "insert into note values (41, 'old')");
  await runSql(url, renderFile(diff(snapshot(before), snapshot(after))).up);
  await runSql(url, "insert into note (name) values ('new')");
  assert.equal(await textsOf(url, 'select id from note order by id'), ['41', '42']);
  await drop();
  await migrateAndRevert(snapshot(before), snapshot(after), "insert into note values (41, 'old')");
});

test('a table in another schema', async () => {
  const Invoice = defineModel('invoice', {
    fields: { name: field.text({ index: true }), next: field.belongsTo(() => Invoice, { nullable: true }) },
    table: 'billing.invoice',
  }) as AnyModel;
  const up = await migrateAndRevert(emptySnapshot, snapshot(Invoice));
  assert.match(up, 'create schema if not exists billing;');
});

test('names that PostgreSQL would truncate are shortened, and differ', async () => {
  const long = 'a_column_with_a_name_that_is_longer_than_what_anyone_writes';
  const model = defineModel('aTableWithARatherLongNameOfItsOwn', {
    fields: {
      name: field.text(),
      one: field.integer({ column: `${long}_1`, index: true, min: 0 }),
      two: field.integer({ column: `${long}_2`, index: true, min: 0 }),
    },
  });
  const shortened = snapshot(model);
  const names = shortened.tables.flatMap((table) => [...table.indexes, ...table.checks].map(({ name }) => name));
  assert.is(new Set(names).size, 4);
  assert.ok(names.every((name) => Buffer.byteLength(name) <= 63));
  await migrateAndRevert(emptySnapshot, shortened);
  await migrateAndRevert(shortened, emptySnapshot);
});

test('a table that is not managed can be referred to, and is left unchanged', async () => {
  const Account = defineModel('account', { fields: { name: field.text() }, managed: false });
  const Note = defineModel('note', { fields: { name: field.text(), by: field.belongsTo(() => Account) } });
  const changes = diff(emptySnapshot, snapshot(Account, Note));
  assert.equal(
    changes.map((change) => change.kind),
    ['createTable', 'addForeignKey'],
  );
});
