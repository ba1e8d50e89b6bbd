import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { findAccountByEmail } from '../../../plugins/auth/account.ts';
import { createLink, deleteOldLinks } from '../../../plugins/auth/account-links.ts';
import { setActive, setLock, setPassword } from '../../../plugins/auth/change-account.ts';
import { type AccountEdit, editAccount } from '../../../plugins/auth/edit-account.ts';
import { inHashingQueue } from '../../../plugins/auth/hashing-queue.ts';
import { preparePassword } from '../../../plugins/auth/password-hash.ts';
import { OWN_FORM, rawRequest } from '../../core/http/raw-request.ts';
import { secondFactor } from '../../external-plugins/second-factor/index.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { Client } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { until } from '../../support/until.ts';
import { statusesWithHashingHeld } from '../auth/held-hashing.ts';

const test = suite('recovery: forgotten passwords');
const NEW_PASSWORD = 'a brand new secret phrase';
const BY_OTHER = await preparePassword('set by an administrator');
let desk: TestApp;

test.before(async () => {
  desk = await testApp({ name: 'Night desk', plugins: { jobs: { inWeb: false } } });
});
test.before.each(async () => {
  await desk.app.database.query(sql.unsafe`truncate rustio_attempt`);
});
test.after(() => desk.close());

/** Requests a link as a browser does, and runs the jobs. */
async function request(email: string): Promise<{ status: number; location: string }> {
  const client = new Client(desk.url);
  const { status, headers } = await client.submit('/admin/forgot-password', { email });
  await runJobs();
  return { status, location: String(headers.get('location')) };
}

async function runJobs(): Promise<void> {
  await desk.app.database.query(sql.unsafe`update graphile_worker._private_jobs set run_at = now()`);
  await desk.app.service('jobs').runDue();
}

/** A link that was requested for this address. */
async function linkFor(email: string): Promise<string> {
  await request(email);
  const [link = ''] = await linksFor(email);
  return link;
}

async function idOf(email: string): Promise<number> {
  return (await findAccountByEmail(desk.app.database, email))?.id ?? 0;
}

/** Changes an account as a command does. */
async function change(email: string, what: 'deactivate' | 'lock' | 'password' | AccountEdit): Promise<void> {
  const id = await idOf(email);
  const { database, events } = desk.app;
  await database.transaction(async (tx) => {
    const context = commandAuditContext();
    if (what === 'deactivate') await setActive(tx, context, events, id, false);
    else if (what === 'lock') await setLock(tx, context, events, id, 'infinity');
    else if (what === 'password') await setPassword(tx, context, events, id, BY_OTHER);
    else await editAccount(tx, context, events, id, what);
  });
}

/** The links in the emails to this address, newest first. */
async function linksFor(email: string): Promise<readonly string[]> {
  const developer = await desk.signInAs('developer');
  const ids = await desk.app.database.anyFirst(sql.type(z.object({ id: z.string() }))`
    select id from rustio_mail where lower(recipient) = lower(${email}) order by created_at desc, id
  `);
  const links: string[] = [];
  for (const id of ids) {
    const { text } = await developer.get(`/admin/dev/mail/${id}`);
    links.push(/\/admin\/reset-password\/[\w-]+/.exec(text)?.[0] ?? 'none');
  }
  return links;
}

async function signInStatus(email: string, password: string): Promise<number> {
  return (await new Client(desk.url).signIn(email, password)).status;
}

const eventRow = sql.type(z.object({ event: z.string() }));
function eventsAbout(email: string): Promise<readonly string[]> {
  return desk.app.database.anyFirst(eventRow`
    select event from rustio_audit where subject_label = ${email} and event like 'password%' order by id
  `);
}

