// Limits on attempts: per account and network, per account, per network, and for known devices.
import argon2 from 'argon2';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { definePlugin } from '../../../core/plugin.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { findAccountByEmail } from '../../../plugins/auth/account.ts';
import { setActive, setLock } from '../../../plugins/auth/change-account.ts';
import { createUser } from '../../../plugins/auth/create-user.ts';
import { inHashingQueue } from '../../../plugins/auth/hashing-queue.ts';
import { deleteOldAttempts } from '../../../plugins/sessions/attempts.ts';
import { admitAttempt } from '../../../plugins/sessions/public.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import type { Client, TestResponse } from '../../support/client.ts';
import { cookieOf } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';

const DEVICE_COOKIE = cookieOf('rustio-device');
const WRONG = 'a wrong password';

/** Recovery codes, and accounts that may not sign in from here. */
const denied = new Set<string>();
const recovery = definePlugin({
  name: 'codes',
  api: 1,
  requires: ['sessions'],
  contributes: {
    'signIn.steps': [
      {
        name: 'network',
        afterVerify: async (_tx, _context, user) => (denied.has(user.name) ? { denied: 'network' } : 'done'),
      },
    ],
  },
  routes(routes) {
    const options = { access: { open: true }, csrf: 'origin', responses: [401, 429, 500] } as const;
    routes.post('/code', options, async (ctx, app) => {
      const { form } = ctx.state;
      const attempt = await admitAttempt(ctx, app, { kind: 'code', email: form?.get('email') });
      if (attempt.retryAfter !== undefined) {
        ctx.status = 429;
        return;
      }
      await app.database.transaction(async () => {
        if (form?.get('fail') === 'yes') throw new Error('on purpose');
      });
      ctx.status = 401;
    });
  },
});

const test = suite('sessions: limits on attempts');
let desk: TestApp;
test.before(async () => {
  desk = await testApp({ models: [], extend: [recovery], trustedProxies: 1 });
});
test.before.each(async () => {
  denied.clear();
  await desk.app.database.query(sql.unsafe`truncate rustio_attempt`);
});
test.after(() => desk.close());

let networks = 0;
/** An address that no other test uses. */
const freshAddress = () => `10.${networks >> 8}.${networks++ & 255}.7`;
const signInFrom = (
  from: string,
  email: string,
  password = WRONG,
  client: Client = desk.client(),
): Promise<TestResponse> => client.post('/admin/login', { email, password }, { 'x-forwarded-for': from });
const statusesOf = (answers: readonly TestResponse[]) => answers.map(({ status }) => status);
async function inTurn(count: number, attempt: (n: number) => Promise<TestResponse>): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < count; n += 1) statuses.push((await attempt(n)).status);
  return statuses;
}
/** Lets the time pass that blocked counters wait for. */
const wait = () => desk.app.database.query(sql.unsafe`update rustio_attempt set blocked_until = '-infinity'`);
/** As if so many attempts had been counted by every counter. */
const setLevel = (level: number) =>
  desk.app.database.query(sql.unsafe`update rustio_attempt set level = ${level}, counted_at = clock_timestamp()`);
const times = (count: number, status: number) => Array.from({ length: count }, () => status);

test('after five failures, an account and a network wait half a minute, then twice as long each time', async () => {
  const email = await desk.account('staff');
  const from = freshAddress();
  assert.equal(await inTurn(5, () => signInFrom(from, email)), times(5, 401));
  const expected = [30, 60, 120, 240, 480, 900, 900];
  for (const seconds of expected) {
    const rejected = await signInFrom(from, email, PASSWORD);
    assert.is(rejected.status, 429);
    const retryAfter = Number(rejected.headers.get('retry-after'));
    assert.ok(retryAfter > seconds - 5 && retryAfter <= seconds, `${retryAfter} for ${seconds}`);
    assert.match(rejected.text, 'Too many attempts. Try again in');
    await wait();
    assert.is((await signInFrom(from, email)).status, 401);
  }
  assert.is((await signInFrom(freshAddress(), email, PASSWORD)).status, 303, 'from another network');
});

