import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { lockAccount } from '../../../plugins/auth/account.ts';
import { eraseAccount, setActive, setLock } from '../../../plugins/auth/change-account.ts';
import { editAccount } from '../../../plugins/auth/edit-account.ts';
import { PASSWORD, type TestApp } from '../../support/app.ts';
import { Client, formTokenOf } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { until } from '../../support/until.ts';
import {
  accountOf,
  asCommand,
  emailsTo,
  eventsAbout,
  forgetPasswords,
  linkIn,
  passwordOn,
  REASON,
  recover,
  recoveryDesk,
  temporaryPassword,
  trailOf,
} from './desk.ts';

const test = suite('recovery: by administrators');
let desk: TestApp;
let administrator: Client;

test.before(async () => {
  desk = await recoveryDesk();
});
test.before.each(async () => {
  administrator = await desk.signInAs('administrator');
});
test.after.each(() => assert.equal(desk.errors, []));
test.after(() => desk.close());

async function signedIn(email: string, password = PASSWORD): Promise<Client> {
  const client = new Client(desk.url);
  assert.is((await client.signIn(email, password)).status, 303);
  return client;
}

async function pageOf(email: string): Promise<string> {
  return `/admin/account-recovery/${(await accountOf(desk, email)).id}`;
}

test('only administrators find a link to the recovery page on the pages of a user', async () => {
  const email = await desk.account('staff');
  const { id } = await accountOf(desk, email);
  assert.match((await administrator.get(`/admin/users/${id}`)).text, `href="/admin/account-recovery/${id}"`);
  for (const role of ['staff', 'supervisor'] as const) {
    const client = await desk.signInAs(role, ['user.view']);
    assert.not.match((await client.get(`/admin/users/${id}`)).text, 'account-recovery');
    assert.is((await client.get(`/admin/account-recovery/${id}`)).status, 403);
    assert.is((await client.post(`/admin/account-recovery/${id}`, { action: 'lock' })).status, 403);
  }
});

test('a reset link is sent to the user, and their password stays valid until they choose a new one', async () => {
  const email = await desk.account('staff');
  const open = await signedIn(email);
  assert.is((await recover(desk, administrator, email, 'reset-mail')).status, 303);
  const [sent = ''] = await emailsTo(desk, email);
  assert.match(sent, 'An administrator has sent you this link');
  assert.is((await open.get('/admin')).status, 200, 'nothing has changed yet');
  const chosen = await new Client(desk.url).submit(linkIn(sent), { password: 'my own brand new phrase' });
  assert.is(chosen.status, 303);
  await signedIn(email, 'my own brand new phrase');
  const requested = (await trailOf(desk, email)).find(({ event }) => event === 'password_reset_requested');
  assert.match(requested?.actor ?? '', /^administrator/);
  assert.match(requested?.data ?? '', REASON);
});

test('a temporary password is shown once, ends all sessions and must be changed at the next sign-in', async () => {
  const email = await desk.account('staff');
  const open = await signedIn(email);
  const done = await recover(desk, administrator, email, 'temporary-password');
  assert.is(done.status, 303);
  assert.is(passwordOn(done), undefined);
  await administrator.request('HEAD', done.location, undefined, {});
  const shown = await administrator.get(done.location);
  const password = passwordOn(shown) ?? '';
  assert.match(password, /^[a-z2-9-]{23}$/, 'a request for the headers alone does not use it up');
  assert.match(shown.headers.get('cache-control') ?? '', 'no-store');
  assert.is(passwordOn(await administrator.get(done.location)), undefined, 'a reload');
  assert.is((await eventsAbout(desk, email)).filter((event) => event === 'password_reset_by_other').length, 1);
  assert.is((await open.get('/admin')).status, 303);
  assert.is((await new Client(desk.url).signIn(email, PASSWORD)).status, 401);

  const user = await signedIn(email, password);
  const gate = await user.get('/admin/users?size=50');
  assert.match(gate.location, '/admin/account/new-password?next=');
  const changed = await user.submit(
    gate.location,
    { password: 'my own brand new phrase' },
    '/admin/account/new-password',
  );
  assert.is(changed.location, '/admin/users?size=50');
  assert.is((await user.get('/admin')).status, 200);
  assert.is((await user.get('/admin/account/new-password?next=/admin/account/new-password')).location, '/admin');
  await signedIn(email, 'my own brand new phrase');
  assert.is((await new Client(desk.url).signIn(email, password)).status, 401);
  // A failed sign-in has an entry of its own if another minute has begun.
  const events = (await eventsAbout(desk, email)).filter((event) => event !== 'login_failed');
  assert.equal(events.slice(-4, -1), ['login_succeeded', 'password_changed_self', 'forced_password_change_completed']);
});

