// Rows of tables that no model describes, and that the database deletes, changes or keeps when a record is deleted.

import * as assert from 'uvu/assert';
import { field } from '../../core/model/field.ts';
import { defineModel } from '../../core/model/model.ts';
import { sql, z } from '../../index.ts';
import { defineAdmin } from '../../plugins/admin/define-admin.ts';
import { mainOf, textOf } from '../plugins/admin/page.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type Client, parseForms } from '../support/client.ts';
import { runSql } from '../support/run-sql.ts';
import { suite } from '../support/suite.ts';

const test = suite('an existing database: references from tables without a model');
let app: TestApp;
let clerk: Client;

const Boss = defineModel('boss', { fields: { id: field.integer(), name: field.text() }, key: 'id', managed: false });
const Pair = defineModel('pair', {
  fields: { left: field.integer(), right: field.integer(), note: field.text() },
  key: ['left', 'right'],
  label: 'note',
  managed: false,
});
/** Described, but without its relation to the boss. */
const Assistant = defineModel('assistant', {
  fields: { id: field.integer(), name: field.text() },
  key: 'id',
  managed: false,
});
const models = [Boss, Pair, Assistant];

const tables = `
  create table boss (id int primary key, name text not null, badge text unique);
  insert into boss select n, 'Boss ' || n, 'B' || n from generate_series(1, 9) n;
  create schema hidden;
  create table hidden.child (id int primary key, boss_id int not null references boss on delete cascade);
  insert into hidden.child values (1, 1), (2, 1), (3, 2);
  create table badge_use (badge text references boss (badge) on delete set null);
  insert into badge_use values ('B1'), ('B4');
  create table keeps (boss_id int references boss);
  insert into keeps values (3);
  create table assistant (id int primary key, name text not null, boss_id int references boss on delete cascade);
  insert into assistant values (1, 'Ann', 5);
  create table pair ("left" int, "right" int, note text not null, primary key ("left", "right"));
  insert into pair values (1, 2, 'one');
  create table of_pair (l int, r int, foreign key (l, r) references pair ("left", "right") on delete cascade);
  insert into of_pair values (1, 2), (1, 2);
`;

test.before(async () => {
  app = await testApp({ models, plugins: { admin: { admins: models.map((model) => defineAdmin(model, {})) } } });
  await runSql(app.app.database.url, tables);
  await app.app.records.refreshEstimates();
  clerk = await app.signInAs(
    'staff',
    models.flatMap(({ modelName }) => ['view', 'delete'].map((action) => `${modelName}.${action}`)),
  );
});
test.after(async () => {
  assert.equal(app.errors, []);
  await app.close();
});

async function confirmation(record: string): Promise<string> {
  const { status, text } = await clerk.get(`/admin/${record}/+delete`);
  assert.is(status, 200);
  return textOf(mainOf(text));
}

/** What the audit trail says of the last deletion, besides the record itself. */
async function recorded(): Promise<unknown> {
  const row = await app.app.database.one(sql.type(z.object({ data: z.string().nullable() }))`
    select data::text as data from rustio_audit where event = 'delete' order by id desc limit 1
  `);
  return row.data === null ? null : JSON.parse(row.data);
}

test('rows that would be deleted or unlinked are counted on the page, and in the audit trail', async () => {
  const page = await confirmation('bosses/1');
  assert.match(page, 'Other records in the database 2 Also deleted');
  assert.match(page, 'Other records in the database 1 Unlinked');
  assert.match(page, 'Delete 3 records');
  assert.not.match(page, /hidden|child|badge_use/);
  assert.is((await clerk.submit('/admin/bosses/1/+delete', {})).status, 303);
  assert.equal(await recorded(), { alsoDeleted: { 'hidden.child': 2 }, alsoUnlinked: { badge_use: 1 } });
});

test('rows that prevent the deletion are counted, and the record is not deleted', async () => {
  assert.match(await confirmation('bosses/3'), 'Other records in the database 1 Blocks deletion');
  assert.not.ok(
    parseForms((await clerk.get('/admin/bosses/3/+delete')).text).some(({ action }) => /\+delete$/.test(action)),
  );
});

test('references from columns that the model omits are counted', async () => {
  assert.match(await confirmation('bosses/5'), 'Other records in the database 1 Also deleted');
});

test('composite foreign keys are counted', async () => {
  assert.match(await confirmation('pairs/1,2'), 'Other records in the database 2 Also deleted');
  assert.is((await clerk.submit('/admin/pairs/1,2/+delete', {})).status, 303);
  assert.equal(await recorded(), { alsoDeleted: { of_pair: 2 } });
});

test('a record without references is deleted without a note', async () => {
  assert.match(await confirmation('bosses/9'), 'No other records are affected');
  assert.is((await clerk.submit('/admin/bosses/9/+delete', {})).status, 303);
  assert.is(await recorded(), null);
});
