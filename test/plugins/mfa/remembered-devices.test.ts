// Devices on which the password is enough for a while.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { editAccount } from '../../../plugins/auth/edit-account.ts';
import { rememberedCookieName } from '../../../plugins/mfa/remembered-device.ts';
import { PASSWORD, type TestApp, testApp, withApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import {
  codeNow,
  type Enrolled,
  enrolled,
  eventsAbout,
  forgetSteps,
  PAGE,
  trailOf,
  VERIFY,
  withPassword,
} from './desk.ts';

const test = suite('mfa: remembered devices');
let desk: TestApp;
test.before(async () => {
  desk = await testApp({});
});
test.before.each(() => desk.app.database.query(sql.unsafe`truncate rustio_attempt`).then(() => undefined));
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

/** A user whose browser is remembered. */
async function remembered(on = desk): Promise<Enrolled & { readonly browser: Client }> {
  const user = await enrolled(on);
  const browser = await withPassword(on, user.email);
  const { status } = await browser.submit(VERIFY, { code: await codeNow(user.secret), remember: 'on' });
  assert.is(status, 303);
  await forgetSteps(on, user.id);
  return { ...user, browser };
}

/** Whether the password is enough in a browser: signs out and in again. */
async function isEnough(browser: Client, email: string, on = desk): Promise<boolean> {
  await on.app.database.query(sql.unsafe`truncate rustio_attempt`);
  await browser.post('/admin/logout', {});
  const { location } = await browser.signIn(email, PASSWORD);
  if (!location.startsWith(VERIFY)) throw new Error(location);
  const next = await browser.get(location);
  return next.status === 303 && (await browser.get('/admin/account')).status === 200;
}

const countDevices = (userId: number) =>
  desk.app.database.oneFirst(sql.type(z.object({ n: z.int() }))`
    select count(*)::integer as n from rustio_mfa_remembered_device where user_id = ${userId}
  `);

test('a browser that its user wants to be remembered needs no code, and others do', async () => {
  const { email, browser } = await remembered();
  assert.is(await isEnough(browser, email), true);
  assert.is(await isEnough(desk.client(), email), false);
  const events = await eventsAbout(desk, email);
  assert.ok(events.includes('mfa_device_remembered'));
  const methods = (await trailOf(desk, email))
    .filter(({ event }) => event === 'mfa_succeeded')
    .map(({ data }) => JSON.parse(data).method);
  assert.equal(methods, ['totp', 'remembered_device']);
});

test('without the check box, a browser is not remembered', async () => {
  const { email, secret, id } = await enrolled(desk);
  const browser = await withPassword(desk, email);
  await browser.submit(VERIFY, { code: await codeNow(secret) });
  assert.is(browser.cookie(rememberedCookieName(desk.app)), undefined);
  assert.is(await countDevices(id), 0);
});

test('attack: the database contains only a hash of the token, and the cookie cannot be read by scripts', async () => {
  const { email, browser, secret, id } = await remembered();
  const token = browser.cookie(rememberedCookieName(desk.app)) ?? '';
  assert.match(token, /^[\w-]{43}$/);
  const rows = await desk.app.database.anyFirst(sql.type(z.object({ row: z.string() }))`
    select d::text as row from rustio_mfa_remembered_device d union all select a::text from rustio_audit a
  `);
  assert.not.ok(rows.some((row) => row.includes(token)));
  const other = await withPassword(desk, email);
  await forgetSteps(desk, id);
  const { headers } = await other.submit(VERIFY, { code: await codeNow(secret), remember: 'on' });
  const [cookie = ''] = headers.getSetCookie().filter((each) => each.startsWith(rememberedCookieName(desk.app)));
  assert.match(cookie, /; httponly/i);
  assert.match(cookie, /; samesite=lax/i);
  assert.match(cookie, /; expires=/i);
});

test('attack: the cookie of one user is useless to another user', async () => {
  const { browser } = await remembered();
  const other = await enrolled(desk);
  assert.is(await isEnough(browser, other.email), false);
});

test('attack: the cookie alone opens nothing; it replaces the code, not the password', async () => {
  const { browser } = await remembered();
  const thief = desk.client();
  thief.setCookie(rememberedCookieName(desk.app), browser.cookie(rememberedCookieName(desk.app)) ?? '');
  assert.match((await thief.get(VERIFY)).location, '/admin/login');
});

test('attack: invented, overlong and malformed cookies are ignored', async () => {
  const { email } = await remembered();
  for (const value of ['', 'x', 'A'.repeat(43), `${'A'.repeat(43)}.`.repeat(200), "'; drop table x; --"]) {
    const client = desk.client();
    client.setCookie(rememberedCookieName(desk.app), encodeURIComponent(value));
    assert.is(await isEnough(client, email), false, value.slice(0, 10));
  }
});

test('a device is remembered for 30 days', async () => {
  const { email, browser, id } = await remembered();
  const age = (days: number) =>
    desk.app.database.query(sql.unsafe`
      update rustio_mfa_remembered_device
      set created_at = now() - make_interval(days => ${days}), expires_at = now() + make_interval(days => ${30 - days})
      where user_id = ${id}
    `);
  await age(29);
  assert.is(await isEnough(browser, email), true);
  await age(30);
  assert.is(await isEnough(browser, email), false);
  assert.match((await browser.get(VERIFY)).text, 'for 30 days');
});

test('the account page lists remembered devices; a user can forget one or all, and only their own', async () => {
  const { email, browser, client, id } = await remembered();
  const other = await remembered();
  const page = await client.get(PAGE);
  assert.match(page.text, 'Remembered devices');
  const [, forget = ''] = /action="([^"]+\/forget)"/.exec(page.text) ?? [];
  const token = /name="~token" value="([^"]+)"/.exec((await other.client.get(PAGE)).text)?.[1] ?? '';
  assert.is((await other.client.post(forget, { '~token': token })).status, 404, 'attack: a device of another user');
  assert.is(await countDevices(id), 1);
  assert.is((await client.submit(PAGE, {}, forget)).status, 303);
  assert.is(await isEnough(browser, email), false);
  assert.is(await isEnough(other.browser, other.email), true);
  assert.is((await other.client.submit(PAGE, {}, `${PAGE}/devices/forget-all`)).status, 303);
  assert.is(await isEnough(other.browser, other.email), false);
  assert.ok((await eventsAbout(desk, email)).includes('mfa_device_forgotten'));
});