test('attack: the temporary password is nowhere in the database, the log or the notice', async () => {
  const email = await desk.account('staff');
  const done = await recover(desk, administrator, email, 'temporary-password');
  const rows = () =>
    desk.app.database.anyFirst(sql.type(z.object({ text: z.string() }))`
      select s::text as text from rustio_session s
      union all select a::text from rustio_audit a
      union all select u::text from rustio_user u
      union all select i::text from rustio_idempotency_key i
    `);
  const before = await rows();
  const password = passwordOn(await administrator.get(done.location)) ?? 'none';
  const after = await rows();
  assert.is(
    [...before, ...after].some((text) => text.includes(password)),
    false,
  );
  const [notice = ''] = await emailsTo(desk, email);
  assert.match(notice, 'An administrator has reset the password');
  assert.is(notice.includes(password), false);
});

test('attack: the password is not shown on the page of another account, or to another session', async () => {
  const email = await desk.account('staff');
  const other = await desk.account('staff');
  const done = await recover(desk, administrator, email, 'temporary-password');
  const somebody = await desk.signInAs('administrator');
  assert.is(passwordOn(await somebody.get(done.location)), undefined);
  assert.is(passwordOn(await administrator.get(await pageOf(other))), undefined);
  assert.is(typeof passwordOn(await administrator.get(done.location)), 'string');
});

for (const [duration, minutes, expected] of [
  ['15', '', 15],
  ['60', '', 60],
  ['1440', '', 24 * 60],
  ['10080', '', 7 * 24 * 60],
  ['minutes', ' 3 ', 3],
  ['forever', '', Number.POSITIVE_INFINITY],
] as const)
  test(`a lock of ${duration} ${minutes} lasts as long as chosen, ends the sessions and can be lifted`, async () => {
    const email = await desk.account('staff');
    const open = await signedIn(email);
    assert.is((await recover(desk, administrator, email, 'lock', { duration, minutes })).status, 303);
    const { lockedUntil } = await accountOf(desk, email);
    if (expected === Number.POSITIVE_INFINITY) assert.is(lockedUntil, 'infinity');
    else {
      const left = (Date.parse(lockedUntil ?? '') - Date.now()) / 60_000;
      assert.ok(left > expected - 1 && left <= expected, `${left} minutes`);
    }
    assert.match((await open.get('/admin')).location, '/admin/login');
    assert.is((await new Client(desk.url).signIn(email, PASSWORD)).status, 401);
    assert.match((await administrator.get(await pageOf(email))).text, 'This account is locked until');
    assert.is((await recover(desk, administrator, email, 'unlock')).status, 303);
    await signedIn(email);
    const notices = await emailsTo(desk, email);
    assert.match(notices[0] ?? '', 'has unlocked your account');
    assert.match(notices[1] ?? '', 'has locked your account');
  });

test('a lock requires one of the offered durations', async () => {
  const email = await desk.account('staff');
  for (const [duration, minutes] of [
    ['minutes', ''],
    ['minutes', '0'],
    ['minutes', '-5'],
    ['minutes', '1.5'],
    ['minutes', '1e3'],
    ['minutes', '9999999'],
    ['minutes', 'soon'],
    ['5', ''],
    ['', ''],
    ['infinity', ''],
  ] as const) {
    const { status, text } = await recover(desk, administrator, email, 'lock', { duration, minutes });
    assert.is(status, 422, `${duration} ${minutes}`);
    assert.match(text, `value="${REASON}"`, 'what was entered is kept');
  }
  assert.is((await accountOf(desk, email)).lockedUntil, null);
});

