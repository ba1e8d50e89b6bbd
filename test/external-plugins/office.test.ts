// What a sign-in may depend on: see office/.
import * as assert from 'uvu/assert';
import { sql, z } from '../../index.ts';
import { bootProblemsOf, PASSWORD, type TestApp } from '../support/app.ts';
import type { Client } from '../support/client.ts';
import { SESSION_COOKIE } from '../support/session-cookie.ts';
import { suite } from '../support/suite.ts';
import { office } from './office/index.ts';
import { appWith } from './support.ts';

const test = suite('external: office');
/** From one minute to the next, the tests neither begin nor end to be in the office hours. */
const utcHour = new Date(Date.now() + 60_000).getUTCHours();
const OPEN = { from: 0, to: 24, timeZone: 'UTC' };
const CLOSED = { from: (utcHour + 2) % 23, to: ((utcHour + 2) % 23) + 1, timeZone: 'UTC' };
const NETWORKS = ['192.0.2.0/24', '2001:db8:1::/48'];
const INSIDE = '192.0.2.17';
const OUTSIDE = '198.51.100.1';

const deskWith = (hours: typeof OPEN) =>
  appWith([office], { trustedProxies: 1, plugins: { office: { networks: NETWORKS, hours } } });
let desk: TestApp;
let closed: TestApp;
test.before(async () => {
  [desk, closed] = [await deskWith(OPEN), await deskWith(CLOSED)];
});
test.after(async () => {
  for (const each of [desk, closed]) {
    assert.equal(each.errors, []);
    await each.close();
  }
});

const signIn = (client: Client, from: string, email: string, password = PASSWORD) =>
  client.post('/admin/login', { email, password }, { 'x-forwarded-for': from });
const open = (client: Client, from: string) => client.get('/admin/account', { 'x-forwarded-for': from });
const failuresOf = ({ app }: TestApp, email: string) =>
  app.database.any(sql.type(z.object({ event: z.string(), data: z.record(z.string(), z.unknown()) }))`
    select event, data from rustio_audit where subject_label = ${email} and event = any('{login_failed,reauth_failed,session_refused}') order by id
  `);

test('administrators sign in from the network of the office, over IPv4 and IPv6, and others from anywhere', async () => {
  for (const role of ['administrator', 'developer'] as const) {
    const email = await desk.account(role);
    for (const from of [INSIDE, '2001:db8:1:2::3']) {
      const client = desk.client();
      assert.is((await signIn(client, from, email)).status, 303);
      assert.is((await open(client, from)).status, 200);
    }
    for (const from of [OUTSIDE, '192.0.3.1', '2001:db8:2::1'])
      assert.is((await signIn(desk.client(), from, email)).status, 403, from);
  }
  assert.is((await signIn(desk.client(), OUTSIDE, await desk.account('supervisor'))).status, 303);
});

test('who proves their identity learns why they are refused; the audit trail names the condition', async () => {
  const email = await desk.account('administrator');
  const client = desk.client();
  const refused = await signIn(client, OUTSIDE, email);
  assert.is(refused.status, 403);
  assert.match(refused.text, 'Administrators can sign in from the office network only.');
  assert.is(client.cookie(SESSION_COOKIE), undefined);
  assert.equal(
    (await failuresOf(desk, email)).map(({ data }) => data),
    [{ reason: 'refused', method: 'password', condition: 'office-network' }],
  );
});

test('strangers learn nothing: outside of the network, a wrong password is rejected as everywhere', async () => {
  const email = await desk.account('administrator');
  const answers = [
    await signIn(desk.client(), OUTSIDE, email, 'a wrong password'),
    await signIn(desk.client(), OUTSIDE, 'nobody@example.org', 'a wrong password'),
    await signIn(desk.client(), INSIDE, email, 'a wrong password'),
  ];
  assert.equal(
    answers.map(({ status }) => status),
    [401, 401, 401],
  );
  assert.is(new Set(answers.map(({ text }) => text.replace(/ value="[^"]*"/g, ''))).size, 1);
});

test('a session that is carried out of the network ends, and its page says why', async () => {
  const email = await desk.account('administrator');
  const client = desk.client();
  await signIn(client, INSIDE, email);
  assert.is((await open(client, OUTSIDE)).status, 303);
  assert.is((await open(client, INSIDE)).status, 303, 'it does not come back');
  const page = await client.get('/admin/login', { 'x-forwarded-for': INSIDE });
  assert.match(page.text, 'Your session has ended because it cannot be used from this location or at this time.');
  const [ended] = await failuresOf(desk, email);
  assert.is(ended?.event, 'session_refused');
  assert.is(ended?.data.condition, 'office-network');
});

test('outside of the hours, administrators cannot sign in', async () => {
  const email = await closed.account('administrator');
  const refused = await signIn(closed.client(), INSIDE, email);
  assert.is(refused.status, 403);
  assert.match(refused.text, 'Administrators can sign in during office hours only.');
  assert.is((await signIn(closed.client(), INSIDE, await closed.account('staff'))).status, 303);
});

test('a network that is not one is reported at startup', async () => {
  const plugins = { office: { networks: ['192.0.2.0/240'], hours: OPEN } };
  const problems = await bootProblemsOf({ extend: [office], plugins });
  assert.match(problems.join('\n'), 'plugins.office.networks');
});
