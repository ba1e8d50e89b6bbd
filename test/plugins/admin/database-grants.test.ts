// Black box: an application whose database role lacks grants, or whose rows a policy of row-level security guards.

import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { permissionsFor } from '../../support/permissions.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { rowsOf, textOf } from './page.ts';

const test = suite('admin: missing grants and row-level security');
const role = `clerk_${process.pid}_${Date.now()}`;
let owner = '';
let app: TestApp;
let clerk: Client;

const described = { managed: false as const, key: 'id' as const };
const Seen = defineModel('seen', {
  fields: {
    id: field.integer(),
    name: field.text(),
    other: field.belongsTo(() => Unseen, { nullable: true, column: 'other' }),
  },
  ...described,
});
const Unseen = defineModel('unseen', { fields: { id: field.integer(), name: field.text() }, ...described });
const Guarded = defineModel('guarded', { fields: { id: field.integer(), name: field.text() }, ...described });
const Counted = defineModel('counted', { fields: { id: field.identity(), name: field.text() }, managed: false });
const Tagged = defineModel('tagged', {
  fields: {
    id: field.integer(),
    name: field.text(),
    others: field.manyToMany(() => Seen, { through: () => TaggedSeen }),
  },
  ...described,
});
const TaggedSeen = defineModel('taggedSeen', {
  fields: { tagged: field.belongsTo(() => Tagged), seen: field.belongsTo(() => Seen) },
  key: ['tagged', 'seen'],
  label: ['tagged', 'seen'],
  managed: false,
});
const Circular = defineModel('circular', { fields: { id: field.integer(), name: field.text() }, ...described });
const Logged = defineModel('logged', { fields: { id: field.integer(), name: field.text() }, ...described });
const models = [Seen, Unseen, Guarded, Counted, Tagged, TaggedSeen, Circular, Logged];

const tables = `
  create table unseen (id int primary key, name text not null);
  create table seen (id int primary key, name text not null, other int references unseen);
  create table guarded (id int primary key, name text not null);
  create table counted (id bigserial primary key, name text not null);
  insert into unseen values (1, 'unseen one');
  insert into seen values (1, 'seen one', 1);
  insert into guarded values (1, 'mine');
  alter table guarded enable row level security;
  create policy all_rows on guarded using (true) with check (name like 'm%');
  create table tagged (id int primary key, name text not null);
  create table tagged_seen (tagged_id int references tagged on delete cascade, seen_id int references seen, primary key (tagged_id, seen_id));
  insert into tagged values (1, 'tagged one'), (2, 'tagged two');
  insert into tagged_seen values (1, 1);
  create table circular (id int primary key, name text not null);
  insert into circular values (1, 'x');
  alter table circular enable row level security;
  create policy itself on circular using (exists (select from circular c where c.id = circular.id));
  create table logged (id int primary key, name text not null);
  insert into logged values (1, 'logged one');
  create table log (name text);
  create function log_it() returns trigger language plpgsql as
    $$ begin insert into log values (new.name); return null; end $$;
  create constraint trigger log_it after insert or update on logged deferrable initially deferred
    for each row execute function log_it();
  grant select on seen to ${role};
  grant select, insert, update, delete on tagged, circular, logged to ${role};
  grant select, insert, update, delete on guarded, counted to ${role};
`;

test.before(async () => {
  app = await testApp(
    { models, plugins: { admin: { admins: models.map((model) => defineAdmin(model, {})) } } },
    {
      connectVia: async (url) => {
        owner = url;
        await withPlainConnection(
          url,
          (client) =>
            client.query(`create role ${role} login password 'x';
              grant all on schema public to ${role};
              grant all on all tables in schema public to ${role};
              grant all on all sequences in schema public to ${role};`),
          { applicationName: 'tests' },
        );
        const own = new URL(url);
        own.username = role;
        own.password = 'x';
        return own.href;
      },
    },
  );
  await runSql(owner, tables);
  await app.app.records.refreshEstimates();
  clerk = await app.signInAs('staff', permissionsFor(models));
});
test.after(async () => {
  await runSql(owner, `drop owned by ${role}`);
  await app.close();
});