test('ending the sessions of a user does not lock the account', async () => {
  const email = await desk.account('staff');
  const [one, two] = [await signedIn(email), await signedIn(email)];
  const done = await recover(desk, administrator, email, 'end-sessions');
  assert.match((await administrator.get(done.location)).text, '2 sessions ended');
  for (const client of [one, two]) assert.is((await client.get('/admin')).status, 303);
  await signedIn(email);
  const ended = (await trailOf(desk, email)).filter(({ event }) => event === 'sessions_revoked_by_other');
  assert.is(ended.length, 2);
  for (const { data } of ended) {
    assert.match(data, 'administrative_revoke');
    assert.match(data, REASON);
  }
  assert.match((await emailsTo(desk, email))[0] ?? '', 'has ended all sessions');
});

test('each action requires a reason of 8 to 500 characters after trimming, which is in the audit trail', async () => {
  const email = await desk.account('staff');
  const before = await eventsAbout(desk, email);
  const actions = [
    ['reset-mail', {}],
    ['temporary-password', {}],
    ['lock', { duration: '60' }],
    ['end-sessions', {}],
  ] as const;
  for (const [action, fields] of actions)
    for (const reason of ['', '1234567', '  1234567  ', '\u00a0\u00a0123\u00a0\u00a0', 'x'.repeat(501)])
      assert.is((await recover(desk, administrator, email, action, { ...fields, reason })).status, 422, action);
  assert.equal(await eventsAbout(desk, email), before);
  for (const [action, fields] of [...actions, ['unlock', {}]] as const) {
    assert.is((await recover(desk, administrator, email, action, { ...fields, reason: '  12345678  ' })).status, 303);
  }
  const trail = (await trailOf(desk, email)).slice(before.length);
  assert.ok(trail.length >= 4);
  for (const { event, data } of trail) assert.match(data, '"changeReason": "12345678"', event);
});

test('attack: nobody can recover an account of equal or higher rank; the request is refused before it asks for the password', async () => {
  const peers = [await desk.account('administrator'), await desk.account('developer')];
  for (const email of peers) {
    const page = await pageOf(email);
    const { status, text } = await administrator.get(page);
    assert.is(status, 200);
    assert.not.match(text, 'name="reason"');
    assert.match(text, 'equal to or higher than yours');
    for (const isRecent of [true, false]) {
      if (!isRecent) await forgetPasswords(desk);
      for (const action of ['reset-mail', 'temporary-password', 'remove-factor', 'lock', 'unlock', 'end-sessions'])
        assert.is((await administrator.post(page, { action, reason: REASON, duration: '60' })).status, 403, action);
    }
    assert.equal(await eventsAbout(desk, email), []);
  }
});

test('the pages cannot recover an account of equal rank, but the command line can', async () => {
  const email = await desk.account('developer');
  const peer = await desk.signInAs('developer');
  assert.is((await peer.post(await pageOf(email), { action: 'reset-mail', reason: REASON })).status, 403);
  await desk.command('user reset-password', { email, reason: REASON, yes: true });
  assert.is((await accountOf(desk, email)).mustChangePassword, true);
});

test('the checks run in this order: the account exists, its rank, a recent password, the fields', async () => {
  const email = await desk.account('staff');
  const page = await pageOf(email);
  const token = formTokenOf((await administrator.get(page)).text);
  await forgetPasswords(desk);
  assert.is((await administrator.post('/admin/account-recovery/999999999', { action: 'lock' })).status, 404);
  assert.is((await administrator.post('/admin/account-recovery/nobody', { action: 'lock' })).status, 404);
  const stopped = await administrator.post(page, { '~token': token, action: 'lock', reason: 'short' });
  assert.is(stopped.status, 303);
  assert.match(stopped.location, '/admin/reauth?next=');
  const back = await administrator.submit(stopped.location, { password: PASSWORD }, '/admin/reauth');
  assert.is(back.location, page);
  const restored = await administrator.get(page);
  assert.match(restored.text, 'value="short"', 'the form returns filled in, and is not sent');
  assert.equal(await eventsAbout(desk, email), []);
  assert.is((await recover(desk, administrator, email, 'lock', { reason: 'short', duration: '60' })).status, 422);
});

