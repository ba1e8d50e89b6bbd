import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { setActive, setLock, setPassword } from '../../../plugins/auth/change-account.ts';
import { editAccount } from '../../../plugins/auth/edit-account.ts';
import { inHashingQueue } from '../../../plugins/auth/hashing-queue.ts';
import { preparePassword } from '../../../plugins/auth/password-hash.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { Client } from '../../support/client.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { statusesWithHashingHeld } from '../auth/held-hashing.ts';
import { eventsAbout, idOf, linkIn, mailsTo, runJobs } from './mailbox.ts';

const test = suite('accounts: invitations');
const NEW_PASSWORD = 'a phrase chosen by the guest';
const BY_OTHER = await preparePassword('set by somebody else');
let desk: TestApp;
let administrator: Client;
let developer: Client;
let guests = 0;

test.before(async () => {
  desk = await testApp({ name: 'Night desk' });
  administrator = await desk.signInAs('administrator');
  developer = await desk.signInAs('developer');
});
test.before.each(async () => {
  await desk.app.database.query(sql.unsafe`truncate rustio_attempt`);
});
test.after(async () => {
  // Of the test with a busy server.
  assert.equal(
    desk.errors.filter(({ code }) => code !== 'RIO-AUTH-BUSY'),
    [],
  );
  await desk.close();
});

type Fields = Record<string, string | readonly string[]>;

/** Invites a new colleague through the form, and returns their address. */
async function invite(fields: Fields = {}, by = administrator): Promise<string> {
  guests += 1;
  const email = `guest-${guests}@example.org`;
  const { status, text } = await by.submit('/admin/accounts/+new', { email, ...fields }, '/admin/accounts/+invite');
  assert.is(status, 303, text);
  return email;
}

async function invitationFor(email: string): Promise<string> {
  return linkIn((await mailsTo(desk, developer, email))[0], '/invitation');
}

const choose = (link: string, password = NEW_PASSWORD) => new Client(desk.url).submit(link, { password });

async function signInStatus(email: string, password: string): Promise<number> {
  return (await new Client(desk.url).signIn(email, password)).status;
}

/** Submits a form on the page of a user. */
async function onPageOf(email: string, form: string, fields: Fields = {}): Promise<{ status: number; text: string }> {
  const page = `/admin/accounts/${await idOf(desk, email)}`;
  return administrator.submit(page, fields, `${page}/${form}`);
}

test('an invited user chooses a password with the link in the email, and signs in', async () => {
  await administrator.submit('/admin/account-groups/+new', { name: 'Editors', description: '' });
  const { text } = await administrator.get('/admin/accounts/+new');
  assert.ok(
    text.indexOf('/admin/accounts/+invite') < text.indexOf('action="/admin/accounts/+new"'),
    'invites by default',
  );
  const email = await invite({ displayName: 'Guest', role: 'supervisor', group: ['Editors'] });
  const id = await idOf(desk, email);
  assert.match((await administrator.get(`/admin/accounts/${id}`)).text, /Invited. The link is valid until \d{4}-/);
  assert.match((await administrator.get('/admin/users')).text, 'Invited until');
  await runJobs(desk);
  const [mail = ''] = await mailsTo(desk, developer, email);
  assert.match(mail, 'Hello Guest,');
  assert.match(mail, 'has invited you to Night desk');
  const link = linkIn(mail, '/invitation');
  const browser = new Client(desk.url);
  const page = await browser.get(link);
  assert.is(page.status, 200);
  assert.match(page.text, `value="${email}"`);
  const done = await browser.submit(link, { password: NEW_PASSWORD });
  assert.equal([done.status, done.location], [303, '/admin/login?notice=password-set']);
  assert.match((await browser.get(done.location)).text, 'Your password has been set');
  assert.is((await browser.get('/admin')).status, 303, 'the link does not sign in');
  assert.is((await browser.signIn(email, NEW_PASSWORD)).status, 303);
  assert.is((await browser.get('/admin')).status, 200);
  const after = (await administrator.get(`/admin/accounts/${id}`)).text;
  assert.not.match(after, 'Invited. The link is valid');
  assert.match(after, /value="Editors" checked/);
  assert.match(after, /value="supervisor" selected/);
  assert.equal(await eventsAbout(desk, id), [
    'user_created',
    'user_updated',
    'user_invited',
    'password_changed_self',
    'invitation_accepted',
    'login_succeeded',
  ]);
});

