import * as assert from 'uvu/assert';
import { makeMigration } from '../../../core/migrate/make.ts';
import { migrate } from '../../../core/migrate/run.ts';
import { managedState } from '../../../core/migrate/state.ts';
import { field, timestamps } from '../../../core/model/field.ts';
import { type AnyModel, defineModel } from '../../../core/model/model.ts';
import { testDatabase } from '../../support/database.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { catalogueOf } from './catalogue.ts';
import { testProject } from './project.ts';
import { resolved } from './resolved.ts';

const test = suite('migrate: drift');

const Owner = defineModel('owner', { fields: { name: field.text({ unique: true }) } });
const Pet = defineModel('pet', {
  fields: {
    name: field.text({ max: 40, default: "it's", index: 'search' }),
    state: field.choice(['new', "it's"], { default: 'new', index: true }),
    owner: field.belongsTo(() => Owner, { nullable: true, onDelete: 'setNull' }),
    mail: field.email({ unique: true, nullable: true }),
    price: field.decimal({ precision: 12, scale: 2, min: '0', default: '0' }),
    tags: field.array(field.text(), { index: true }),
    born: field.date({ default: 'today' }),
    code: field.uuid({ default: 'random' }),
    days: field.array(field.choice(['mon', 'tue']), { default: ['mon'] }),
    ...timestamps(),
  },
  unique: [['name', 'born']],
  indexes: [['state', '-born']],
});
const Invoice = defineModel('invoice', { fields: { name: field.text({ index: true }) }, table: 'billing.invoice' });
const MODELS = [Owner, Pet, Invoice] as readonly AnyModel[];

async function migrated(models: readonly AnyModel[] = MODELS) {
  const project = await testProject();
  const database = await testDatabase();
  await makeMigration({ folder: project.folder, models: resolved(...models) });
  await migrate(database.url, project.sources, { by: 'test' });
  const state = (of = models) => managedState(database.url, project.sources, resolved(...of));
  return { ...project, ...database, state };
}

test('tables created by migrations have no drift, and comparing leaves nothing behind', async () => {
  const { url, state, drop } = await migrated();
  const before = await catalogueOf(url);
  assert.equal(await state(), { drift: [], conflicts: [], incomplete: [], modelsChanged: false, notes: [] });
  assert.equal(await catalogueOf(url), before);
  await drop();
});

test('every difference between a managed table and the database is found (F17, T14)', async () => {
  const cases: readonly (readonly [sql: string, drift: RegExp])[] = [
    ['alter table pet drop column born', /pet\.born: the column does not exist/],
    ['alter table pet alter state type varchar(9)', /pet\.state: the type is character varying\(9\), not text/],
    ['alter table pet alter price type numeric(12,3)', /pet\.price: the type is numeric\(12,3\), not numeric\(12,2\)/],
    ['alter table pet alter state drop not null', /pet\.state: the column is nullable, and should not be/],
    ['alter table pet alter owner_id set not null', /pet\.owner_id: the column is not nullable, and should be/],
    ["alter table pet alter state set default 'old'", /pet\.state: the default is 'old'::text, not 'new'::text/],
    ['alter table pet alter price drop default', /pet\.price: the default is missing/],
    ['alter table owner alter id drop identity', /owner\.id: the column is not an identity/],
    ['alter table pet add column extra text', /pet\.extra: no model and no migration has this column/],
    ['alter table pet drop constraint pet_pkey', /pet: the primary key pet_pkey on id does not exist/],
    ['alter table owner rename constraint owner_name_key to other', /owner_name_key on name is called other/],
    ['alter table pet drop constraint pet_state_choice', /the check pet_state_choice does not exist/],
    [
      "alter table pet drop constraint pet_state_choice; alter table pet add constraint pet_state_choice check (state = 'a')",
      /pet_state_choice is CHECK/,
    ],
    ['alter table pet drop constraint pet_owner_id_fkey', /foreign key pet_owner_id_fkey to owner does not exist/],
    [
      'alter table pet drop constraint pet_owner_id_fkey; alter table pet add constraint pet_owner_id_fkey foreign key (owner_id) references owner',
      /"on delete no action", not "on delete set null"/,
    ],
    [
      'alter table pet drop constraint pet_owner_id_fkey; alter table pet add constraint pet_owner_id_fkey foreign key (owner_id) references owner on delete set null not valid',
      /validate constraint pet_owner_id_fkey/,
    ],
    ['drop index pet_state_born_desc_idx', /the index pet_state_born_desc_idx does not exist/],
    ['drop index pet_name_search', /the index pet_name_search does not exist/],
    [
      'drop index pet_mail_key; create unique index pet_mail_key on pet (mail)',
      /the index pet_mail_key is unique btree/,
    ],
    ['drop index billing.invoice_name_idx', /billing\.invoice: the index invoice_name_idx does not exist/],
    ['drop table billing.invoice', /billing\.invoice: the table does not exist/],
    ['drop table billing.invoice; create view billing.invoice as select 1 as id', /billing\.invoice: it is a view/],
  ];
  const { url, sources, state, drop } = await migrated();
  for (const [sql, expected] of cases) {
    await runSql(url, sql);
    const { drift } = await state();
    assert.ok(
      drift.some((line) => expected.test(line)),
      `${sql}: ${drift.join(' | ')}`,
    );
    await runSql(url, 'drop table if exists pet, owner; drop schema billing cascade; delete from rustio_migration');
    await migrate(url, sources, { by: 'test' });
  }
  assert.equal((await state()).drift, []);
  await drop();
});

test('columns added by hand-written migrations and additional indexes are not drift', async () => {
  const { url, sources, state, write, drop } = await migrated();
  await write({
    '20990101000000_by_hand.sql':
      "alter table pet add column words tsvector generated always as (to_tsvector('english', name)) stored; create index on pet (words); create index on pet (born);",
  });
  const pending = await state();
  assert.equal(pending.drift, []);
  assert.equal(pending.notes, ['Not compared because pending migrations change them: pet.']);
  await migrate(url, sources, { by: 'test' });
  assert.equal(await state(), { drift: [], conflicts: [], incomplete: [], modelsChanged: false, notes: [] });
  await drop();
});

test('models without a migration, and models over tables that no migration created, are found (F17)', async () => {
  const { url, state, drop } = await migrated([Owner]);
  assert.equal((await state([Owner, Pet] as readonly AnyModel[])).modelsChanged, true);
  assert.equal((await state([Owner, Pet] as readonly AnyModel[])).drift, []);
  await runSql(url, 'create table pet (id bigint primary key)');
  const { drift } = await state([Owner, Pet] as readonly AnyModel[]);
  assert.match(drift.join(), 'pet: the table exists, but no migration created it');
  const Described = defineModel('owner', { fields: { name: field.text() }, managed: false });
  assert.equal(await state([Described]), { drift: [], conflicts: [], incomplete: [], modelsChanged: false, notes: [] });
  await drop();
});

test('without the privilege to create temporary tables, there is a note and nothing fails', async () => {
  const { url, sources, drop } = await migrated([Owner]);
  const readOnly = new URL(url);
  readOnly.searchParams.set('options', '-c default_transaction_read_only=on');
  const { drift, notes } = await managedState(readOnly.href, sources, resolved(Owner));
  assert.equal(drift, []);
  assert.match(notes.join(), 'The tables could not be compared with the database: cannot execute CREATE TABLE');
  await drop();
});