test('a device is forgotten when the password, the role or the factors change, and when the account is locked or deactivated', async () => {
  const context = commandAuditContext();
  const { database, events } = desk.app;
  const changes: Readonly<Record<string, (user: Enrolled) => Promise<unknown>>> = {
    'the own password': ({ client }) =>
      client.submit(
        '/admin/account/profile',
        { password: 'my own brand new phrase', repeated: 'my own brand new phrase' },
        '/admin/account/profile/password',
      ),
    'a password set by a command': ({ email }) => desk.command('user password', { email, generate: true }),
    deactivated: ({ email }) => desk.command('user deactivate', { email }),
    role: ({ email }) => desk.command('user role', { email, role: 'supervisor' }),
    'no app any more': ({ client }) => client.submit(PAGE, {}, `${PAGE}/remove`),
    recovery: ({ email }) => desk.command('user disable-mfa', { email, reason: 'Lost their phone', yes: true }),
  };
  for (const [name, change] of Object.entries(changes)) {
    const user = await remembered();
    assert.is(await countDevices(user.id), 1);
    await change(user);
    assert.is(await countDevices(user.id), 0, name);
    assert.ok((await eventsAbout(desk, user.email)).includes('mfa_device_forgotten'), name);
  }
  const user = await remembered();
  await database.transaction((tx) => editAccount(tx, context, events, user.id, { displayName: 'Ana' }));
  assert.is(await countDevices(user.id), 1, 'another name changes nothing');
});

test('where users confirm their password, a remembered device needs a code as well', async () => {
  const { browser } = await remembered();
  assert.is((await browser.submit('/admin/reauth', { password: PASSWORD })).status, 401);
});