test('the sign-in page links to a form; the email contains a link to choose a new password', async () => {
  const email = await desk.account('staff');
  const signedIn = new Client(desk.url);
  await signedIn.signIn(email, PASSWORD);
  assert.match((await new Client(desk.url).get('/admin/login')).text, 'href="/admin/forgot-password"');
  assert.equal(await request(email.toUpperCase()), { status: 303, location: '/admin/forgot-password/sent' });
  const [link = ''] = await linksFor(email);
  const browser = new Client(desk.url);
  const page = await browser.get(link);
  assert.is(page.status, 200);
  assert.match(page.text, `value="${email}"`);
  const done = await browser.submit(link, { password: NEW_PASSWORD });
  assert.is(done.status, 303);
  assert.is(done.headers.get('location'), '/admin/reset-password/+done');
  const notices = await desk.app.database.anyFirst(sql.type(z.object({ view: z.string() }))`
    select view from rustio_mail where recipient = ${email} order by created_at
  `);
  assert.equal(notices, ['recovery/reset-link', 'recovery/notice'], 'the user learns of it');
  assert.is((await browser.get('/admin')).status, 303, 'the link does not sign in');
  assert.is(await signInStatus(email, PASSWORD), 401);
  assert.is(await signInStatus(email, NEW_PASSWORD), 303);
  assert.is((await signedIn.get('/admin')).status, 303, 'every session has ended');
  assert.equal(await eventsAbout(email), [
    'password_reset_requested',
    'password_changed_self',
    'password_reset_completed',
  ]);
  assert.equal(desk.errors, []);
});

test('attack: the response is the same for unknown, inactive, locked and active accounts, and only active ones get an email', async () => {
  const [active, inactive, locked] = [
    await desk.account('staff'),
    await desk.account('staff'),
    await desk.account('staff'),
  ];
  await change(inactive, 'deactivate');
  await change(locked, 'lock');
  const emails = [active, inactive, locked, 'nobody@example.org'];
  const responses: string[] = [];
  for (const email of emails) responses.push(JSON.stringify(await request(email)));
  assert.is(new Set(responses).size, 1);
  const counts: number[] = [];
  for (const email of emails) counts.push((await linksFor(email)).length);
  assert.equal(counts, [1, 0, 0, 0]);
});

test('attack: no job is added for text that cannot be an address, and what was typed is not stored', async () => {
  const jobs = () =>
    desk.app.database.any(sql.type(z.object({ payload: z.string() }))`
      select payload::text as payload from graphile_worker._private_jobs
    `);
  const before = (await jobs()).length;
  for (const email of ['', 'nobody', 'a@b.example\0', 'two@b.example, c@d.example', `${'x'.repeat(5_000)}@b.example`]) {
    const { status, text } = await new Client(desk.url).post('/admin/forgot-password', { email });
    assert.is(status, 422, email.slice(0, 40));
    assert.ok(text.length < 10_000);
  }
  assert.is((await jobs()).length, before);
  await new Client(desk.url).post('/admin/forgot-password', { email: 'secret-typed@example.org' });
  const [job] = (await jobs()).slice(before);
  assert.match(String(job?.payload), '"userId":null');
  assert.is(String(job?.payload).includes('typed'), false);
  await runJobs();
  assert.equal(desk.errors, []);
});

test('attack: strangers cannot flood a mailbox: a user with five usable links gets no more', async () => {
  const email = await desk.account('staff');
  for (let n = 1; n <= 7; n += 1) {
    await desk.app.database.query(sql.unsafe`truncate rustio_attempt`);
    assert.is((await request(email)).status, 303);
  }
  const links = await linksFor(email);
  assert.is(links.length, 5);
  await new Client(desk.url).submit(links[4] ?? '', { password: NEW_PASSWORD });
  await request(email);
  assert.is((await linksFor(email)).filter((link) => link !== 'none').length, 6);
});

test('attack: links point to the public URL, whatever the Host header of the request', async () => {
  const email = await desk.account('staff');
  const { status } = await rawRequest(
    desk.url,
    'POST',
    '/admin/forgot-password',
    { ...OWN_FORM, host: 'evil.example', 'x-forwarded-host': 'evil.example' },
    new URLSearchParams({ email }).toString(),
  );
  assert.is(status, 303);
  await runJobs();
  const developer = await desk.signInAs('developer');
  const id = await desk.app.database.oneFirst(sql.type(z.object({ id: z.string() }))`
    select id from rustio_mail where recipient = ${email}
  `);
  const { text } = await developer.get(`/admin/dev/mail/${id}`);
  assert.match(text, `${desk.app.urls.publicOrigin}/admin/reset-password/`);
  assert.is(text.includes('evil.example'), false);
});

test('the email is written in the language of the user', async () => {
  const email = await desk.account('staff');
  await change(email, { locale: 'ar' });
  await request(email);
  const row = await desk.app.database.one(sql.type(z.object({ locale: z.string() }))`
    select locale from rustio_mail where recipient = ${email}
  `);
  assert.equal(row, { locale: 'ar' });
});

