// The pages for tokens, over HTTP.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { formFieldsOf } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { call, config, idOf, newToken, OF_CRATES, tokenOf } from './programs.ts';

const test = suite('tokens: pages');
const OWN = '/admin/account/tokens';
let desk: TestApp;
test.before(async () => {
  desk = await testApp(config);
});
test.after(() => desk.close());

async function signedIn(role: 'user' | 'staff', permissions: readonly string[] = []) {
  const email = await desk.account(role, permissions);
  const client = desk.client();
  assert.is((await client.signIn(email, PASSWORD)).status, 303);
  return { client, email };
}
const tokenIn = (text: string): string => /rustio_[0-9a-f]{12}_[0-9a-f]{64}/.exec(text)?.[0] ?? '';
const whoami = async (text: string) => (await call(desk, 'GET', '/api/whoami', `Bearer ${text}`)).status;
async function forgetPassword(): Promise<void> {
  await desk.app.database.query(
    sql.unsafe`update rustio_session set authenticated_at = now() - interval '1 hour' where ended_at is null`,
  );
}
const tokensOf = async (email: string) =>
  desk.app.database.oneFirst(
    sql.unsafe`select count(*)::integer from rustio_token where user_id = ${await idOf(desk, email)}`,
  );

test('users create a token with some of their permissions, see when it was last used, and revoke it', async () => {
  const { client, email } = await signedIn('staff', ['crate.view', 'crate.add']);
  assert.match((await client.get('/admin/account')).text, OWN);
  assert.match((await client.get(OWN)).text, 'No tokens yet');
  const form = await client.get(`${OWN}/+new`);
  assert.match(form.text, 'value="crate.view"');
  assert.not.match(form.text, /value="(?:crate\.delete|audit\.view|user\.view)"/);
  const created = await client.submit(`${OWN}/+new`, { name: 'Laptop <b>', days: '30', permission: ['crate.view'] });
  assert.is(created.status, 200);
  assert.is(created.headers.get('cache-control'), 'no-store');
  assert.match(created.text, 'Laptop &lt;b&gt;');
  const token = tokenIn(created.text);
  assert.is(await whoami(token), 200);
  const list = await client.get(OWN);
  assert.match(list.text, /Laptop &lt;b&gt;.*Crates: View.*127\.0\.0\.1/s);
  assert.is(tokenIn(list.text), '');
  const id = token.slice(7, 19);
  const revoked = await client.submit(OWN, {}, `${OWN}/${id}/revoke`);
  assert.is(revoked.status, 303);
  assert.match((await client.get(OWN)).text, /The token has been revoked.*Revoked/s);
  assert.is(await whoami(token), 401);
  assert.is(await tokensOf(email), 1);
});

test('permissions are described in the language of the user', async () => {
  const { client, email } = await signedIn('staff', ['audit.view']);
  assert.match((await client.get(`${OWN}/+new`)).text, 'View the audit trail');
  await desk.app.database.query(sql.unsafe`update rustio_user set locale = 'ar' where email = ${email}`);
  assert.match((await client.get(`${OWN}/+new`)).text, 'عرض سجل التدقيق');
});

test('attack: a token is shown once: submitting its form again neither shows it nor creates another', async () => {
  const { client, email } = await signedIn('staff');
  const fields = { ...formFieldsOf((await client.get(`${OWN}/+new`)).text, `${OWN}/+new`), name: 'Once' };
  const answers = await Promise.all([client.post(`${OWN}/+new`, fields), client.post(`${OWN}/+new`, fields)]);
  const later = await client.post(`${OWN}/+new`, fields);
  assert.is([...answers, later].filter(({ text }) => tokenIn(text) !== '').length, 1);
  assert.is(later.location, OWN);
  assert.match((await client.get(OWN)).text, 'has already been created');
  assert.is(await tokensOf(email), 1);
});