test('erased and inactive accounts are refused, and so is a reset link for a locked one', async () => {
  const [erased, inactive, locked] = [
    await desk.account('staff'),
    await desk.account('staff'),
    await desk.account('staff'),
  ];
  const ids = await Promise.all([erased, inactive, locked].map(async (email) => (await accountOf(desk, email)).id));
  const [erasedId = 0, inactiveId = 0, lockedId = 0] = ids;
  await asCommand(desk, (tx, context) => eraseAccount(tx, context, desk.app.events, erasedId));
  await asCommand(desk, (tx, context) => setActive(tx, context, desk.app.events, inactiveId, false));
  await asCommand(desk, (tx, context) => setLock(tx, context, desk.app.events, lockedId, 'infinity'));
  const token = formTokenOf((await administrator.get('/admin')).text);
  const post = (id: number, action: string) =>
    administrator.post(`/admin/account-recovery/${id}`, { '~token': token, action, reason: REASON, duration: '60' });
  for (const action of ['reset-mail', 'temporary-password', 'remove-factor', 'lock', 'unlock', 'end-sessions']) {
    assert.is((await post(erasedId, action)).status, 422, action);
    const { status, text } = await post(inactiveId, action);
    assert.is(status, 422, action);
    assert.match(text, 'This account is inactive. Activate it first.');
  }
  const refused = await post(lockedId, 'reset-mail');
  assert.is(refused.status, 422);
  assert.match(refused.text, 'This account is locked, so a link would not work. Unlock it first.');
  assert.equal(await emailsTo(desk, locked), []);
  assert.equal(await emailsTo(desk, `erased-${erasedId}@erased.invalid`), []);
});

test('administrators can lock, reset and sign out others, but not themselves, and one who can sign in remains', async () => {
  const own = (await trailOf(desk, '')).length;
  assert.is(own, 0);
  const email = await desk.account('administrator');
  const self = await signedIn(email);
  const page = await pageOf(email);
  const token = formTokenOf((await self.get('/admin')).text);
  for (const action of ['reset-mail', 'temporary-password', 'remove-factor', 'lock', 'unlock', 'end-sessions']) {
    const { status, text } = await self.post(page, { '~token': token, action, reason: REASON, duration: '60' });
    assert.is(status, 422, action);
    assert.match(text, 'You cannot recover your own account here');
  }
  assert.is((await self.get('/admin')).status, 200);

  const developer = await desk.signInAs('developer');
  const all = await desk.app.database.anyFirst(sql.type(z.object({ email: z.string() }))`
    select email from rustio_user where role = 'developer' and active
  `);
  assert.ok(all.length > 0);
  assert.is((await recover(desk, developer, email, 'lock', { duration: 'forever' })).status, 303);
  assert.is((await accountOf(desk, email)).lockedUntil, 'infinity');
});

test('notices are written in the language of the user, and without a reason', async () => {
  const email = await desk.account('staff');
  const { id } = await accountOf(desk, email);
  await asCommand(desk, (tx, context) =>
    editAccount(tx, context, desk.app.events, id, { locale: 'ar', timeZone: 'Asia/Amman' }),
  );
  await recover(desk, administrator, email, 'lock', { duration: '60' });
  const [notice = ''] = await emailsTo(desk, email);
  assert.match(notice, 'قفل أحد مديري النظام حسابك حتى');
  assert.match(notice, 'Asia/Amman');
  assert.is(notice.includes(REASON), false);
});

test('a user whose language is no longer available gets notices in that of the application', async () => {
  const arabic = await recoveryDesk({ locale: 'ar' });
  try {
    const email = await arabic.account('staff');
    await arabic.app.database.query(sql.unsafe`update rustio_user set locale = 'de' where email = ${email}`);
    await recover(arabic, await arabic.signInAs('administrator'), email, 'lock', { duration: 'forever' });
    assert.match((await emailsTo(arabic, email))[0] ?? '', 'قفل أحد مديري النظام حسابك');
  } finally {
    await arabic.close();
  }
});