test('a rejected password does not use up the link, however often it is sent', async () => {
  const email = await desk.account('staff');
  await change(email, { displayName: 'Wilhelmina Oppenheimer' });
  const link = await linkFor(email);
  const browser = new Client(desk.url);
  const weak = ['', 'short', 'password1234', email, 'Wilhelmina-Oppenheimer', 'long '.repeat(2_000)];
  for (const password of [...weak, ...weak])
    assert.is((await browser.submit(link, { password })).status, 422, password.slice(0, 40));
  assert.is((await browser.submit(link, { password: NEW_PASSWORD })).status, 303);
});

test('if the server is too busy to hash, the link is not used up and the attempt does not count', async () => {
  const email = await desk.account('staff');
  const link = await linkFor(email);
  const begin = Promise.withResolvers<void>();
  const flood = Array.from({ length: 600 }, () => inHashingQueue('127.0.0.1', () => begin.promise).catch(() => {}));
  const browser = new Client(desk.url);
  for (let turn = 0; turn < 7; turn += 1)
    assert.is((await browser.submit(link, { password: NEW_PASSWORD })).status, 503);
  begin.resolve();
  await Promise.all(flood);
  assert.is((await browser.submit(link, { password: NEW_PASSWORD })).status, 303);
});

test('attack: a link can be used once, even by concurrent requests, and makes the other links of the account invalid', async () => {
  const email = await desk.account('staff');
  await request(email);
  await request(email);
  const [second = '', first = ''] = await linksFor(email);
  const results = await Promise.all(
    [1, 2, 3].map((turn) => new Client(desk.url).submit(second, { password: `${NEW_PASSWORD} ${turn}` })),
  );
  assert.equal(results.map(({ status }) => status).toSorted(), [303, 404, 404]);
  for (const link of [first, second]) {
    const { status, text } = await new Client(desk.url).get(link);
    assert.is(status, 404);
    assert.match(text, 'This link cannot be used');
  }
  assert.is((await eventsAbout(email)).filter((event) => event === 'password_reset_completed').length, 1);
});

test('attack: requests with several links of an account set one password', async () => {
  const errors = desk.errors.length;
  const email = await desk.account('staff');
  for (let turn = 0; turn < 4; turn += 1) await request(email);
  const links = await linksFor(email);
  const results = await Promise.all(
    links.map((link, turn) => new Client(desk.url).submit(link, { password: `${NEW_PASSWORD} ${turn}` })),
  );
  assert.equal(results.map(({ status }) => status).toSorted(), [303, 404, 404, 404]);
  assert.is(desk.errors.length, errors);
});

test('attack: a link does not make the server hash more passwords than the limit on attempts allows', async () => {
  const email = await desk.account('staff');
  const link = await linkFor(email);
  const statuses = await statusesWithHashingHeld({ requests: 20, admitted: 5 }, (turn) =>
    new Client(desk.url).post(link, { password: `${NEW_PASSWORD} ${turn}` }),
  );
  assert.equal(statuses, [303, 404, 404, 404, 404, ...Array.from({ length: 15 }, () => 429)]);
});

test('attack: a link becomes invalid when the account is deactivated or locked, or gets another password or address', async () => {
  for (const edit of ['deactivate', 'lock', 'password', { email: 'moved@example.org' }] as const) {
    const email = await desk.account('staff');
    const link = await linkFor(email);
    await change(email, edit);
    assert.is((await new Client(desk.url).get(link)).status, 404, JSON.stringify(edit));
    // Also if the account can sign in again within the hour.
    await desk.app.database.query(
      sql.unsafe`update rustio_user set active = true, locked_until = null where not active or locked_until is not null`,
    );
    assert.is((await new Client(desk.url).post(link, { password: NEW_PASSWORD })).status, 404, JSON.stringify(edit));
  }
});

test('attack: a link that is created while the address changes is not sent to the old mailbox', async () => {
  const email = await desk.account('staff');
  const id = await idOf(email);
  await new Client(desk.url).submit('/admin/forgot-password', { email });
  const { database, events } = desk.app;
  const changed = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const change = database.transaction(async (tx) => {
    await editAccount(tx, commandAuditContext(), events, id, { email: `moved-${email}` });
    changed.resolve();
    await released.promise;
  });
  await changed.promise;
  let isSent = false;
  const jobs = runJobs().finally(() => {
    isSent = true;
  });
  const waits = sql.unsafe`
    select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()
  `;
  await until(async () => isSent || (await database.exists(waits)));
  released.resolve();
  await Promise.all([change, jobs]);
  assert.equal(
    (await linksFor(email)).filter((link) => link !== 'none'),
    [],
  );
});