test('a rejected form shows each problem and keeps the input; it can be submitted again', async () => {
  const { client, email } = await signedIn('staff', OF_CRATES);
  const page = await client.get(`${OWN}/+new`);
  const hidden = formFieldsOf(page.text, `${OWN}/+new`);
  const rejected = await client.post(`${OWN}/+new`, {
    ...hidden,
    name: '',
    days: '1000',
    permission: ['crate.view', 'audit.view'],
  });
  assert.is(rejected.status, 422);
  assert.match(rejected.text, 'Enter a name of at most 100 characters, without control characters.');
  assert.match(rejected.text, 'Enter a number of days from 1 to 366.');
  assert.match(rejected.text, 'You do not have audit.view');
  assert.match(rejected.text, 'value="1000"');
  assert.match(rejected.text, 'value="crate.view" checked');
  assert.is(await tokensOf(email), 0);
  const again = await client.post(`${OWN}/+new`, { ...hidden, name: 'Fine', days: '', permission: 'crate.view' });
  assert.is(again.status, 200);
  assert.is.not(tokenIn(again.text), '');
});

test('creating and revoking tokens requires a recently entered password; the form is kept in the meantime', async () => {
  const { client, email } = await signedIn('staff', OF_CRATES);
  const token = await tokenOf(desk, email, OF_CRATES);
  const fields = formFieldsOf((await client.get(`${OWN}/+new`)).text, `${OWN}/+new`);
  await forgetPassword();
  assert.is((await client.get(OWN)).status, 200);
  const stopped = await client.post(`${OWN}/+new`, { ...fields, name: 'Kept', days: '7', permission: 'crate.add' });
  assert.match(stopped.location, '/admin/reauth');
  assert.match((await client.submit(OWN, {}, `${OWN}/${token.id}/revoke`)).location, '/admin/reauth');
  assert.is(await whoami(token.text), 200);
  assert.is(await tokensOf(email), 1);
  const back = await client.submit(stopped.location, { password: PASSWORD }, '/admin/reauth');
  const { text } = await client.get(back.location);
  assert.match(text, 'value="Kept"');
  assert.match(text, 'value="crate.add" checked');
  assert.is(await tokensOf(email), 1, 'never sent by itself');
});

test('attack: nobody can see or revoke a token of another account by its id', async () => {
  const { client } = await signedIn('staff');
  const other = await newToken(desk, 'staff');
  const administrator = await desk.signInAs('administrator');
  const above = await newToken(desk, 'developer');
  const csrf = formFieldsOf((await client.get(`${OWN}/+new`)).text, `${OWN}/+new`);
  assert.is((await client.post(`${OWN}/${other.id}/revoke`, csrf)).status, 404);
  assert.is((await client.post(`${OWN}/${'0'.repeat(12)}/revoke`, csrf)).status, 404);
  assert.is((await client.get(`/admin/user-tokens/${other.userId}`)).status, 403);
  assert.is((await client.post(`/admin/user-tokens/${other.userId}/${other.id}/revoke`, csrf)).status, 403);
  const page = `/admin/user-tokens/${above.userId}`;
  const { status, text } = await administrator.get(page);
  assert.is(status, 200);
  assert.match(text, above.id);
  assert.not.match(text, '/revoke"');
  const own = formFieldsOf((await administrator.get(`${OWN}/+new`)).text, `${OWN}/+new`);
  assert.is((await administrator.post(`${page}/${above.id}/revoke`, own)).status, 403);
  assert.is((await administrator.post(`/admin/user-tokens/${other.userId}/${above.id}/revoke`, own)).status, 404);
  assert.is((await administrator.get(`/admin/user-tokens/${other.userId}/+new`)).status, 403);
  assert.equal([await whoami(other.text), await whoami(above.text)], [200, 200]);
});

