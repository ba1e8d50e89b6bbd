// A plugin adds a telephone number to accounts, which are read-only, and a licence to a model of the project; hooks and a field
// type of its own, too. All of it through lists, records, forms, history and doctor.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';
import { unmanagedTables } from '../../../cli/doctor/unmanaged-tables.ts';
import { boot } from '../../../core/boot/boot.ts';
import type { Config } from '../../../core/config.ts';
import { RustioError } from '../../../core/errors/rustio-error.ts';
import { migrate } from '../../../core/migrate/run.ts';
import { migrationSources } from '../../../core/migrate/sources.ts';
import { extendModel } from '../../../core/model/extend-model.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { definePlugin } from '../../../core/plugin.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { hooksFor } from '../../../core/write/hooks.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { User } from '../../../plugins/auth/models.ts';
import { builtIn } from '../../../plugins/built-in.ts';
import { ageSpan } from '../../core/model/age-span.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { run } from './desk.ts';
import { errorAt, factsOf, firstsOf, headersOf, linksOf, mainOf, noticesOf, textOf } from './page.ts';

declare module '../../../core/model/extend-model.ts' {
  interface ExtendedFields {
    'user.deskPhone': string | null;
    'user.badge': string | null;
    'pilot.licence': string | null;
  }
}

const Pilot = defineModel('pilot', {
  fields: { name: field.text({ max: 20 }), ages: field.custom('ageSpan', { nullable: true, max: 99 }) },
});
const Flight = defineModel('flight', {
  fields: { name: field.text(), pilot: field.belongsTo(() => Pilot, { onDelete: 'cascade' }) },
});

const folder = temporaryFolder({
  'migrations/0001_phones.sql':
    'alter table rustio_user add column desk_phone text, add column badge text;\nalter table pilot add column licence text;\n',
  'migrations/0001_phones.down.sql':
    'alter table pilot drop column licence;\nalter table rustio_user drop column desk_phone, drop column badge;\n',
  'templates/span.ejs':
    '<input class="span" id="<%= it.field.id %>" name="<%= it.field.name %>" value="<%= it.field.value %>">\n',
});
const url = (name: string) => pathToFileURL(`${path.join(folder, name)}/`);
const sent: string[] = [];
const phones = definePlugin({
  name: 'spans',
  api: 1,
  requires: ['auth'],
  migrations: url('migrations'),
  templates: url('templates'),
  fieldTypes: [ageSpan],
  extendModels: [
    extendModel(User, { deskPhone: field.phone({ nullable: true }) }, { writable: true }),
    extendModel(User, { badge: field.text({ nullable: true }) }),
    extendModel(Pilot, { licence: field.text({ nullable: true, max: 10 }) }),
  ],
  messages: {
    en: {
      'spans.problem.span': 'Write ages as 6-12.',
      'spans.problem.grounded': 'Pilots called {name} do not fly.',
      'spans.problem.flying': 'This pilot is flying.',
    },
  },
  hooks: () => [
    hooksFor(Pilot, {
      beforeSave: (_tx, { values }) => {
        if (values.name !== 'Icarus') return { values: { licence: values.licence ?? 'none' } };
        return { problems: [{ field: 'name', issue: { key: 'spans.problem.grounded', params: { name: 'Icarus' } } }] };
      },
      afterCommit: ({ action, key, row }) => void sent.push(`${action} ${key} ${row?.name}`),
    }),
    hooksFor('*', {
      // What no plugin can do, whatever the permissions of the user who saves a telephone number.
      beforeValidate: (_tx, { values }) =>
        values.deskPhone === '+4930666' ? { values: { role: 'developer', badge: 'gold' } } : undefined,
      beforeSave: (_tx, { values }) =>
        values.deskPhone === '+4930667' ? { values: { role: 'developer' } } : undefined,
    }),
    hooksFor(Flight, {
      beforeDelete: (_tx, { old }) =>
        old?.name === 'now' ? { problems: [{ field: undefined, issue: { key: 'spans.problem.flying' } }] } : undefined,
    }),
  ],
});