test('attack: after a sign-in on a remembered device, factors and codes cannot be changed without a code', async () => {
  const { email, browser, secret } = await remembered();
  assert.is(await isEnough(browser, email), true);
  for (const page of [`${PAGE}/remove`, `${PAGE}/codes`])
    assert.match((await browser.submit(PAGE, {}, page)).location, '/admin/reauth', page);
  assert.match((await browser.get(`${PAGE}/+enrol`)).location, '/admin/reauth');
  assert.is((await browser.submit('/admin/reauth', { password: PASSWORD, code: await codeNow(secret) })).status, 303);
  assert.is((await browser.submit(PAGE, {}, `${PAGE}/remove`)).location, PAGE);
});

test('attack: somebody with the password and a remembered device cannot keep guessing codes in new sessions', async () => {
  const { email, browser, secret } = await remembered();
  const statuses: number[] = [];
  for (let session = 0; session < 3; session += 1) {
    const thief = desk.client();
    thief.setCookie(rememberedCookieName(desk.app), browser.cookie(rememberedCookieName(desk.app)) ?? '');
    const { location } = await thief.signIn(email, PASSWORD);
    await thief.get(location);
    for (let guess = 0; guess < 4; guess += 1)
      statuses.push((await thief.submit('/admin/reauth', { password: PASSWORD, code: '000000' })).status);
  }
  assert.equal(statuses, [...Array(10).fill(401), 429, 429]);
  const other = desk.client();
  other.setCookie(rememberedCookieName(desk.app), browser.cookie(rememberedCookieName(desk.app)) ?? '');
  await other.get((await other.signIn(email, PASSWORD)).location);
  const code = await codeNow(secret);
  assert.is((await other.submit('/admin/reauth', { password: PASSWORD, code })).status, 429);
  assert.is((await other.submit('/admin/reauth', { password: 'another one', code })).status, 429);
});

test('if devices are remembered for 0 days, the form does not offer it, and devices that were remembered before need a code', () =>
  withApp({ plugins: { mfa: { roles: { staff: { rememberDays: 0 } } } } }, async (strict) => {
    const { email, secret, id } = await enrolled(strict);
    const browser = await withPassword(strict, email);
    assert.not.match((await browser.get(VERIFY)).text, 'name="remember"');
    await browser.submit(VERIFY, { code: await codeNow(secret), remember: 'on' });
    assert.is(browser.cookie(rememberedCookieName(strict.app)), undefined);
    const cookie = 'B'.repeat(43);
    await strict.app.database.query(sql.unsafe`
      insert into rustio_mfa_remembered_device (user_id, token_hash, expires_at)
      values (${id}, sha256(convert_to(${cookie}, 'UTF8')), now() + interval '20 days')
    `);
    browser.setCookie(rememberedCookieName(strict.app), cookie);
    assert.is(await isEnough(browser, email, strict), false);
  }));

test('of the devices of an account, the twenty newest are kept; expired ones are deleted', async () => {
  const { email, id, secret } = await enrolled(desk);
  await desk.app.database.query(sql.unsafe`
    insert into rustio_mfa_remembered_device (user_id, token_hash, created_at, expires_at)
    select ${id}, sha256(convert_to('device ' || n, 'UTF8')), now() - make_interval(hours => n), now() + interval '1 day'
    from generate_series(1, 20) n
  `);
  const browser = await withPassword(desk, email);
  await browser.submit(VERIFY, { code: await codeNow(secret), remember: 'on' });
  assert.is(await countDevices(id), 20);
  await desk.app.database.query(sql.unsafe`
    update rustio_mfa_remembered_device set expires_at = now() - interval '1 second'
    where user_id = ${id} and created_at < now() - interval '30 minutes'
  `);
  const tasks = desk.booted.plugins.flatMap(({ schedule }) => schedule ?? []);
  await tasks.find(({ name }) => name === 'delete-expired-devices')?.run(desk.app, new AbortController().signal);
  assert.is(await countDevices(id), 1);
});
