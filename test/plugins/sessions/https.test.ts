// Over HTTP: behind a proxy that ends TLS the cookie is bound to this host and to TLS.
import * as assert from 'uvu/assert';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { createUser } from '../../../plugins/auth/create-user.ts';
import { preparePassword } from '../../../plugins/auth/password-hash.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { SESSION_COOKIE } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';

const test = suite('sessions: https');
const EMAIL = 'ana@example.org';
let desk: TestApp;
test.before(async () => {
  desk = await testApp({ models: [], publicUrl: 'https://desk.example.org' });
  const { database, events } = desk.app;
  const password = await preparePassword(PASSWORD);
  await database.transaction((tx) =>
    createUser(tx, commandAuditContext(), events, { email: EMAIL, role: 'staff', password }),
  );
});
test.after(() => desk.close());

test('the cookie is Secure and has the prefix that binds it to the host', async () => {
  const client = desk.client();
  const { status, headers } = await client.signIn(EMAIL, PASSWORD);
  assert.is(status, 303);
  const [cookie = ''] = headers.getSetCookie();
  assert.match(cookie, new RegExp(`^__Host-${SESSION_COOKIE}=[A-Za-z0-9_-]{43};`));
  assert.match(cookie, /; secure/i);
  assert.match(cookie, /; path=\/;/i);
  assert.not.match(cookie, /domain=/i);
  assert.is((await client.get('/admin/account/sessions')).status, 200);
});

test('attack: a cookie without the prefix, which a neighbouring host could set, is ignored', async () => {
  const client = desk.client();
  await client.signIn(EMAIL, PASSWORD);
  const tossed = desk.client();
  tossed.setCookie(SESSION_COOKIE, client.cookie(`__Host-${SESSION_COOKIE}`) ?? '');
  assert.is((await tossed.get('/admin/account/sessions')).status, 303);
});

test('signing out removes the Secure cookie', async () => {
  const client = desk.client();
  await client.signIn(EMAIL, PASSWORD);
  const { headers } = await client.post('/admin/logout', {});
  const [cookie = ''] = headers.getSetCookie();
  assert.match(cookie, new RegExp(`^__Host-${SESSION_COOKIE}=;`));
  assert.match(cookie, /; secure/i);
  assert.is(client.cookie(`__Host-${SESSION_COOKIE}`), undefined);
});

test('no error was logged', () => {
  assert.equal(desk.errors, []);
});