test('attack: a link neither uses nor ends another user’s session in the same browser', async () => {
  const email = await desk.account('staff');
  const other = await desk.account('administrator');
  const link = await linkFor(email);
  const browser = new Client(desk.url);
  await browser.signIn(other, PASSWORD);
  assert.is((await browser.submit(link, { password: NEW_PASSWORD })).status, 303);
  assert.is((await browser.get('/admin')).status, 200);
  assert.is(await signInStatus(other, PASSWORD), 303);
  assert.is(await signInStatus(email, NEW_PASSWORD), 303);
  const actors = await desk.app.database.anyFirst(sql.type(z.object({ actor: z.string() }))`
    select actor_label as actor from rustio_audit where subject_label = ${email} and event = 'password_reset_completed'
  `);
  assert.equal(actors, [email]);
});

test('attack: an expired, changed or invented link sets no password', async () => {
  const email = await desk.account('staff');
  await request(email);
  const [link = ''] = await linksFor(email);
  const changed = `${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`;
  await desk.app.database.query(sql.unsafe`update rustio_account_link set expires_at = now() - interval '1 second'`);
  for (const bad of [link, changed, '/admin/reset-password/x', `/admin/reset-password/${'A'.repeat(43)}`]) {
    assert.is((await new Client(desk.url).get(bad)).status, 404, bad);
    const { status } = await new Client(desk.url).post(bad, { password: NEW_PASSWORD });
    assert.is(status, 404, bad);
  }
  assert.is(await signInStatus(email, PASSWORD), 303);
});

test('attack: only a hash of the token is stored', async () => {
  const email = await desk.account('staff');
  await request(email);
  const [link = ''] = await linksFor(email);
  const token = link.slice('/admin/reset-password/'.length);
  const stored = await desk.app.database.any(sql.type(z.object({ text: z.string() }))`
    select l::text as text from rustio_account_link l
    union all select a::text from rustio_audit a
    union all select m::text from rustio_mail m
    union all select j::text from graphile_worker._private_jobs j
  `);
  assert.is(
    stored.some(({ text }) => text.includes(token)),
    false,
  );
});

test('attack: requests are limited per account and network, whether there is such an account or not', async () => {
  const known = await desk.account('staff');
  for (const email of [known, 'unknown-account@example.org']) {
    const statuses: number[] = [];
    for (let turn = 0; turn < 7; turn += 1)
      statuses.push((await new Client(desk.url).submit('/admin/forgot-password', { email })).status);
    assert.equal(statuses, [303, 303, 303, 303, 303, 429, 429], email);
  }
});

test('attack: strangers cannot use up the requests of a device that is known to the account', async () => {
  const email = await desk.account('staff');
  const device = new Client(desk.url);
  await device.signIn(email, PASSWORD);
  await device.submit('/admin', {}, '/admin/logout');
  const statuses: number[] = [];
  for (let turn = 0; turn < 6; turn += 1)
    statuses.push((await new Client(desk.url).post('/admin/forgot-password', { email })).status);
  assert.is(statuses.at(-1), 429);
  assert.is((await device.post('/admin/forgot-password', { email })).status, 303);
});

test('the address is found regardless of case and surrounding spaces, as at sign-in', async () => {
  const email = await desk.account('staff');
  await change(email, { email: 'Mixed.Case@Desk.example' });
  for (const typed of ['mixed.case@desk.example', 'MIXED.CASE@DESK.EXAMPLE', '  Mixed.Case@Desk.example '])
    assert.is((await request(typed)).status, 303);
  const links = await linksFor('mixed.case@desk.example');
  assert.is(links.length, 3);
  assert.is((await new Client(desk.url).submit(links[0] ?? '', { password: NEW_PASSWORD })).status, 303);
  assert.is(await signInStatus('MIXED.case@desk.example', NEW_PASSWORD), 303);
});

/** Strangers use up the attempts to sign in from unknown devices. */
async function flood(email: string): Promise<void> {
  const statuses: number[] = [];
  for (let turn = 0; turn < 7; turn += 1) statuses.push(await signInStatus(email, 'a guess of somebody else'));
  assert.is(statuses.at(-1), 429);
}

