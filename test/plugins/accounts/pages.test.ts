// The pages for users, groups and the user's profile, over HTTP.
import { setTimeout as wait } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { defineAdmin, defineModel, field, sql } from '../../../index.ts';
import { findAccountByEmail, lockAccount } from '../../../plugins/auth/account.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { formFieldsOf, formTokenOf } from '../../support/client.ts';
import { queryRows, runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { until } from '../../support/until.ts';

const test = suite('accounts: pages');
const Strike = defineModel('strike', { fields: { name: field.text() } });
let desk: TestApp;
test.before.each(async () => {
  desk = await testApp({ models: [Strike], plugins: { admin: { admins: [defineAdmin(Strike, {})] } } });
});
test.after.each(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const idOf = async (email: string) => (await findAccountByEmail(desk.app.database, email))?.id ?? 0;

test('a new user gets a group and a permission, and the page names the source of each', async () => {
  const administrator = await desk.signInAs('administrator');
  assert.match((await administrator.get('/admin/users')).text, '/admin/accounts/+new');
  const created = await administrator.submit('/admin/accounts/+new', {
    email: 'ana@desk.example',
    displayName: 'Ana',
    role: 'staff',
  });
  assert.is(created.status, 303);
  const shown = /<code dir="ltr">([^<]+)<\/code>/;
  const [, password = ''] = shown.exec((await administrator.get(created.location)).text) ?? [];
  assert.not.match((await administrator.get(created.location)).text, shown, 'once');
  const ana = desk.client();
  assert.is((await ana.signIn('ana@desk.example', password)).status, 303);
  const { location } = await ana.get('/admin/strikes');
  assert.match(location, '/admin/account/new-password');
  const chosen = await ana.submit(location, { password: 'a phrase chosen by Ana' }, '/admin/account/new-password');
  assert.is(chosen.location, '/admin/strikes');
  assert.is((await ana.get('/admin/strikes')).status, 403);

  const id = await idOf('ana@desk.example');
  const added = await administrator.submit('/admin/account-groups/+new', { name: 'Desk', description: 'The desk' });
  const groupPath = added.location;
  assert.match(groupPath, /\/admin\/account-groups\/\d+$/);
  const saveGroup = (form: string, fields: Record<string, string | string[] | null>) =>
    administrator.submit(groupPath, fields, `${groupPath}/${form}`);
  assert.is((await saveGroup('permissions', { permission: ['strike.view'], shown: ['strike.view'] })).status, 303);
  assert.is((await saveGroup('add', { email: 'ana@desk.example' })).status, 303);
  assert.is((await ana.get('/admin/strikes')).status, 200);

  const page = `/admin/accounts/${id}`;
  const save = (form: string, fields: Record<string, string | string[] | null>) =>
    administrator.submit(page, fields, `${page}/${form}`);
  assert.is((await save('permissions', { permission: ['audit.view'], shown: ['audit.view'] })).status, 303);
  const { text } = await administrator.get(page);
  assert.match(text, /value="strike\.view">.*?<small>via Desk<\/small>/s);
  assert.match(text, /value="audit\.view" checked>.*?<small>direct<\/small>/s);
  assert.is((await ana.get('/admin/audit')).status, 200);

  assert.is((await save('groups', { group: null })).status, 303);
  assert.is((await ana.get('/admin/strikes')).status, 403);
  assert.is((await save('deactivate', {})).status, 303);
  assert.match((await ana.get('/admin/strikes')).location, '/admin/login');
});

test('a form that names an impossible member of a group is rejected', async () => {
  const administrator = await desk.signInAs('administrator');
  const { location } = await administrator.submit('/admin/account-groups/+new', { name: 'Odd', description: '' });
  const token = formTokenOf((await administrator.get(location)).text);
  for (const member of ['abc', '1.5', '9e99', '-1', '99999999999999999999'])
    assert.is((await administrator.post(`${location}/remove`, { member, '~token': token })).status, 404, member);
});

test('a permission of a removed model is shown as such, and can be removed', async () => {
  const administrator = await desk.signInAs('administrator');
  const email = await desk.account('staff');
  await desk.command('user grant', { email, permission: 'strike.view' });
  await runSql(desk.app.database.url, 'drop table strike; create table strike (id bigint primary key, name text)');
  const page = `/admin/accounts/${await idOf(email)}`;
  const { text } = await administrator.get(page);
  assert.match(text, 'Permissions that no longer exist');
  assert.match(text, 'Remove strike.view');
  assert.is((await administrator.submit(page, { gone: 'strike.view' }, `${page}/permissions`)).status, 303);
  assert.not.match((await administrator.get(page)).text, 'Permissions that no longer exist');
});

test('attack: the pages offer and accept nothing above the rank of the user', async () => {
  const developer = await desk.account('developer');
  const administrator = await desk.signInAs('administrator');
  const own = await idOf('administrator-2@example.org');
  const above = `/admin/accounts/${await idOf(developer)}`;
  const clerk = await desk.account('staff');
  const below = `/admin/accounts/${await idOf(clerk)}`;
  assert.not.match((await administrator.get(above)).text, 'name="permission"');
  assert.not.match((await administrator.get(below)).text, 'value="developer"');
  assert.match((await administrator.get(`/admin/accounts/${own}`)).text, 'only by a user with a higher role');
  for (const [page, form, fields] of [
    [above, 'role', { role: 'user' }],
    [above, 'deactivate', {}],
    [above, 'erase', { confirm: developer }],
    [above, 'groups', {}],
    [above, 'profile', { email: 'x@example.org', displayName: 'x' }],
    [below, 'role', { role: 'developer' }],
    [below, 'role', { role: 'nobody' }],
    [below, 'erase', { confirm: 'other@example.org' }],
    [`/admin/accounts/${own}`, 'deactivate', {}],
    [`/admin/accounts/${own}`, 'role', { role: 'developer' }],
    [`/admin/accounts/${own}`, 'permissions', { permission: 'audit.view' }],
  ] as const) {
    const [, token = ''] = /name="~token" value="([^"]+)"/.exec((await administrator.get(below)).text) ?? [];
    const { status } = await administrator.post(`${page}/${form}`, { ...fields, '~token': token });
    // This form changes nothing: the account belongs to no group.
    assert.is(status, form === 'groups' ? 303 : 422, `${page}/${form}`);
  }
  assert.is((await findAccountByEmail(desk.app.database, developer))?.active, true);
  for (const role of ['user', 'staff', 'supervisor'] as const) {
    const client = await desk.signInAs(role, role === 'user' ? [] : ['user.view', 'group.view']);
    for (const path of ['/admin/accounts/+new', below, '/admin/account-groups/+new'])
      assert.is((await client.get(path)).status, 403, `${role} ${path}`);
    assert.not.match((await client.get('/admin/users')).text, '/admin/accounts/+new');
  }
});