test('if any part of an invitation is rejected, nothing is saved, and the form shows the input again', async () => {
  const page = '/admin/accounts/+new';
  const taken = await desk.account('staff');
  const wrong = await administrator.submit(page, { email: taken, group: ['Editors'] }, '/admin/accounts/+invite');
  assert.is(wrong.status, 422);
  assert.match(wrong.text, 'already exists');
  assert.match(wrong.text, /value="Editors" checked/);
  // An administrator cannot add another one to a group.
  const refused = await administrator.submit(
    page,
    { email: 'peer@example.org', role: 'administrator', group: ['Editors'] },
    '/admin/accounts/+invite',
  );
  assert.is(refused.status, 422);
  assert.is(await idOf(desk, 'peer@example.org'), 0);
  const unknown = await administrator.submit(page, { email: 'x@example.org', role: 'king' }, '/admin/accounts/+invite');
  assert.is(unknown.status, 422);
  assert.is(await idOf(desk, 'x@example.org'), 0);
});

test('attack: users cannot invite to a role above their own, or invite a user who has a password', async () => {
  const page = '/admin/accounts/+new';
  const above = await administrator.submit(
    page,
    { email: 'up@example.org', role: 'developer' },
    '/admin/accounts/+invite',
  );
  assert.is(above.status, 422);
  const superior = await invite({ role: 'developer' }, developer);
  assert.not.match(
    (await administrator.get(`/admin/accounts/${await idOf(desk, superior)}`)).text,
    'Send new invitation',
  );
  const active = await desk.account('staff');
  for (const email of [superior, active]) {
    const { text } = await administrator.get('/admin/accounts/+new');
    const [, token = ''] = /name="~token" value="([^"]+)"/.exec(text) ?? [];
    for (const form of email === superior ? ['invite', 'withdraw'] : ['invite']) {
      const path = `/admin/accounts/${await idOf(desk, email)}/${form}`;
      assert.is((await administrator.post(path, { '~token': token })).status, 422, path);
    }
  }
  assert.is((await mailsTo(desk, developer, active)).length, 0);
  assert.is((await new Client(desk.url).get(await invitationFor(superior))).status, 200);
});

test('attack: an invitation sets one password, even if several requests use it at the same time', async () => {
  const email = await invite();
  const link = await invitationFor(email);
  const results = await Promise.all([1, 2, 3].map((turn) => choose(link, `${NEW_PASSWORD} ${turn}`)));
  assert.equal(results.map(({ status }) => status).toSorted(), [303, 404, 404]);
  const { status, text } = await new Client(desk.url).get(link);
  assert.is(status, 404);
  assert.match(text, 'This link cannot be used');
  const events = await eventsAbout(desk, await idOf(desk, email));
  assert.is(events.filter((event) => event === 'invitation_accepted').length, 1);
});

test('attack: an expired, changed, used or invented invitation sets no password, and all get the same response', async () => {
  const used = await invitationFor(await invite());
  await choose(used);
  const email = await invite();
  const link = await invitationFor(email);
  const changed = `${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`;
  await desk.app.database.query(sql.unsafe`update rustio_account_link set expires_at = now() - interval '1 second'`);
  const pages: string[] = [];
  for (const bad of [used, link, changed, '/admin/invitation/x', `/admin/invitation/${'A'.repeat(43)}`]) {
    const page = await new Client(desk.url).get(bad);
    assert.is(page.status, 404, bad);
    pages.push(page.text.replaceAll(bad, '').replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, ''));
    assert.is((await new Client(desk.url).post(bad, { password: NEW_PASSWORD })).status, 404, bad);
  }
  assert.is(new Set(pages).size, 1);
  assert.match((await administrator.get(`/admin/accounts/${await idOf(desk, email)}`)).text, 'Send invitation');
  assert.is(await signInStatus(email, NEW_PASSWORD), 401);
});

test('an invitation is valid for seven days', async () => {
  const email = await invite();
  const days = await desk.app.database.oneFirst(sql.type(z.object({ days: z.number() }))`
    select extract(epoch from expires_at - created_at)::float8 / 86400 as days
    from rustio_account_link where user_id = ${await idOf(desk, email)}
  `);
  assert.is(Math.round(days * 1_000), 7_000);
});