test('attack: of thirty concurrent attempts, five are verified', async () => {
  const email = await desk.account('staff');
  const from = freshAddress();
  const answers = await Promise.all(Array.from({ length: 30 }, () => signInFrom(from, email)));
  assert.is(statusesOf(answers).filter((status) => status === 401).length, 5);
  assert.is(statusesOf(answers).filter((status) => status === 429).length, 25);
});

test('attack: unknown, inactive and locked accounts are limited like existing ones', async () => {
  const { existing, inactive, locked, barred } = await fourAccounts();
  const pages: string[] = [];
  for (const email of [existing, 'nobody@example.org', inactive, locked, barred]) {
    const from = freshAddress();
    assert.equal(await inTurn(6, () => signInFrom(from, email)), [...times(5, 401), 429], email);
    // Another spelling of the same address is the same account.
    const rejected = await signInFrom(from, ` ${email.toUpperCase()}`, PASSWORD);
    assert.is(rejected.status, 429);
    pages.push(rejected.text.replace(/ value="[^"]*"/g, ''));
  }
  assert.is(new Set(pages).size, 1);
});

test('attack: no spelling of an address reveals by the limits whether it belongs to an account', async () => {
  const spellings = [
    ['info', 'İNFO'],
    ['jörg', 'JÖRG'],
    ['groß', 'GROẞ'],
  ] as const;
  for (const [plain, other] of spellings) {
    const statuses: (readonly number[])[] = [];
    for (const exists of [false, true]) {
      if (exists) await personWith(`${plain}@desk.example`);
      await desk.app.database.query(sql.unsafe`truncate rustio_attempt`);
      const from = freshAddress();
      statuses.push(await inTurn(6, (n) => signInFrom(from, `${n < 5 ? other : plain}@desk.example`)));
    }
    assert.equal(statuses[0], statuses[1], `${plain} ${other}`);
  }
});

/** An account with this address. */
async function personWith(email: string): Promise<void> {
  const created = await desk.app.database.transaction((tx) =>
    createUser(tx, commandAuditContext(), desk.app.events, { email, role: 'staff' }),
  );
  assert.is(created.outcome, 'done', email);
}

test('attack: a blocked network leaves nothing in the table for the addresses that it makes up', async () => {
  const from = freshAddress();
  const count = () =>
    desk.app.database.oneFirst(
      sql.type(z.object({ n: z.number() }))`select count(*)::integer as n from rustio_attempt`,
    );
  assert.is((await signInFrom(from, 'first@example.org')).status, 401);
  await setLevel(1_000);
  assert.is((await signInFrom(from, 'first@example.org')).status, 401);
  const before = await count();
  assert.equal(await inTurn(5, (n) => signInFrom(from, `invented-${n}@example.org`)), times(5, 429));
  assert.is(await count(), before);
});

test('attack: an IPv6 customer has one network with 2^64 addresses, however a proxy writes them', async () => {
  const email = await desk.account('staff');
  const spellings = [
    '2001:db8:1:2::1',
    '2001:DB8:1:2::2',
    '2001:0db8:0001:0002:3::4',
    '2001:db8:1:2:9::',
    '2001:db8:1:2::ff',
  ];
  assert.equal(statusesOf(await Promise.all(spellings.map((from) => signInFrom(from, email)))), times(5, 401));
  assert.is((await signInFrom('2001:db8:1:2:ffff::1', email)).status, 429);
  assert.is((await signInFrom('2001:db8:1:3::1', email)).status, 401);
});

test('attack: a client cannot choose the network that it is counted for', async () => {
  const email = await desk.account('staff');
  const real = freshAddress();
  const attempts = await inTurn(6, (n) => signInFrom(`203.0.113.${n}, ${real}`, email));
  assert.equal(attempts, [...times(5, 401), 429]);
});

test('attack: strangers from many networks cannot lock a known device out', async () => {
  const email = await desk.account('staff');
  const [owner, session] = [desk.client(), desk.client()];
  const home = freshAddress();
  assert.is((await signInFrom(home, email, PASSWORD, owner)).status, 303);
  const device = owner.cookie(DEVICE_COOKIE) ?? '';
  assert.match(device, /^[\w-]{22}\.[\w-]{22}$/);
  await signInFrom(freshAddress(), email);
  await setLevel(49);
  assert.is((await signInFrom(freshAddress(), email)).status, 401);
  assert.is((await signInFrom(freshAddress(), email, PASSWORD)).status, 429, 'the limit of the account');
  session.setCookie(DEVICE_COOKIE, device);
  assert.is((await signInFrom(home, email, PASSWORD, session)).status, 303);
  assert.is((await signInFrom(freshAddress(), email, PASSWORD, session)).status, 303, 'from any network');
  assert.is((await owner.get('/admin/account')).status, 200, 'sessions are not affected');
});

test('attack: neighbours in the same network cannot lock a known device out either', async () => {
  const email = await desk.account('staff');
  const office = freshAddress();
  const owner = desk.client();
  await signInFrom(office, email, PASSWORD, owner);
  await inTurn(6, () => signInFrom(office, email));
  assert.is((await signInFrom(office, email, PASSWORD)).status, 429);
  assert.is((await signInFrom(office, email, PASSWORD, owner)).status, 303);
});

test('attack: a known device has a limit of its own, and is not known to other accounts', async () => {
  const [email, other] = [await desk.account('staff'), await desk.account('staff')];
  const client = desk.client();
  await signInFrom(freshAddress(), email, PASSWORD, client);
  assert.equal(await inTurn(11, () => signInFrom(freshAddress(), email, WRONG, client)), [...times(10, 401), 429]);
  const from = freshAddress();
  assert.equal(await inTurn(6, () => signInFrom(from, other, WRONG, client)), [...times(5, 401), 429]);
  const [id] = (client.cookie(DEVICE_COOKIE) ?? '').split('.');
  const forged = desk.client();
  forged.setCookie(DEVICE_COOKIE, `${id}.${'A'.repeat(22)}`);
  assert.is((await signInFrom(from, other, WRONG, forged)).status, 429);
});

test('a browser remains known to both accounts that use it, and after signing out', async () => {
  const [one, two] = [await desk.account('staff'), await desk.account('staff')];
  const client = desk.client();
  for (const email of [one, two, one]) await signInFrom(freshAddress(), email, PASSWORD, client);
  await client.post('/admin/logout', {});
  for (const email of [one, two]) {
    const from = freshAddress();
    await inTurn(6, () => signInFrom(from, email));
    assert.is((await signInFrom(from, email, PASSWORD, client)).status, 303);
  }
});

test('attack: a network that tries many accounts is limited, others are not', async () => {
  const accounts = await Promise.all(Array.from({ length: 3 }, () => desk.account('staff')));
  const from = freshAddress();
  await signInFrom(from, accounts[0] ?? '');
  await setLevel(249);
  assert.is((await signInFrom(from, accounts[1] ?? '', PASSWORD)).status, 303);
  assert.is((await signInFrom(from, accounts[1] ?? '')).status, 401, 'a success does not count');
  const rejected = await signInFrom(from, accounts[2] ?? '', PASSWORD);
  assert.is(rejected.status, 429);
  assert.is((await signInFrom(freshAddress(), accounts[2] ?? '', PASSWORD)).status, 303);
});

test('attack: a flood from one network does not hold the connections of others, even if its rows are locked', async () => {
  const email = await desk.account('staff');
  const from = freshAddress();
  await signInFrom(from, 'nobody@example.org');
  const { database } = desk.app;
  const flood = await withPlainConnection(database.url, async (other) => {
    await other.query('begin');
    await other.query('select from rustio_attempt for update');
    const attempts = Promise.all(Array.from({ length: 30 }, (_, n) => signInFrom(from, `nobody-${n}@example.org`)));
    assert.is((await signInFrom(freshAddress(), email, PASSWORD)).status, 303);
    assert.ok(database.connections.busy <= 2, String(database.connections.busy));
    await other.query('rollback');
    return attempts;
  });
  assert.equal(statusesOf(flood), times(30, 401));
});

test('a success clears the failures of the account from this network', async () => {
  const email = await desk.account('staff');
  const from = freshAddress();
  for (let round = 0; round < 3; round += 1) {
    assert.equal(await inTurn(4, () => signInFrom(from, email)), times(4, 401));
    assert.is((await signInFrom(from, email, PASSWORD)).status, 303);
  }
});

test('attempts are forgotten over time', async () => {
  const email = await desk.account('staff');
  const from = freshAddress();
  await inTurn(5, () => signInFrom(from, email));
  await wait();
  await desk.app.database.query(sql.unsafe`update rustio_attempt set counted_at = counted_at - interval '31 minutes'`);
  assert.equal(await inTurn(3, () => signInFrom(from, email)), [401, 401, 429]);
});

test('attack: guessing the password of an open session is limited, without affecting other sessions', async () => {
  const email = await desk.account('staff');
  const [thief, owner] = [desk.client(), desk.client()];
  for (const client of [thief, owner]) await signInFrom(freshAddress(), email, PASSWORD, client);
  const guess = (client: Client, password: string) => client.submit('/admin/reauth', { password });
  assert.equal(await inTurn(6, () => guess(thief, WRONG)), [...times(5, 401), 429]);
  const rejected = await guess(thief, PASSWORD);
  assert.is(rejected.status, 429);
  assert.ok(Number(rejected.headers.get('retry-after')) > 0);
  assert.is((await guess(owner, PASSWORD)).status, 303);
});

test('attack: a failing transaction does not undo an attempt, and other plugins have the same limits', async () => {
  const from = { 'x-forwarded-for': freshAddress() };
  const email = await desk.account('staff');
  const attempt = (fail: string) => desk.client().post('/admin/code', { email, fail }, from);
  assert.equal(await inTurn(3, () => attempt('yes')), times(3, 500));
  assert.equal(await inTurn(3, () => attempt('no')), [401, 401, 429]);
  const signIn = await signInFrom(from['x-forwarded-for'], email, PASSWORD);
  assert.is(signIn.status, 303, 'each kind is counted separately');
});

test('an attempt that could not be verified does not count', async () => {
  const email = await desk.account('staff');
  const from = freshAddress();
  const begin = Promise.withResolvers<void>();
  const flood = Array.from({ length: 600 }, () => inHashingQueue(from, () => begin.promise).catch(() => {}));
  assert.equal(await inTurn(8, () => signInFrom(from, email, PASSWORD)), times(8, 503));
  begin.resolve();
  await Promise.all(flood);
  assert.is((await signInFrom(from, email, PASSWORD)).status, 303);
});

test('attack: unknown, wrong, inactive and locked cost one verification each and look the same; a rejected attempt costs none', async () => {
  const { existing, inactive, locked, barred } = await fourAccounts();
  const verify = argon2.verify;
  let verifications = 0;
  argon2.verify = (...given) => {
    verifications += 1;
    return verify(...given);
  };
  try {
    const pages = new Set<string>();
    for (const [email, password] of [
      ['nobody@example.org', WRONG],
      [existing, WRONG],
      [inactive, PASSWORD],
      [inactive, WRONG],
      [locked, PASSWORD],
      [locked, WRONG],
      [barred, PASSWORD],
      [barred, WRONG],
    ] as const) {
      verifications = 0;
      const answer = await signInFrom(freshAddress(), email, password);
      assert.equal([answer.status, verifications], [401, 1], `${email} ${password}`);
      pages.add(answer.text.replace(/ value="[^"]*"/g, ''));
    }
    assert.is(pages.size, 1);
    const from = freshAddress();
    await inTurn(5, () => signInFrom(from, existing));
    verifications = 0;
    assert.is((await signInFrom(from, existing)).status, 429);
    assert.is(verifications, 0);
  } finally {
    argon2.verify = verify;
  }
  const reasons = await desk.app.database.anyFirst(sql.type(z.object({ reason: z.string() }))`
    select data ->> 'reason' as reason from rustio_audit
    where event = 'login_failed' and subject_label = ${barred} order by id
  `);
  assert.equal([...reasons], ['network', 'wrong_password']);
});

test('the audit trail distinguishes the reasons that the response does not', async () => {
  const { existing, inactive, locked, barred } = await fourAccounts();
  const both = await desk.account('staff');
  const account = await findAccountByEmail(desk.app.database, both);
  const { database, events } = desk.app;
  await database.transaction((tx) => setLock(tx, commandAuditContext(), events, account?.id ?? 0, 'infinity'));
  await database.transaction((tx) => setActive(tx, commandAuditContext(), events, account?.id ?? 0, false));
  const reasonsOf = (email: string) =>
    database.anyFirst(sql.type(z.object({ reason: z.string() }))`
      select data ->> 'reason' as reason from rustio_audit
      where event = 'login_failed' and subject_label = ${email} order by id
    `);
  for (const [email, reasons] of [
    [existing, ['wrong_password', 'throttled']],
    [inactive, ['inactive', 'throttled']],
    [both, ['inactive', 'throttled']],
    [locked, ['locked', 'throttled']],
    [barred, ['wrong_password', 'throttled']],
  ] as const) {
    const from = freshAddress();
    assert.equal(await inTurn(7, () => signInFrom(from, email)), [...times(5, 401), 429, 429]);
    assert.equal([...new Set(await reasonsOf(email))], [...reasons], email);
  }
  const from = freshAddress();
  await inTurn(7, () => signInFrom(from, 'nobody-at-all@example.org'));
  const unknown = await database.anyFirst(sql.type(z.object({ reason: z.string() }))`
    select data ->> 'reason' as reason from rustio_audit
    where event = 'login_failed' and subject_model is null order by id desc limit 2
  `);
  assert.equal([...unknown], ['throttled', 'unknown']);

  const email = await desk.account('staff');
  const client = desk.client();
  await client.signIn(email, PASSWORD);
  await inTurn(7, () => client.submit('/admin/reauth', { password: WRONG }));
  const ofSession = await database.anyFirst(sql.type(z.object({ reason: z.string() }))`
    select data ->> 'reason' as reason from rustio_audit
    where event = 'reauth_failed' and subject_label = ${email} order by id
  `);
  assert.equal([...new Set(ofSession)], ['wrong_password', 'throttled']);
});

test('the table contains no address that somebody typed, and is cleaned up', async () => {
  await signInFrom(freshAddress(), 'stranger@example.org');
  const rows = () =>
    desk.app.database.anyFirst(sql.type(z.object({ row: z.string() }))`select a::text as row from rustio_attempt a`);
  assert.is((await rows()).length, 3);
  assert.not.match((await rows()).join('\n'), 'stranger');
  await deleteOldAttempts(desk.app);
  assert.is((await rows()).length, 3);
  await desk.app.database.query(sql.unsafe`update rustio_attempt set counted_at = now() - interval '25 hours'`);
  await deleteOldAttempts(desk.app);
  assert.is((await rows()).length, 0);
});

test('only the expected errors were logged', () => {
  assert.equal(
    desk.errors.filter((entry) => !/on purpose|RIO-AUTH-BUSY/.test(JSON.stringify(entry))),
    [],
  );
});

/** One that can sign in, and three that cannot. */
async function fourAccounts() {
  const account = () => desk.account('staff');
  const [existing, inactive, locked, barred] = [await account(), await account(), await account(), await account()];
  const { database, events } = desk.app;
  const idOf = async (email: string) => (await findAccountByEmail(database, email))?.id ?? 0;
  const context = commandAuditContext();
  const [inactiveId, lockedId] = [await idOf(inactive), await idOf(locked)];
  await database.transaction((tx) => setActive(tx, context, events, inactiveId, false));
  await database.transaction((tx) => setLock(tx, context, events, lockedId, 'infinity'));
  denied.add(barred);
  return { existing, inactive, locked, barred };
}