test('an erased account is removed from every page, and the audit trail shows its pseudonym', async () => {
  const administrator = await desk.signInAs('administrator');
  const email = await desk.account('staff');
  const id = await idOf(email);
  const page = `/admin/accounts/${id}`;
  assert.is((await administrator.submit(page, { confirm: email }, `${page}/erase`)).status, 303);
  const { status, text } = await administrator.get(`/admin/users/${id}`);
  assert.is(status, 200);
  assert.match(text, `erased-${id}@erased.invalid`);
  const trail = await administrator.get('/admin/audit?event=user_erased');
  assert.match(trail.text, `erased-${id}@erased.invalid`);
  assert.not.match((await administrator.get('/admin/users')).text, email);
});

test('users change their name, language, time zone and password on the profile page', async () => {
  const email = await desk.account('staff');
  const ana = desk.client();
  await ana.signIn(email, PASSWORD);
  assert.match((await ana.get('/admin/account')).text, '/admin/account/profile');
  const save = (form: string, fields: Record<string, string>) =>
    ana.submit('/admin/account/profile', fields, `/admin/account/profile/${form}`);
  assert.is((await save('details', { displayName: 'Ana', locale: 'ar', timeZone: 'Asia/Amman' })).status, 303);
  const { text } = await ana.get('/admin/account/profile');
  assert.match(text, 'lang="ar"');
  assert.match(text, 'الملف الشخصي');
  assert.match((await ana.get('/admin/nowhere')).text, 'lang="ar"', 'error pages as well');
  assert.is((await save('details', { displayName: '', locale: 'xx', timeZone: '' })).status, 422);
  assert.is((await save('details', { displayName: '', locale: '', timeZone: '' })).status, 303);
  assert.is((await save('password', { password: 'another good phrase', repeated: 'something else' })).status, 422);
  assert.is((await save('password', { password: 'password2026', repeated: 'password2026' })).status, 422);
  assert.is((await save('password', { password: 'another good phrase', repeated: 'another good phrase' })).status, 303);
  assert.is((await ana.get('/admin/account')).status, 200, 'this session stays');
  assert.is((await desk.client().signIn(email, PASSWORD)).status, 401);
  assert.is((await desk.client().signIn(email, 'another good phrase')).status, 303);
  await desk.app.database.query(sql.unsafe`update rustio_session set authenticated_at = now() - interval '1 hour'`);
  assert.match((await ana.get('/admin/account/profile')).location, '/admin/reauth');
});

