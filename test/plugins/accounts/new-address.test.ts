import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { setActive, setLock, setPassword } from '../../../plugins/auth/change-account.ts';
import { editAccount } from '../../../plugins/auth/edit-account.ts';
import { preparePassword } from '../../../plugins/auth/password-hash.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { Client, formTokenOf } from '../../support/client.ts';
import { cookieOf } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';
import { eventsAbout, idOf, linkIn, mailsTo, runJobs } from './mailbox.ts';

const test = suite('accounts: a new address');
const BY_OTHER = await preparePassword('set by somebody else');
const PROFILE = '/admin/account/profile';
let desk: TestApp;
let developer: Client;

test.before(async () => {
  desk = await testApp({ name: 'Night desk' });
  developer = await desk.signInAs('developer');
});
test.before.each(async () => {
  await desk.app.database.query(sql.unsafe`truncate rustio_attempt`);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

async function signedIn(email: string): Promise<Client> {
  const client = new Client(desk.url);
  assert.is((await client.signIn(email, PASSWORD)).status, 303);
  return client;
}

/** Requests a link to an address, and runs the job that sends it. */
async function request(client: Client, email: string): Promise<{ status: number; location: string; text: string }> {
  const response = await client.submit(PROFILE, { email }, `${PROFILE}/email`);
  await runJobs(desk);
  return response;
}

async function linkTo(email: string): Promise<string> {
  return linkIn((await mailsTo(desk, developer, email))[0], '/account/new-address');
}

let addresses = 0;
/** An account, a client that is signed in to it, and an address that nobody has. */
async function somebody(): Promise<{ email: string; client: Client; address: string }> {
  const email = await desk.account('staff');
  addresses += 1;
  return { email, client: await signedIn(email), address: `moved-${addresses}@example.org` };
}

test('users change their address with a link to the new one; the old one gets a notice before and after', async () => {
  const { email, client, address } = await somebody();
  const id = await idOf(desk, email);
  const other = await signedIn(email);
  const { status, location } = await request(client, address);
  assert.equal([status, location], [303, PROFILE]);
  assert.match((await client.get(PROFILE)).text, `If ${address} can be used for your account`);
  // Not the one about the sign-in with another browser.
  const notices = (await mailsTo(desk, developer, email)).filter((mail) => !mail.includes('New sign-in'));
  const [requested = '', ...none] = notices;
  assert.is(none.length, 0);
  assert.match(requested, 'has asked to change its email address');
  assert.is(requested.includes(address), false);
  const link = await linkTo(address);
  const page = await client.get(link);
  assert.is(page.status, 200);
  assert.match(page.text, address);
  assert.is(await idOf(desk, address), 0, 'opening the link changes nothing');
  const token = client.cookie(cookieOf('rustio', 'Night desk'));
  const done = await client.submit(link, {});
  assert.equal([done.status, done.location], [303, PROFILE]);
  assert.match((await client.get(PROFILE)).text, 'Your email address has been changed');
  assert.is(client.cookie(cookieOf('rustio', 'Night desk')) === token, false, 'the session has a new token');
  assert.match((await other.get('/admin')).location, '/admin/login');
  assert.match((await other.get('/admin/login')).text, 'because your email address was changed');
  assert.is((await new Client(desk.url).signIn(email, PASSWORD)).status, 401);
  assert.is((await new Client(desk.url).signIn(address, PASSWORD)).status, 303);
  const [changed = ''] = await mailsTo(desk, developer, email);
  assert.match(changed, 'You can no longer sign in with this one');
  assert.is(changed.includes(address), false);
  const entry = await desk.app.database.one(sql.type(z.object({ before: z.unknown(), after: z.unknown() }))`
    select before, after from rustio_audit where event = 'user_updated' and subject_key = ${String(id)}
    order by id desc limit 1
  `);
  assert.equal(entry, { before: { email }, after: { email: address } });
  assert.ok((await eventsAbout(desk, id)).includes('address_change_requested'));
});

test('users to whose address no email can be sent change it with a link to the new one', async () => {
  const { email, client, address } = await somebody();
  // Another program has stored it.
  await desk.app.database.query(sql.unsafe`
    update rustio_user set email = ${`"ana" ${email}`} where id = ${await idOf(desk, email)}
  `);
  assert.is((await request(client, address)).status, 303);
  assert.is((await client.submit(await linkTo(address), {})).status, 303);
  assert.is((await new Client(desk.url).signIn(address, PASSWORD)).status, 303);
});

test('attack: the response does not reveal whether another account has the address, or one that looks like it', async () => {
  const { email, client, address } = await somebody();
  const taken = await desk.account('staff');
  const lookAlike = taken.replaceAll('a', 'ɑ');
  const answers: string[] = [];
  const notices: number[] = [];
  for (const each of [address, taken, taken.toUpperCase(), lookAlike]) {
    const { status, location } = await request(client, each);
    const { text } = await client.get(PROFILE);
    answers.push(`${status} ${location} ${text.includes(`If ${each} can be used`)}`);
    notices.push((await mailsTo(desk, developer, email)).length);
  }
  assert.is(new Set(answers).size, 1, answers.join('\n'));
  assert.equal(notices, [1, 2, 3, 4], 'nor does the mailbox of the old address');
  assert.is((await mailsTo(desk, developer, taken)).length, 0);
  assert.is((await mailsTo(desk, developer, lookAlike)).length, 0);
  assert.is((await mailsTo(desk, developer, address)).length, 1);
  for (const invalid of ['', 'nobody', 'a@b.example, c@d.example', 'аna@example.org', email])
    assert.is((await client.submit(PROFILE, { email: invalid }, `${PROFILE}/email`)).status, 422, invalid);
});

test('attack: the change is rejected if another account has taken the address in the meantime', async () => {
  const { email, client, address } = await somebody();
  await request(client, address);
  const link = await linkTo(address);
  await desk.command('user create', { email: address, password: 'a password of somebody' });
  assert.is((await client.submit(link, {})).status, 422);
  assert.is((await new Client(desk.url).signIn(email, PASSWORD)).status, 303);
  assert.is((await client.get(link)).status, 200, 'the link was not used up');
});

test('attack: a link works only for the signed-in user who requested it', async () => {
  const { email, client, address } = await somebody();
  const stranger = await signedIn(await desk.account('administrator'));
  await request(client, address);
  const link = await linkTo(address);
  assert.match((await new Client(desk.url).get(link)).location, '/admin/login');
  assert.is((await stranger.get(link)).status, 404);
  const token = formTokenOf((await stranger.get(PROFILE)).text);
  assert.is((await stranger.post(link, { '~token': token })).status, 404);
  const changed = `${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`;
  assert.is((await client.get(changed)).status, 404);
  assert.is(await idOf(desk, address), 0);
  assert.is((await client.submit(link, {})).status, 303, 'it was not used up');
  assert.is((await client.get(link)).status, 404, 'it can be used once');
  assert.is(await idOf(desk, email), 0);
});

test('attack: no form changes a user’s own address without a link', async () => {
  const email = await desk.account('administrator');
  const client = await signedIn(email);
  const path = `/admin/accounts/${await idOf(desk, email)}/profile`;
  const token = formTokenOf((await client.get(PROFILE)).text);
  const edit = { '~token': token, email: 'own@example.org', displayName: 'Own' };
  assert.is((await client.post(path, edit)).status, 422);
  await client.post(`${PROFILE}/details`, { ...edit, locale: '', timeZone: '', isEmailProven: 'true' });
  assert.is(await idOf(desk, 'own@example.org'), 0);
});

test('attack: a link is not confirmed from another site, or without a recently entered password', async () => {
  const { client, address } = await somebody();
  await request(client, address);
  const link = await linkTo(address);
  const token = formTokenOf((await client.get(link)).text);
  assert.is((await client.post(link, {})).status, 403);
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  assert.is((await client.post(link, { '~token': token }, foreign)).status, 403);
  await desk.app.database.query(
    sql.unsafe`update rustio_session set authenticated_at = now() - interval '1 hour' where ended_at is null`,
  );
  assert.match((await client.post(link, { '~token': token })).location, '/admin/reauth');
  assert.match(
    (await client.post(`${PROFILE}/email`, { '~token': token, email: 'x@y.example' })).location,
    '/admin/reauth',
  );
  assert.is(await idOf(desk, address), 0);
  await desk.app.database.query(sql.unsafe`update rustio_session set authenticated_at = now() where ended_at is null`);
});

test('attack: a link to a new address becomes invalid after a newer request, another password, a lock or a deactivation', async () => {
  const { database, events } = desk.app;
  const context = commandAuditContext();
  const endings: Readonly<Record<string, (client: Client, id: number) => Promise<unknown>>> = {
    newer: (client) => request(client, 'newest@example.org'),
    password: (client) =>
      client.submit(
        PROFILE,
        { password: 'another good phrase', repeated: 'another good phrase' },
        `${PROFILE}/password`,
      ),
    'by somebody else': (_, id) => database.transaction((tx) => setPassword(tx, context, events, id, BY_OTHER)),
    address: (_, id) =>
      database.transaction((tx) => editAccount(tx, context, events, id, { email: `corrected-${id}@example.org` })),
    lock: (_, id) => database.transaction((tx) => setLock(tx, context, events, id, 'infinity')),
    deactivated: (_, id) => database.transaction((tx) => setActive(tx, context, events, id, false)),
  };
  for (const [name, end] of Object.entries(endings)) {
    const { email, client, address } = await somebody();
    await request(client, address);
    const link = await linkTo(address);
    const id = await idOf(desk, email);
    assert.is((await client.get(link)).status, 200, name);
    await end(client, id);
    await database.query(sql.unsafe`
      update rustio_user set active = true, locked_until = null where id = ${id}
    `);
    const live = await database.exists(sql.unsafe`
      select from rustio_account_link where user_id = ${id} and data ->> 'email' = ${address} and used_at is null
    `);
    assert.is(live, false, name);
    if (['newer', 'password', 'address'].includes(name)) assert.is((await client.get(link)).status, 404, name);
  }
});

test('attack: a link that was requested before the password was changed is not sent afterwards', async () => {
  const { client, address } = await somebody();
  await client.submit(PROFILE, { email: address }, `${PROFILE}/email`);
  await client.submit(
    PROFILE,
    { password: 'another good phrase', repeated: 'another good phrase' },
    `${PROFILE}/password`,
  );
  await runJobs(desk);
  assert.is((await mailsTo(desk, developer, address)).length, 0);
});

test('attack: a link to choose a new password that was sent to the old address becomes invalid', async () => {
  const { email, client, address } = await somebody();
  await new Client(desk.url).submit('/admin/forgot-password', { email });
  await request(client, address);
  const reset = linkIn(
    (await mailsTo(desk, developer, email)).find((mail) => mail.includes('/reset-password/')),
    '/reset-password',
  );
  assert.is((await new Client(desk.url).get(reset)).status, 200);
  assert.is((await client.submit(await linkTo(address), {})).status, 303);
  assert.is((await new Client(desk.url).get(reset)).status, 404);
});

test('attack: users cannot send emails to an unlimited number of addresses, and no email contains what they typed', async () => {
  const { client, email } = await somebody();
  await client.submit(PROFILE, { displayName: 'Buy now evil example' }, `${PROFILE}/details`);
  const statuses: number[] = [];
  for (let turn = 0; turn < 7; turn += 1) statuses.push((await request(client, `victim-${turn}@example.com`)).status);
  assert.equal(statuses, [303, 303, 303, 303, 303, 429, 429]);
  assert.is((await mailsTo(desk, developer, 'victim-0@example.com'))[0]?.includes('Buy now'), false);
  assert.is((await mailsTo(desk, developer, 'victim-6@example.com')).length, 0);
  assert.ok((await mailsTo(desk, developer, email)).length >= 5);
});

test('attack: users cannot send more emails by using more sessions or devices', async () => {
  const { email } = await somebody();
  const statuses: number[] = [];
  for (let turn = 0; turn < 12; turn += 1) {
    if (turn % 6 === 0) await desk.app.database.query(sql.unsafe`truncate rustio_attempt`);
    const client = await signedIn(email);
    statuses.push((await request(client, `stranger-${turn}@example.com`)).status);
  }
  assert.equal(statuses, [...Array<number>(10).fill(303), 422, 422]);
});

test('attack: only a hash of the token is stored, and the address that was typed is not in the audit trail or a job', async () => {
  const { client, address } = await somebody();
  await client.submit(PROFILE, { email: address }, `${PROFILE}/email`);
  const texts = () =>
    desk.app.database.any(sql.type(z.object({ text: z.string() }))`
      select a::text as text from rustio_audit a
      union all select j::text from graphile_worker._private_jobs j
      union all select encode(l.token_hash, 'escape') from rustio_account_link l
    `);
  const before = await texts();
  assert.is(
    before.some(({ text }) => text.includes(address)),
    false,
  );
  await runJobs(desk);
  const token = (await linkTo(address)).slice('/admin/account/new-address/'.length);
  assert.is(token.length, 43);
  assert.is(
    (await texts()).some(({ text }) => text.includes(token)),
    false,
  );
});

test('attack: an administrator cannot move an account to another mailbox unnoticed', async () => {
  const { email, address } = await somebody();
  const administrator = await desk.signInAs('administrator');
  const page = `/admin/accounts/${await idOf(desk, email)}`;
  assert.is((await administrator.submit(page, { email: address }, `${page}/profile`)).status, 303);
  const [notice = ''] = await mailsTo(desk, developer, email);
  assert.match(notice, 'You can no longer sign in with this one');
  assert.is(notice.includes(address), false);
});

test('requests with the same link at the same time change the address once', async () => {
  const { client, address, email } = await somebody();
  await request(client, address);
  const link = await linkTo(address);
  const id = await idOf(desk, email);
  const token = formTokenOf((await client.get(link)).text);
  const results = await Promise.all([1, 2, 3].map(() => client.post(link, { '~token': token })));
  assert.is(results.filter(({ status }) => status === 303).length, 1);
  const updates = (await eventsAbout(desk, id)).filter((event) => event === 'user_updated');
  assert.is(updates.length, 1);
});