test('attack: an invitation becomes invalid when it is replaced or withdrawn, or when the account gets a password or another address, or is locked, deactivated or erased', async () => {
  const { database, events } = desk.app;
  const context = commandAuditContext();
  const endings: Readonly<Record<string, (email: string, id: number) => Promise<unknown>>> = {
    newer: (email) => onPageOf(email, 'invite'),
    withdrawn: (email) => onPageOf(email, 'withdraw'),
    password: (_, id) => database.transaction((tx) => setPassword(tx, context, events, id, BY_OTHER)),
    address: (email, id) =>
      database.transaction((tx) => editAccount(tx, context, events, id, { email: `moved-${email}` })),
    lock: (_, id) => database.transaction((tx) => setLock(tx, context, events, id, 'infinity')),
    deactivated: (_, id) => database.transaction((tx) => setActive(tx, context, events, id, false)),
    erased: (email) => onPageOf(email, 'erase', { confirm: email }),
  };
  for (const [name, end] of Object.entries(endings)) {
    const email = await invite();
    const link = await invitationFor(email);
    const id = await idOf(desk, email);
    assert.is((await new Client(desk.url).get(link)).status, 200, name);
    await end(email, id);
    assert.is((await new Client(desk.url).get(link)).status, 404, name);
    // Also if the account can be used again.
    await database.query(sql.unsafe`
      update rustio_user set active = true, locked_until = null, password_hash = null where id = ${id} and erased_at is null
    `);
    assert.is((await new Client(desk.url).post(link, { password: NEW_PASSWORD })).status, 404, name);
    if (name === 'newer') assert.is((await choose(await invitationFor(email))).status, 303, 'the newer one works');
  }
});

test('attack: a withdrawn or expired invitation cannot be replaced by a request for a new password', async () => {
  const email = await invite();
  assert.is((await onPageOf(email, 'withdraw')).status, 303);
  await new Client(desk.url).submit('/admin/forgot-password', { email });
  await runJobs(desk);
  const mails = await mailsTo(desk, developer, email);
  assert.is(mails.filter((mail) => mail.includes('/admin/reset-password/')).length, 0);
  assert.is((await onPageOf(email, 'invite')).status, 303);
  assert.is((await choose(await invitationFor(email))).status, 303);
});

test('an invitation to an address that no email can be sent to is rejected with the reason', async () => {
  const email = await invite();
  const broken = `"ana" ${email}`;
  await desk.app.database.query(sql.unsafe`update rustio_user set email = ${broken} where email = ${email}`);
  const { status, text } = await onPageOf(broken, 'invite');
  assert.is(status, 422);
  assert.match(text, 'No email can be sent to the address of this account');
});

test('a rejected password, or a busy server, does not use up the invitation and does not count as an attempt', async () => {
  const email = await invite({ displayName: 'Wilhelmina Oppenheimer' });
  const link = await invitationFor(email);
  const weak = ['', 'short', 'password1234', email, 'Wilhelmina-Oppenheimer', 'long '.repeat(2_000)];
  for (const password of [...weak, ...weak])
    assert.is((await choose(link, password)).status, 422, password.slice(0, 40));
  const begin = Promise.withResolvers<void>();
  const flood = Array.from({ length: 600 }, () => inHashingQueue('127.0.0.1', () => begin.promise).catch(() => {}));
  for (let turn = 0; turn < 7; turn += 1) assert.is((await choose(link)).status, 503);
  begin.resolve();
  await Promise.all(flood);
  assert.is((await choose(link)).status, 303);
});

test('attack: an invitation does not make the server hash more passwords than the limit on attempts allows', async () => {
  const link = await invitationFor(await invite());
  const statuses = await statusesWithHashingHeld({ requests: 20, admitted: 5 }, (turn) =>
    new Client(desk.url).post(link, { password: `${NEW_PASSWORD} ${turn}` }),
  );
  assert.equal(statuses, [303, 404, 404, 404, 404, ...Array.from({ length: 15 }, () => 429)]);
});

test('attack: only a hash of the token is stored, and no page shows it to the administrator', async () => {
  const email = await invite();
  const link = await invitationFor(email);
  const token = link.slice('/admin/invitation/'.length);
  assert.is(token.length, 43);
  const stored = await desk.app.database.any(sql.type(z.object({ text: z.string() }))`
    select l::text as text from rustio_account_link l
    union all select a::text from rustio_audit a
    union all select m::text from rustio_mail m
    union all select j::text from graphile_worker._private_jobs j
    union all select s::text from rustio_session s
  `);
  assert.is(
    stored.some(({ text }) => text.includes(token)),
    false,
  );
  const id = await idOf(desk, email);
  for (const path of [`/admin/accounts/${id}`, `/admin/users/${id}`, '/admin/users', '/admin/audit', '/admin/jobs'])
    assert.is((await administrator.get(path)).text.includes(token), false, path);
});