test('administrators revoke users’ tokens on the tab of the account', async () => {
  const token = await newToken(desk, 'staff');
  const administrator = await desk.signInAs('administrator');
  const page = `/admin/user-tokens/${token.userId}`;
  assert.match((await administrator.get(`/admin/users/${token.userId}`)).text, page);
  const { text } = await administrator.get(page);
  assert.not.match(text, `${page}/+new`);
  assert.is((await administrator.submit(page, {}, `${page}/${token.id}/revoke`)).location, page);
  assert.is(await whoami(token.text), 401);
  const peer = await newToken(desk, 'administrator');
  const ofPeer = (await administrator.get(`/admin/user-tokens/${peer.userId}`)).text;
  assert.not.match(ofPeer, `${peer.id}/revoke`);
  assert.match(ofPeer, 'You can revoke the tokens of users whose role is lower than yours.');
});

/** Creates a service account on its page. */
async function newService(client: Client, email: string, role = 'staff'): Promise<string> {
  assert.match((await client.get('/admin/users')).text, '/admin/service-accounts/+new');
  const created = await client.submit('/admin/service-accounts/+new', { email, displayName: 'Imports orders', role });
  assert.is(created.status, 303, created.text);
  return created.location;
}

test('administrators create a service account, grant it permissions and create a token for it', async () => {
  const administrator = await desk.signInAs('administrator');
  const page = await newService(administrator, 'order-import');
  const id = Number(/\d+$/.exec(page)?.[0]);
  assert.match((await administrator.get(page)).text, 'order-import@service.invalid');
  const account = `/admin/accounts/${id}`;
  const { text } = await administrator.get(account);
  assert.match(text, 'This is a service account');
  assert.not.match(text, `${account}/password`);
  const granted = await administrator.submit(
    account,
    { permission: ['crate.view'], shown: ['crate.view'] },
    `${account}/permissions`,
  );
  assert.is(granted.status, 303);
  const form = await administrator.get(`${page}/+new`);
  assert.match(form.text, 'value="crate.view"');
  assert.not.match(form.text, 'value="crate.add"');
  const created = await administrator.submit(`${page}/+new`, { name: 'Server 1', permission: 'crate.view' });
  const token = tokenIn(created.text);
  assert.is((await call(desk, 'GET', '/api/crates', `Bearer ${token}`)).status, 200);
  assert.equal(
    JSON.parse((await call(desk, 'GET', '/api/whoami', `Bearer ${token}`)).text).owner,
    'order-import@service.invalid',
  );
  assert.is((await administrator.submit(account, {}, `${account}/deactivate`)).status, 303);
  assert.is(await whoami(token), 401);
  assert.is((await administrator.get(`${page}/+new`)).status, 403, 'not for an inactive account');
});

test('the list of users shows which are service accounts, and can be filtered by that', async () => {
  const administrator = await desk.signInAs('administrator');
  await newService(administrator, 'listed');
  const person = await desk.account('staff');
  const { text } = await administrator.get('/admin/users?f.kind=service');
  assert.match(text, /listed@service\.invalid.*Service/s);
  assert.not.match(text, person);
});

test('a service account with an invalid or taken name, or with a role above the creator’s, is not created', async () => {
  const administrator = await desk.signInAs('administrator');
  await newService(administrator, 'taken');
  const create = (email: string, role = 'staff') =>
    administrator.submit('/admin/service-accounts/+new', { email, role });
  for (const email of ['', 'two words', 'ana@desk.example', 'x@evil.invalid', '@service.invalid', 'Taken'])
    assert.is((await create(email)).status, 422, email);
  const page = await administrator.get('/admin/service-accounts/+new');
  assert.not.match(page.text, 'value="developer"');
  const hidden = formFieldsOf(page.text, '/admin/service-accounts/+new');
  for (const role of ['developer', 'nobody', ''])
    assert.is(
      (await administrator.post('/admin/service-accounts/+new', { ...hidden, email: 'high', role })).status,
      422,
      role,
    );
  const supervisor = await desk.signInAs('supervisor');
  assert.is((await supervisor.get('/admin/service-accounts/+new')).status, 403);
});

test('nothing unexpected was logged', () => assert.equal(desk.errors, []));