test('strangers who guess the password do not delay the device on which a link was used', async () => {
  const email = await desk.account('staff');
  const link = await linkFor(email);
  await flood(email);
  const owner = new Client(desk.url);
  assert.is((await owner.submit(link, { password: NEW_PASSWORD })).status, 303);
  assert.is((await owner.signIn(email, NEW_PASSWORD)).status, 303);
  assert.is(await signInStatus(email, NEW_PASSWORD), 429, 'other devices wait');
});

test('attack: if the account has a second factor, a link does not make the device known, so its holder gets no more guesses than strangers', async () => {
  const own = await testApp({ extend: [secondFactor], plugins: { jobs: { inWeb: false } } });
  try {
    const email = await own.account('staff');
    const owner = new Client(own.url);
    await owner.signIn(email, PASSWORD);
    assert.is((await owner.submit('/admin/account/code', { code: '246810' })).status, 303);
    const id = (await findAccountByEmail(own.app.database, email))?.id ?? 0;
    const token = await own.app.database.transaction((tx) =>
      createLink(tx, { userId: id, purpose: 'password_reset', minutes: 5 }),
    );
    const intruder = new Client(own.url);
    const done = await intruder.submit(`/admin/reset-password/${token}`, { password: NEW_PASSWORD });
    assert.is(done.status, 303);
    assert.is(
      done.headers.getSetCookie().some((cookie) => cookie.includes('device')),
      false,
    );
    assert.match((await intruder.signIn(email, NEW_PASSWORD)).location, '/admin/+code');
  } finally {
    await own.close();
  }
});

test('links are deleted a day after they expire', async () => {
  const email = await desk.account('staff');
  await request(email);
  await desk.app.database.query(sql.unsafe`update rustio_account_link set expires_at = now() - interval '23 hours'`);
  await deleteOldLinks(desk.app.database);
  const links = () => desk.app.database.exists(sql.unsafe`select from rustio_account_link where user_id = ${id}`);
  const id = await idOf(email);
  assert.is(await links(), true);
  await desk.app.database.query(sql.unsafe`update rustio_account_link set expires_at = now() - interval '25 hours'`);
  await deleteOldLinks(desk.app.database);
  assert.is(await links(), false);
});

test('the pages and the email show how long a link is valid, as configured', async () => {
  const own = await testApp({ plugins: { jobs: { inWeb: false }, recovery: { linkMinutes: 20 } } });
  try {
    const email = await own.account('staff');
    const { location } = await own.client().submit('/admin/forgot-password', { email });
    assert.match((await own.client().get(location)).text, 'The link is valid for 20 minutes.');
    await own.app.database.query(sql.unsafe`update graphile_worker._private_jobs set run_at = now()`);
    await own.app.service('jobs').runDue();
    const [id] = await own.app.database.anyFirst(sql.type(z.object({ id: z.string() }))`select id from rustio_mail`);
    const developer = await own.signInAs('developer');
    assert.match((await developer.get(`/admin/dev/mail/${id}`)).text, 'valid for 20 minutes');
    const seconds = await own.app.database.oneFirst(sql.type(z.object({ seconds: z.number() }))`
      select round(extract(epoch from expires_at - created_at))::integer as seconds from rustio_account_link
    `);
    assert.is(seconds, 20 * 60);
  } finally {
    await own.close();
  }
});

test('the request, the link and its email share a correlation ID in the audit trail, and so do the new password and the sessions that it ends', async () => {
  const email = await desk.account('staff');
  await new Client(desk.url).signIn(email, PASSWORD);
  const rows = () =>
    desk.app.database.any(sql.type(z.object({ event: z.string(), id: z.string() }))`
      select event, correlation_id as id from rustio_audit where subject_label = ${email} order by id
    `);
  const client = new Client(desk.url);
  const { status, headers } = await client.submit('/admin/forgot-password', { email });
  assert.is(status, 303);
  await runJobs();
  const requested = (await rows()).find(({ event }) => event === 'password_reset_requested');
  assert.is(requested?.id, headers.get('x-correlation-id'));
  const [link = ''] = await linksFor(email);
  const done = await client.submit(link, { password: NEW_PASSWORD });
  const ofReset = (await rows()).filter(({ id }) => id === done.headers.get('x-correlation-id'));
  assert.equal(ofReset.map(({ event }) => event).toSorted(), [
    'password_changed_self',
    'password_reset_completed',
    'sessions_revoked_self',
  ]);
});