test('attack: an invitation neither uses nor ends the administrator’s session in the same browser', async () => {
  const link = await invitationFor(await invite());
  const email = await desk.account('administrator');
  const browser = new Client(desk.url);
  await browser.signIn(email, PASSWORD);
  const done = await browser.submit(link, { password: NEW_PASSWORD });
  assert.equal([done.status, done.location], [303, '/admin/account']);
  assert.match((await browser.get(done.location)).text, 'Sign out to sign in with that account');
  assert.is((await browser.get('/admin')).status, 200);
  assert.is(await signInStatus(email, PASSWORD), 303);
});

test('an invited account does not count as an administrator who can sign in', async () => {
  const own = await testApp({});
  try {
    const last = await own.account('administrator');
    await own.command('user invite', { email: 'second@example.org', role: 'developer' });
    const failure = await rustioFailureOf(own.command('user role', { email: last, role: 'staff' }));
    assert.is(failure.code, 'RIO-AUTH-REJECTED');
    assert.is((await rustioFailureOf(own.command('user deactivate', { email: last }))).code, 'RIO-AUTH-REJECTED');
    const reader = await own.signInAs('staff', ['mail.mailbox']);
    const link = linkIn((await mailsTo(own, reader, 'second@example.org'))[0], '/invitation');
    assert.is(
      (await rustioFailureOf(own.command('user role', { email: last, role: 'staff' }))).code,
      'RIO-AUTH-REJECTED',
    );
    assert.is((await new Client(own.url).submit(link, { password: NEW_PASSWORD })).status, 303);
    await own.command('user role', { email: last, role: 'staff' });
  } finally {
    await own.close();
  }
});

test('user invite creates and invites a user, and prints no link', async () => {
  await administrator.submit('/admin/account-groups/+new', { name: 'Writers', description: '' });
  const lines = await desk.command('user invite', {
    email: 'cli@example.org',
    role: 'supervisor',
    name: 'Cli',
    group: 'Writers',
  });
  assert.equal(lines, ['Invited cli@example.org as supervisor. The link in the email is valid for 7 days.']);
  const link = await invitationFor('cli@example.org');
  assert.is((await choose(link)).status, 303);
  assert.match(
    (await administrator.get(`/admin/accounts/${await idOf(desk, 'cli@example.org')}`)).text,
    /value="Writers" checked/,
  );
  const missing = await rustioFailureOf(desk.command('user invite', { email: 'b@example.org', group: 'Nobodies' }));
  assert.is(missing.code, 'RIO-AUTH-REJECTED');
  assert.is(await idOf(desk, 'b@example.org'), 0);
});

test('user invite prints how long the invitation is valid, as configured', async () => {
  const own = await testApp({ plugins: { accounts: { invitationDays: 1 } } });
  try {
    const lines = await own.command('user invite', { email: 'soon@example.org' });
    assert.equal(lines, ['Invited soon@example.org as staff. The link in the email is valid for one day.']);
  } finally {
    await own.close();
  }
});

test('without the plugin mail, users are created with a password, and nothing offers an invitation', async () => {
  const own = await testApp({ plugins: { mail: false, recovery: false } });
  try {
    const client = await own.signInAs('administrator');
    const { text } = await client.get('/admin/accounts/+new');
    assert.not.match(text, 'nvitation');
    const created = await client.submit('/admin/accounts/+new', { email: 'new@example.org', role: 'staff' });
    assert.match((await client.get(created.location)).text, 'Copy it now');
    assert.not.match((await client.get('/admin/users')).text, 'Invited until');
    assert.is((await client.get('/admin/invitation/x')).status, 404);
    assert.not.match((await client.get('/admin/account/profile')).text, 'New address');
    assert.is(
      (await rustioFailureOf(own.command('user invite', { email: 'c@example.org' }))).code,
      'RIO-ACCOUNTS-NO-MAIL',
    );
  } finally {
    await own.close();
  }
});

test('the invitation is written in the language of the user, and leads to the public URL', async () => {
  const email = await invite();
  const id = await idOf(desk, email);
  await desk.app.database.transaction((tx) =>
    editAccount(tx, commandAuditContext(), desk.app.events, id, { locale: 'ar' }),
  );
  await onPageOf(email, 'invite');
  const [mail = ''] = await mailsTo(desk, developer, email);
  assert.match(mail, 'لاختيار كلمة مرورك');
  assert.match(mail, `${desk.app.urls.publicOrigin}/admin/invitation/`);
});
