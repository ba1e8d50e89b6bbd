// Black box: behind a proxy that ends TLS the cookie is bound to this host and to TLS.
import * as assert from 'uvu/assert';
import { commandAuditContext } from '../../../core/command-context.ts';
import { createUser } from '../../../plugins/auth/create-user.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';

const test = suite('sessions: https');
const EMAIL = 'ana@example.org';
let desk: TestApp;
test.before(async () => {
  desk = await testApp({ models: [], publicUrl: 'https://desk.example.org' });
  const { database, events } = desk.app;
  await database.transaction((tx) =>
    createUser(tx, commandAuditContext(), events, { email: EMAIL, role: 'staff', password: PASSWORD }),
  );
});
test.after(() => desk.close());

test('the cookie is Secure and carries the prefix that binds it to the host', async () => {
  const client = desk.client();
  const { status, headers } = await client.signIn(EMAIL, PASSWORD);
  assert.is(status, 303);
  const [cookie = ''] = headers.getSetCookie();
  assert.match(cookie, /^__Host-rustio=[A-Za-z0-9_-]{43};/);
  assert.match(cookie, /; secure/i);
  assert.match(cookie, /; path=\/;/i);
  assert.not.match(cookie, /domain=/i);
  assert.is((await client.get('/admin/account/sessions')).status, 200);
});

test('attack: a cookie without the prefix, which a neighbouring host could set, means nothing', async () => {
  const client = desk.client();
  await client.signIn(EMAIL, PASSWORD);
  const tossed = desk.client();
  tossed.setCookie('rustio', client.cookie('__Host-rustio') ?? '');
  assert.is((await tossed.get('/admin/account/sessions')).status, 303);
});

test('signing out takes the Secure cookie away', async () => {
  const client = desk.client();
  await client.signIn(EMAIL, PASSWORD);
  const { headers } = await client.post('/admin/logout', {});
  const [cookie = ''] = headers.getSetCookie();
  assert.match(cookie, /^__Host-rustio=;/);
  assert.match(cookie, /; secure/i);
  assert.is(client.cookie('__Host-rustio'), undefined);
});

test('nothing of all this was an error in the log', () => {
  assert.equal(desk.errors, []);
});
