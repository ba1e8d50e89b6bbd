// `recent` in the access of what plugins add to pages, which no gate checks.

import * as assert from 'uvu/assert';
import { defineAdmin, defineModel, definePlugin, field, sql } from '../../../index.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { parseForms } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { expireRecency } from './expire-recency.ts';

const test = suite('sessions: recency for plugin items');
const Vault = defineModel('vault', { fields: { name: field.text() } });
let opened = 0;
const guard = definePlugin({
  name: 'guard',
  api: 1,
  requires: ['admin', 'sessions'],
  contributes: {
    'record.actions': [
      {
        name: 'open',
        models: [Vault],
        label: 'Open the vault',
        access: { permission: 'change', recent: true },
        run: async () => {
          opened += 1;
          return { outcome: 'done' };
        },
      },
    ],
  },
});
let desk: TestApp;
test.before(async () => {
  desk = await testApp({
    models: [Vault],
    extend: [guard],
    plugins: { admin: { admins: [defineAdmin(Vault, {})] } },
  });
  await desk.app.database.query(sql.unsafe`insert into vault (name) values ('first')`);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

test('attack: an action that requires a recent password is neither offered nor run without one', async () => {
  const client = await desk.signInAs('administrator');
  const page = '/admin/vaults/1/+action/open';
  const form = parseForms((await client.get(page)).text).find(({ action }) => action === page);
  assert.ok(form, 'just signed in');
  await expireRecency(desk);
  assert.not.match((await client.get('/admin/vaults/1')).text, 'Open the vault');
  assert.is((await client.get(page)).status, 403);
  assert.is((await client.post(page, form.fields)).status, 403);
  assert.is(opened, 0);
  await client.submit('/admin/reauth', { password: PASSWORD });
  assert.match((await client.get('/admin/vaults/1')).text, 'Open the vault');
  assert.is((await client.submit(page, {})).status, 303);
  assert.is(opened, 1);
});

test('attack: an unattended session cannot end the others without the password; the user returns to the list', async () => {
  const email = await desk.account('staff');
  const [here, there] = [desk.client(), desk.client()];
  for (const client of [here, there]) await client.signIn(email, PASSWORD);
  const list = '/admin/account/sessions';
  await expireRecency(desk);
  const forms = parseForms((await here.get(list)).text).filter(({ action }) => action.startsWith(list));
  assert.is(forms.length, 2, 'one of them, and all others');
  for (const { action, fields } of forms) {
    const wall = await here.post(action, fields, { referer: desk.url + list });
    assert.is(wall.location, '/admin/reauth?next=%2Fadmin%2Faccount%2Fsessions');
  }
  assert.is((await there.get('/admin/account')).status, 200);
  const foreign = await here.post(forms[0]?.action ?? '', forms[0]?.fields ?? {}, {
    referer: 'https://evil.example/admin/x',
  });
  assert.is(foreign.location, '/admin/reauth');
  const back = await here.submit(
    `/admin/reauth?next=${encodeURIComponent(list)}`,
    { password: PASSWORD },
    '/admin/reauth',
  );
  assert.is(back.location, list);
  assert.is((await here.submit(list, {}, forms[0]?.action ?? '')).status, 303);
});