const test = suite('admin: extended models');
let desk: TestApp;
let clerk: Client;
test.before(async () => {
  desk = await testApp({
    models: [Pilot, Flight],
    extend: [phones],
    plugins: {
      admin: {
        admins: [
          defineAdmin(Pilot, {}),
          defineAdmin(Flight, {}),
          defineAdmin(User, { list: ['email', 'deskPhone'], search: ['email', 'deskPhone'], order: ['-deskPhone'] }),
        ],
      },
    },
  });
  const sources = migrationSources('/nowhere', desk.app.plugins);
  assert.equal(
    sources.map(({ name }) => name).slice(-2),
    ['project', 'spans'],
    'columns of the project’s tables come after the tables',
  );
  await migrate(desk.app.database.url, sources, { by: 'tests' });
  clerk = await desk.signInAs('staff', [
    'user.view',
    'user.change',
    'pilot.view',
    'pilot.add',
    'pilot.change',
    'pilot.delete',
    'flight.view',
    'flight.delete',
  ]);
  await desk.account('user');
  await run(desk)`update rustio_user set desk_phone = '+493012345', badge = 'B-7' where id = 2`;
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

test('the fields are in lists, sort orders and searches, and on the record', async () => {
  const { text } = await clerk.get('/admin/users');
  assert.ok(headersOf(text).includes('Desk phone'));
  assert.match(textOf(mainOf(text)), '+493012345');
  assert.equal(firstsOf((await clerk.get('/admin/users?q=%2B4930')).text), ['user-2@example.org']);
  assert.is((await clerk.get('/admin/users?sort=deskPhone')).status, 200);
  const facts = factsOf((await clerk.get('/admin/users/2')).text);
  assert.equal([facts['Desk phone'], facts.Badge], ['+493012345', 'B-7']);
});

test('the form of a read-only model sets the writable field only', async () => {
  const { text } = await clerk.get('/admin/users/2/+edit');
  assert.equal(
    [...mainOf(text).matchAll(/ name="([a-zA-Z]+)"/g)].map(([, name]) => name),
    ['deskPhone'],
  );
  const answer = await clerk.submit('/admin/users/2/+edit', { deskPhone: '+49 30 999', role: 'developer', badge: 'X' });
  assert.is(answer.status, 303);
  const [row] = await run(desk)`select desk_phone, badge, role from rustio_user where id = 2`;
  assert.equal(row, { desk_phone: '+4930999', badge: 'B-7', role: 'user' });
  assert.match(textOf(mainOf((await clerk.get('/admin/users/2/+history')).text)), 'Desk phone');
  const wrong = await clerk.submit('/admin/users/2/+edit', { deskPhone: 'none' });
  assert.equal([wrong.status, errorAt(wrong.text, 'deskPhone') !== ''], [422, true]);
});

test('attack: added fields of accounts of equal or higher rank cannot be changed; users can change their own if permitted', async () => {
  const idOf = async (email: string) =>
    Number((await run(desk)`select id from rustio_user where email = ${email}`)[0]?.id);
  const [chief, peer] = [await idOf(await desk.account('administrator')), await idOf(await desk.account('staff'))];
  const own = Number((await run(desk)`select min(id) as id from rustio_user where role = 'staff'`)[0]?.id);
  for (const [id, status] of [
    [chief, 403],
    [peer, 403],
    [own, 303],
    [2, 303],
  ] as const) {
    const answer = await clerk.submit(`/admin/users/${id}/+edit`, { deskPhone: '+49 30 888' });
    assert.is(answer.status, status, String(id));
    const [row] = await run(desk)`select desk_phone from rustio_user where id = ${id}`;
    assert.is(row?.desk_phone, status === 303 ? '+4930888' : null);
  }
  await run(desk)`update rustio_user set desk_phone = null where id = ${own}`;
  await run(desk)`update rustio_user set desk_phone = '+4930999' where id = 2`;
});

test('users who can edit see the button; adding and deleting remain forbidden', async () => {
  const edit = '/admin/users/2/+edit';
  assert.ok(linksOf((await clerk.get('/admin/users/2')).text).includes(edit));
  const reader = await desk.signInAs('staff', ['user.view']);
  assert.not.ok(linksOf((await reader.get('/admin/users/2')).text).includes(edit));
  assert.is((await reader.get(edit)).status, 403);
  const all = await desk.signInAs('administrator');
  const page = (await all.get('/admin/users/2')).text;
  assert.not.ok(linksOf(page).includes('/admin/users/2/+delete'));
  assert.not.ok(linksOf((await all.get(edit)).text).includes('/admin/users/2/+delete'));
  assert.is((await all.get('/admin/users/+new')).status, 403);
  assert.is((await all.get('/admin/users/2/+delete')).status, 403);
  // Groups are read-only, and no plugin adds a field to them.
  await run(desk)`insert into rustio_group (name) values ('plain')`;
  assert.is((await all.get('/admin/groups/1/+edit')).status, 403);
});

test('code can set the writable field but not the others', async () => {
  const { app } = desk;
  const context = commandAuditContext();
  const update = (values: Parameters<typeof app.write.updateAny>[4]) =>
    app.database.transaction((tx) => app.write.updateAny(tx, context, app.models.of(User), '2', values));
  const typed = await app.database.transaction((tx) =>
    app.write.update(tx, context, User, '2', { deskPhone: '+4930111' }),
  );
  assert.is(typed.outcome, 'done');
  assert.is((await app.records.get(context.actor, User, '2'))?.deskPhone, '+4930111');
  for (const name of ['badge', 'email', 'role', 'active']) {
    assert.equal(await update({ [name]: 'x' }), {
      outcome: 'invalid',
      problems: [{ field: name, issue: { key: 'problem.forbidden' } }],
    });
  }
  assert.equal(await app.database.transaction((tx) => app.write.remove(tx, context, User, '2')), {
    outcome: 'forbidden',
  });
});

test('attack: a hook cannot set fields that only their own plugin changes', async () => {
  const { app } = desk;
  const save = (deskPhone: string) =>
    app.database.transaction((tx) => app.write.update(tx, commandAuditContext(), User, '2', { deskPhone }));
  const forbiddenFields = (...names: readonly string[]) => ({
    outcome: 'invalid',
    problems: names.map((field) => ({ field, issue: { key: 'problem.forbidden' } })),
  });
  assert.equal(await save('+4930666'), forbiddenFields('role', 'badge'));
  assert.equal(await save('+4930667'), forbiddenFields('role'));
  assert.is.not((await app.records.get(commandAuditContext().actor, User, '2'))?.role, 'developer');
});

test('a field of a plugin’s type has its own control, value and messages', async () => {
  const { text } = await clerk.get('/admin/pilots/+new');
  assert.match(text, '<input class="span" id="f-ages" name="ages" value="">');
  const wrong = await clerk.submit('/admin/pilots/+new', { name: 'Amelia', ages: '12' });
  assert.equal([wrong.status, errorAt(wrong.text, 'ages')], [422, 'Write ages as 6-12.']);
  assert.match(wrong.text, 'name="ages" value="12"');
  assert.is((await clerk.submit('/admin/pilots/+new', { name: 'Amelia', ages: '20-39' })).status, 303);
  assert.equal(factsOf((await clerk.get('/admin/pilots/1')).text), {
    Name: 'Amelia',
    Ages: '20-39',
    Licence: 'none',
    Key: '1',
  });
  assert.match((await clerk.get('/admin/pilots/1/+edit')).text, 'name="ages" value="20-39"');
  assert.equal(sent.splice(0), ['create 1 Amelia']);
});

test('a problem reported by a hook is shown at its field, and the input is kept', async () => {
  const answer = await clerk.submit('/admin/pilots/+new', { name: 'Icarus', licence: 'wax' });
  assert.is(answer.status, 422);
  assert.is(errorAt(answer.text, 'name'), 'Pilots called Icarus do not fly.');
  assert.match(answer.text, 'value="wax"');
  assert.equal(sent, []);
});

test('a hook prevents a deletion, and the page explains why', async () => {
  await run(desk)`insert into flight (name, pilot_id) values ('now', 1)`;
  const kept = await clerk.submit('/admin/pilots/1/+delete', {});
  assert.is(kept.status, 409);
  assert.equal(noticesOf(kept.text).map(textOf), ['This pilot is flying.']);
  await run(desk)`update flight set name = 'then'`;
  assert.is((await clerk.submit('/admin/pilots/1/+delete', {})).status, 303);
  assert.equal(sent.splice(0), ['delete 1 undefined']);
});

test('doctor checks the columns that plugins add', async () => {
  const { app } = desk;
  const project = { folder, environment: app.environment, config: app.config, configError: undefined };
  const check = () => unmanagedTables.run({ project, app, database: app.database });
  assert.is((await check()).status, 'ok');
  await run(desk)`alter table pilot rename column licence to permit`;
  await run(desk)`alter table rustio_user alter column desk_phone type integer using null`;
  const { status, message } = await check();
  assert.is(status, 'failed');
  assert.match(message, 'pilot.licence (added by spans): the column "licence" does not exist.');
  assert.match(message, 'user.deskPhone (added by spans): the column "desk_phone" has the type int4');
  await run(desk)`alter table pilot rename column permit to licence`;
  await run(desk)`alter table rustio_user alter column desk_phone type text`;
});

/** Why an application with these plugins does not boot. */
async function bootProblems(extend: Config['extend']): Promise<unknown> {
  const { app } = desk;
  const config: Config = {
    name: 'x',
    models: [Pilot, Flight],
    ...(extend && { extend }),
    plugins: { admin: { admins: [defineAdmin(Pilot, {}), defineAdmin(Flight, {})] } },
  };
  const project = { folder, environment: app.environment, config, configError: undefined };
  const error = await boot({ project, plugins: builtIn, database: app.database, log: app.log }).catch(
    (thrown: unknown) => thrown,
  );
  return error instanceof RustioError ? error.details : error;
}

test('a model of a later plugin cannot be extended: its table is created after the column', async () => {
  const Badge = defineModel('badge', { fields: { name: field.text() }, managed: false, readOnly: true });
  const early = definePlugin({
    name: 'early',
    api: 1,
    extendModels: [extendModel(Badge, { colour: field.text({ nullable: true }) })],
  });
  const late = definePlugin({ name: 'late', api: 1, models: [Badge] });
  assert.equal(await bootProblems([phones, early, late]), [
    'plugin early: extendModels.badge: The model belongs to the plugin late, which comes later; list it in `requires`.',
  ]);
});

test('a missing control prevents startup', async () => {
  const wrong = [{ ...phones, fieldTypes: [{ ...ageSpan, widget: () => 'spans/spam' }] }];
  assert.equal(await bootProblems(wrong), [
    'model pilot: fields.ages: Its control is the view "spans/spam", which does not exist. Did you mean "spans/span"?',
  ]);
});