test('attack: neither a name nor an address prevents administrators from recovering an account', async () => {
  const email = await desk.account('staff');
  const { id } = await accountOf(desk, email);
  const edited = await asCommand(desk, (tx, context) =>
    editAccount(tx, context, desk.app.events, id, { displayName: 'Ana href=x' }),
  );
  assert.is(edited.outcome, 'done');
  assert.is((await recover(desk, administrator, email, 'lock', { duration: '60' })).status, 303);
  assert.match((await emailsTo(desk, email))[0] ?? '', 'Ana href=x');
  assert.is((await recover(desk, administrator, email, 'unlock')).status, 303);
  // No email can be sent to this address, which another program has stored.
  const broken = `"ana" ${email}`;
  await desk.app.database.query(sql.unsafe`update rustio_user set email = ${broken} where id = ${id}`);
  for (const [action, fields] of [['temporary-password'], ['lock', { duration: '60' }], ['unlock']] as const)
    assert.is((await recover(desk, administrator, broken, action, fields)).status, 303, action);
  const rejected = await recover(desk, administrator, broken, 'reset-mail');
  assert.is(rejected.status, 422);
  assert.match(rejected.text, 'No email can be sent to the address of this account');
});

test('attack: an administrator who recovers many accounts at once does not take every connection', async () => {
  const email = await desk.account('staff');
  const page = await pageOf(email);
  const token = formTokenOf((await administrator.get(page)).text);
  const { id } = await accountOf(desk, email);
  const { database } = desk.app;
  const locked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const holding = database.transaction(async (tx) => {
    await lockAccount(tx, id);
    locked.resolve();
    await released.promise;
  });
  await locked.promise;
  const fields = { '~token': token, action: 'end-sessions', reason: REASON };
  const requests = Array.from({ length: 12 }, () => administrator.post(page, fields));
  await until(() => database.connections.busy >= 3);
  await wait(500);
  const { busy } = database.connections;
  released.resolve();
  await holding;
  for (const { status } of await Promise.all(requests)) assert.is(status, 303);
  assert.ok(busy <= 4, `${busy} connections`);
});

test('if a temporary password, a link and a lock are requested at the same time, one of their results remains', async () => {
  for (let round = 0; round < 4; round += 1) {
    const email = await desk.account('staff');
    await recover(desk, administrator, email, 'reset-mail');
    const link = linkIn((await emailsTo(desk, email))[0]);
    const chosen = 'my own brand new phrase';
    const visitor = new Client(desk.url);
    const [used, set] = await Promise.all([
      visitor.post(link, { password: chosen }),
      round % 2 === 0
        ? recover(desk, administrator, email, 'temporary-password')
        : recover(desk, administrator, email, 'lock', { duration: 'forever' }),
    ]);
    assert.is(set.status, 303);
    assert.ok(used.status === 303 || used.status === 404, String(used.status));
    const account = await accountOf(desk, email);
    if (round % 2 === 0) {
      // The administrator came last, or the link had ended: either way, what is valid now is the temporary password, unless the link came last.
      const events = await eventsAbout(desk, email);
      const last = events.findLast((event) => event === 'password_changed_self' || event === 'password_reset_by_other');
      assert.is(account.mustChangePassword, last === 'password_reset_by_other');
      assert.is((await new Client(desk.url).signIn(email, chosen)).status, account.mustChangePassword ? 401 : 303);
    } else {
      assert.is(account.lockedUntil, 'infinity');
      assert.is((await new Client(desk.url).signIn(email, chosen)).status, 401);
    }
    assert.is((await visitor.get(link)).status, 404);
  }
});

test('two administrators who reset one account at the same time both succeed, and one password is valid', async () => {
  const email = await desk.account('staff');
  const other = await desk.signInAs('administrator');
  const passwords = await Promise.all([
    temporaryPassword(desk, administrator, email),
    temporaryPassword(desk, other, email),
  ]);
  const statuses: number[] = [];
  for (const password of passwords) statuses.push((await new Client(desk.url).signIn(email, password)).status);
  assert.equal(statuses.toSorted(), [303, 401]);
});