test('a form that is interrupted by the password comes back filled in, without passwords, and is not sent', async () => {
  const administrator = desk.client();
  await administrator.signIn(await desk.account('administrator'), PASSWORD);
  const clerk = await idOf(await desk.account('staff', ['strike.view']));
  const group = (await administrator.submit('/admin/account-groups/+new', { name: 'Desk' })).location;
  const page = `/admin/accounts/${clerk}`;
  const invited = { email: 'ana@desk.example', displayName: 'Ana', role: 'supervisor' };
  for (const [form, fields, ...expected] of [
    [
      '/admin/accounts/+invite',
      { ...invited, group: 'Desk' },
      /id="invite".*value="ana@desk.example".*value="Desk" checked/s,
    ],
    [
      '/admin/accounts/+new',
      { ...invited, password: 'a phrase of Ana' },
      /id="new".*value="ana@desk.example".*value="supervisor" selected/s,
    ],
    [
      '/admin/account-groups/+new',
      { name: 'Night', description: 'The night shift' },
      /value="Night".*value="The night shift"/s,
    ],
    ['/admin/service-accounts/+new', { email: 'meters', displayName: 'Meters', role: 'staff' }, /value="meters"/],
    [
      `${page}/permissions`,
      { permission: ['strike.add', 'audit.view'] },
      /value="strike.add" checked/,
      /value="audit.view" checked/,
    ],
    [`${page}/groups`, { group: 'Desk' }, /value="Desk" checked/],
    [`${group}/permissions`, { permission: 'strike.delete' }, /value="strike.delete" checked/],
  ] as const) {
    const token = formTokenOf((await administrator.get('/admin/accounts/+new')).text);
    await desk.app.database.query(sql.unsafe`update rustio_session set authenticated_at = now() - interval '1 hour'`);
    const stopped = await administrator.post(form, { ...fields, '~token': token });
    assert.match(stopped.location, '/admin/reauth', form);
    const back = await administrator.submit(stopped.location, { password: PASSWORD }, '/admin/reauth');
    assert.is(back.location, form);
    const { status, text } = await administrator.get(form);
    assert.is(status, 200, form);
    for (const pattern of expected) assert.match(text, pattern, form);
    assert.not.match(text, 'a phrase of Ana');
    assert.not.match((await administrator.get(form)).text, expected[0], `${form} is restored once`);
  }
  assert.is(await idOf('ana@desk.example'), 0);
  assert.is((await administrator.get(`${page}/nothing`)).status, 404);
  assert.is((await administrator.get(`${group}/nothing`)).status, 404);
});

test('fields, choices and permissions of the built-in plugins have names in Arabic', async () => {
  const { app } = desk;
  const t = app.messages.translate('ar');
  const names = app.models.all
    .filter(({ name }) => name === 'user' || name === 'group')
    .flatMap(({ name, fields }) =>
      [...fields.values()].flatMap((each) => [
        `field.${name}.${each.name}`,
        ...each.values.map((choice) => `choice.${name}.${each.name}.${choice}`),
      ]),
    );
  assert.ok(names.includes('choice.user.kind.service'));
  const permissions = app.permissions.filter(
    (name) => !/\.(?:view|add|change|delete)$/.test(name) || /^(?:audit|jobs)\./.test(name),
  );
  const missing = [...names, ...permissions.map((name) => `permission.${name}`)].filter((key) => t(key) === key);
  assert.equal(missing, ['field.user.id', 'field.group.id']);
});

