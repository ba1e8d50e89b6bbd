// A second factor: see second-factor/.
import * as assert from 'uvu/assert';
import { sql, z } from '../../index.ts';
import { PASSWORD, type TestApp } from '../support/app.ts';
import type { Client } from '../support/client.ts';
import { SESSION_COOKIE } from '../support/session-cookie.ts';
import { suite } from '../support/suite.ts';
import { secondFactor } from './second-factor/index.ts';
import { appWith } from './support.ts';

const test = suite('external: second-factor');
let desk: TestApp;
test.before(async () => {
  desk = await appWith([secondFactor]);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

/** An administrator who has enabled the factor, with their session. */
async function enrolled(): Promise<{ readonly email: string; readonly client: Client }> {
  const email = await desk.account('administrator');
  const client = desk.client();
  await client.signIn(email, PASSWORD);
  const on = await client.submit('/admin/account/code', { code: '246810' });
  assert.is(on.status, 303);
  return { email, client };
}
const tokenOf = (client: Client): string | undefined => client.cookie(SESSION_COOKIE);

test('after the password, the user is kept on the code page and learns nothing else', async () => {
  const { email } = await enrolled();
  const client = desk.client();
  const signedIn = await client.signIn(email, PASSWORD);
  assert.match(signedIn.location, '/admin/+code');
  for (const path of ['/admin', '/admin/users', '/admin/audit', '/admin/account/code'])
    assert.match((await client.get(path)).location, '/admin/+code', path);
  const page = await client.get('/admin/+code');
  assert.is(page.status, 200);
  assert.match(page.text, '<body class="gate">');
  for (const hidden of ['/admin/users', 'Administrator', '/admin/audit']) assert.not.match(page.text, hidden);
});

test('the correct code completes the sign-in with a new token, so a stolen token of the pending session is useless', async () => {
  const { email } = await enrolled();
  const client = desk.client();
  await client.signIn(email, PASSWORD);
  const half = tokenOf(client);
  assert.is((await client.submit('/admin/+code', { code: '000000' })).status, 401);
  const let_in = await client.submit('/admin/+code', { code: '246810' });
  assert.is(let_in.status, 303);
  assert.is.not(tokenOf(client), half);
  assert.is((await client.get('/admin/audit')).status, 200);
  const thief = desk.client();
  thief.setCookie(SESSION_COOKIE, half ?? '');
  assert.match((await thief.get('/admin/audit')).location, '/admin/login');
});

test('wrong codes are counted and audited, and after five even the correct code is rejected', async () => {
  const { email } = await enrolled();
  const client = desk.client();
  await client.signIn(email, PASSWORD);
  for (let tries = 0; tries < 5; tries += 1) await client.submit('/admin/+code', { code: 'wrong' });
  assert.is((await client.submit('/admin/+code', { code: '246810' })).status, 401);
  const failures = await desk.app.database.oneFirst(sql.type(z.object({ n: z.number() }))`
    select count(*)::integer as n from rustio_audit where event = 'second_factor_failed' and subject_label = ${email}
  `);
  assert.is(failures, 6);
});

test('an empty, short or non-numeric code is rejected', async () => {
  const user = await desk.signInAs('staff');
  for (const code of ['', '12345', 'abcdef', '246810\0', '1'.repeat(5_000)]) {
    const rejected = await user.submit('/admin/account/code', { code });
    assert.is(rejected.status, 422, code.slice(0, 20));
    assert.match(rejected.text, 'Choose 6 to 12 digits.');
  }
  assert.match((await user.get('/admin/account/code')).text, '<p id="state">off</p>');
});

test('enabling it ends the other sessions and keeps the current one', async () => {
  const email = await desk.account('administrator');
  const [here, elsewhere] = [desk.client(), desk.client()];
  await here.signIn(email, PASSWORD);
  await elsewhere.signIn(email, PASSWORD);
  await here.submit('/admin/account/code', { code: '246810' });
  assert.is((await here.get('/admin')).status, 200);
  assert.match((await elsewhere.get('/admin')).location, '/admin/login');
  assert.match((await here.get('/admin/account/code')).text, '<p id="state">on</p>');
});

test('reauthentication asks for the code as well', async () => {
  const { client } = await enrolled();
  assert.match((await client.get('/admin/reauth')).text, 'autocomplete="one-time-code"');
  assert.is((await client.submit('/admin/reauth', { password: PASSWORD, code: 'wrong' })).status, 401);
  assert.is((await client.submit('/admin/reauth', { password: PASSWORD, code: '246810' })).status, 303);
});

test('the account page links to it', async () => {
  const user = await desk.signInAs('staff');
  assert.match((await user.get('/admin/account')).text, 'href="/admin/account/code"');
});