test('without the grant, there are no forms or links to them, and in development their URLs explain what is missing (T20, F11)', async () => {
  for (const [page, privilege] of [
    ['+new', 'INSERT'],
    ['1/+edit', 'UPDATE'],
    ['1/+delete', 'DELETE'],
  ]) {
    const url = `/admin/seens/${page}`;
    const { status, text } = await clerk.get(url);
    assert.is(status, 403, url);
    assert.match(text, /RIO-DATABASE-PERMISSION/);
    assert.match(textOf(text), `${privilege} on table seen is not granted.`);
  }
  for (const page of ['seens', 'seens/1', ''])
    assert.not.match((await clerk.get(`/admin/${page}`)).text, /seens\/(?:1\/)?\+(?:new|edit|delete)/, page);
});

test('a grant revoked in the meantime is reported when the form is saved', async () => {
  const form = await clerk.get('/admin/taggeds/1/+edit');
  assert.is(form.status, 200);
  await runSql(owner, `revoke update on tagged from ${role}`);
  const { status, text } = await clerk.submit('/admin/taggeds/1/+edit', { name: 'x' });
  await runSql(owner, `grant update on tagged to ${role}`);
  assert.is(status, 403);
  assert.match(textOf(text), /permission denied for table tagged/);
  assert.ok(app.errors.length > 0, 'those who run it read it in the log');
  assert.match(text, /RIO-DATABASE-PERMISSION/);
});

test('a sequence without the grant (F11)', async () => {
  const { status, text } = await clerk.submit('/admin/counteds/+new', { name: 'x' });
  assert.is(status, 403);
  assert.match(textOf(text), /counted_id_seq/);
});

test('a list without the grant is 403; relations to its model show keys (T20)', async () => {
  assert.is((await clerk.get('/admin/unseens')).status, 403);
  const { status, text } = await clerk.get('/admin/seens');
  assert.is(status, 200);
  assert.ok(rowsOf(text)[0]?.includes('1'));
  assert.is((await clerk.get('/admin/seens/1')).status, 200);
});

test('a row rejected by a row-level security policy is a problem of the form (T20)', async () => {
  const added = await clerk.submit('/admin/guardeds/+new', { id: '2', name: 'yours' });
  assert.is(added.status, 422);
  assert.match(textOf(added.text), /do not have permission to save this record with these values/);
  assert.is((await clerk.submit('/admin/guardeds/1/+edit', { name: 'yours' })).status, 422);
  assert.is((await clerk.submit('/admin/guardeds/1/+edit', { name: 'mine again' })).status, 303);
});

test('a record stays accessible if link rows or referencing rows are in a table without the grant', async () => {
  const errors = app.errors.length;
  for (const page of ['taggeds', 'taggeds/1', 'taggeds/1/+edit', 'taggeds/1/+delete', 'seens/1'])
    assert.is((await clerk.get(`/admin/${page}`)).status, 200, page);
  assert.equal(app.errors.slice(errors), [], 'no part of the pages was left out');
  assert.is((await clerk.submit('/admin/taggeds/1/+edit', { name: 'renamed' })).status, 303);
  assert.is((await clerk.get('/admin/tagged-seens')).status, 403);
});

test('a recursive row-level security policy', async () => {
  const { status, text } = await clerk.get('/admin/circulars');
  assert.is(status, 500);
  assert.match(text, /RIO-DATABASE-DATA/);
});

test('a grant that a trigger lacks, in the statement and at COMMIT', async () => {
  for (const answer of [
    await clerk.submit('/admin/loggeds/+new', { id: '2', name: 'x' }),
    await clerk.submit('/admin/loggeds/1/+edit', { name: 'x' }),
  ]) {
    assert.is(answer.status, 403);
    assert.match(answer.text, /RIO-DATABASE-PERMISSION/);
  }
  assert.is((await clerk.get('/admin/loggeds/2')).status, 404);
});