test('the forms of an account, a group and a profile change only what was changed in them', async () => {
  const { url } = desk.app.database;
  const administrator = await desk.signInAs('administrator');
  await runSql(
    url,
    `insert into rustio_user (email, display_name, role) values ('odd@desk.example', E'Odd\\nname', 'staff');
     insert into rustio_group (name, description) values ('One', E'two\\nlines'), ('Two', 'short')`,
  );
  const id = await idOf('odd@desk.example');
  const open = async (page: string) => {
    const { text } = await administrator.get(page);
    return async (form: string, fields: Readonly<Record<string, string | readonly string[]>>) => {
      const action = `${page}/${form}`;
      const { status } = await administrator.post(action, { ...formFieldsOf(text, action), ...fields });
      assert.is(status, 303, action);
    };
  };
  const save = await open(`/admin/accounts/${id}`);
  await runSql(
    url,
    `update rustio_user set role = 'supervisor' where id = ${id};
     insert into rustio_user_group select ${id}, id from rustio_group where name = 'Two';
     insert into rustio_user_permission (user_id, permission, relation) values (${id}, 'strike.view', 'strike'::regclass)`,
  );
  await save('profile', { email: 'even@desk.example' });
  await save('role', {});
  await save('groups', { group: ['One'] });
  await save('permissions', { permission: ['audit.view'] });
  assert.equal(
    await queryRows(
      url,
      `select email, display_name, role, (
         select array_agg(name order by name) from rustio_group join rustio_user_group on group_id = rustio_group.id where user_id = u.id
       ) as groups, (select array_agg(permission order by permission) from rustio_user_permission where user_id = u.id) as permissions
       from rustio_user u where id = ${id}`,
    ),
    [
      {
        email: 'even@desk.example',
        display_name: 'Odd\nname',
        role: 'supervisor',
        groups: ['One', 'Two'],
        permissions: ['audit.view', 'strike.view'],
      },
    ],
  );

  const [one, two] = await queryRows(url, 'select id::int from rustio_group order by id');
  const saveOne = await open(`/admin/account-groups/${String(one?.id)}`);
  const saveTwo = await open(`/admin/account-groups/${String(two?.id)}`);
  await runSql(url, "update rustio_group set description = 'longer' where name = 'Two'");
  await saveOne('details', { name: 'First' });
  await saveTwo('details', { name: 'Second' });
  assert.equal(await queryRows(url, 'select name, description from rustio_group order by id'), [
    { name: 'First', description: 'two\nlines' },
    { name: 'Second', description: 'longer' },
  ]);
});

test('a language and a time zone that no longer exist neither break pages nor are lost', async () => {
  const { url } = desk.app.database;
  const ana = await desk.signInAs('staff');
  const preferences = () =>
    queryRows(url, "select display_name, locale, time_zone from rustio_user where role = 'staff'");
  await runSql(url, "update rustio_user set locale = 'xx', time_zone = 'Mars/Base' where role = 'staff'");
  const page = '/admin/account/profile';
  assert.is((await ana.get('/admin/account/sessions')).status, 200);
  assert.is((await ana.submit(page, { displayName: 'Ana' }, `${page}/details`)).status, 303);
  assert.equal(await preferences(), [{ display_name: 'Ana', locale: 'xx', time_zone: 'Mars/Base' }]);
  assert.is((await ana.submit(page, { locale: '', timeZone: '' }, `${page}/details`)).status, 303);
  assert.equal(await preferences(), [{ display_name: 'Ana', locale: null, time_zone: null }]);
});

test('attack: one user who saves many forms at once does not take every connection', async () => {
  const { database } = desk.app;
  const email = await desk.account('staff');
  const user = desk.client();
  await user.signIn(email, PASSWORD);
  const administrator = await desk.signInAs('administrator');
  const id = await idOf(email);
  const page = `/admin/accounts/${id}`;
  for (const [client, from, to, fields] of [
    [user, '/admin/account/profile', '/admin/account/profile/details', { displayName: 'Ana' }],
    [administrator, page, `${page}/profile`, { email, displayName: 'Ana' }],
  ] as const) {
    const token = formTokenOf((await client.get(from)).text);
    const locked = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const holding = database.transaction(async (tx) => {
      await lockAccount(tx, id);
      locked.resolve();
      await released.promise;
    });
    await locked.promise;
    const saved = Array.from({ length: 12 }, () => client.post(to, { ...fields, '~token': token }));
    await until(() => database.connections.busy >= 3);
    await wait(500);
    const { busy } = database.connections;
    released.resolve();
    await holding;
    for (const { status } of await Promise.all(saved)) assert.is(status, 303, to);
    // This transaction, and two of the user.
    assert.ok(busy <= 4, `${to} takes ${busy} connections`);
  }
});
