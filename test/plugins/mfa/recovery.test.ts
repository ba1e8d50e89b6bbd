// Lost phones, and keys that are replaced.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import {
  codeNow,
  codesOn,
  ENROL,
  enrolled,
  eventsAbout,
  forgetSteps,
  PAGE,
  secretOn,
  trailOf,
  VERIFY,
  withPassword,
} from './desk.ts';

const test = suite('mfa: recovery');
const REASON = 'Lost their phone on a train';
let desk: TestApp;
test.before(async () => {
  desk = await testApp({});
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const disable = (email: string, on = desk) => on.command('user disable-mfa', { email, reason: REASON, yes: true });

test('disable-mfa removes the app, the codes and the devices, ends the sessions, and the password is enough until the next app', async () => {
  const { email, id, client } = await enrolled(desk);
  const lines = await disable(email);
  assert.match(lines.join(), 'The second factor is removed');
  assert.match((await client.get('/admin')).location, '/admin/login');
  for (const table of ['rustio_mfa_totp', 'rustio_mfa_backup_code', 'rustio_mfa_remembered_device'])
    assert.is(
      await desk.app.database.exists(sql.unsafe`select from ${sql.identifier([table])} where user_id = ${id}`),
      false,
      table,
    );
  const again = await withPassword(desk, email);
  assert.is((await again.get('/admin/account')).status, 200);
  const removed = (await trailOf(desk, email)).find(({ event }) => event === 'mfa_reset_by_other');
  assert.equal(JSON.parse(removed?.data ?? ''), { codes: 10, passkeys: 0, changeReason: REASON });
  assert.is((await again.submit(ENROL, { code: await codeNow(secretOn(await again.get(ENROL))) })).status, 303);
});

test('an account without a second factor is refused, and nothing is changed', async () => {
  const email = await desk.account('staff');
  const failure = await rustioFailureOf(disable(email));
  assert.match(JSON.stringify(failure.parts), 'The user has no second factor');
  assert.equal(await eventsAbout(desk, email), []);
});

test('an administrator removes the second factor of a user, with a reason; the user gets an email', async () => {
  const { email, id, client } = await enrolled(desk);
  const administrator = await desk.signInAs('administrator');
  const page = `/admin/account-recovery/${id}`;
  const fields = { action: 'remove-factor', reason: REASON };
  assert.match((await administrator.get(page)).text, 'id="remove-factor"');
  assert.is((await administrator.submit(page, { ...fields, reason: 'short' })).status, 422);
  const done = await administrator.submit(page, fields);
  assert.is(done.status, 303);
  const after = await administrator.get(done.location);
  assert.match(after.text, 'The second factor has been removed');
  assert.not.match(after.text, 'id="remove-factor"');
  assert.match((await client.get('/admin')).location, '/admin/login');
  assert.is((await desk.client().signIn(email, PASSWORD)).location, '/admin');
  const [removed] = (await trailOf(desk, email)).filter(({ event }) => event === 'mfa_reset_by_other');
  assert.match(removed?.data ?? '', REASON);
  assert.match(removed?.actor ?? '', 'administrator');
  const mails = await desk.app.database.anyFirst(sql.type(z.object({ view: z.string() }))`
    select view from rustio_mail where recipient = ${email} and view = 'recovery/notice'
  `);
  assert.is(mails.length, 1);
});

test('attack: administrators cannot remove their own second factor on the page for administrators, or that of a peer', async () => {
  const own = await enrolled(desk, 'administrator');
  const peer = await enrolled(desk, 'administrator');
  const token = /name="~token" value="([^"]+)"/.exec((await own.client.get(PAGE)).text)?.[1] ?? '';
  const fields = { '~token': token, action: 'remove-factor', reason: REASON };
  assert.is((await own.client.post(`/admin/account-recovery/${own.id}`, fields)).status, 422);
  assert.is((await own.client.post(`/admin/account-recovery/${peer.id}`, fields)).status, 403);
  for (const { email } of [own, peer]) assert.not.ok((await eventsAbout(desk, email)).includes('mfa_reset_by_other'));
});

test('attack: a reset link does not remove the second factor, and the next sign-in asks for it', async () => {
  const { email, id } = await enrolled(desk);
  const [line = ''] = (await desk.command('user emergency-access', { email, reason: REASON, yes: true, minutes: 15 }))
    .join(' ')
    .match(/\/admin\/reset-password\/[\w-]+/) ?? [''];
  const browser = desk.client();
  assert.is((await browser.post(line, { password: 'my own brand new phrase' })).status, 303);
  assert.match((await browser.signIn(email, 'my own brand new phrase')).location, VERIFY);
  assert.ok(await desk.app.database.exists(sql.unsafe`select from rustio_mfa_totp where user_id = ${id}`));
});

test('administrators see on the page of a user whether a second factor is on', async () => {
  const { id } = await enrolled(desk);
  const administrator = await desk.signInAs('administrator');
  const page = await administrator.get(`/admin/users/${id}`);
  assert.match(page.text, 'Second factor');
  assert.match(page.text, '10 codes left');
  const clerk = await desk.signInAs('staff', ['user.view']);
  assert.not.match((await clerk.get(`/admin/users/${id}`)).text, '10 codes left');
});

const KEYS = ['a', 'b'].map((letter) => Buffer.alloc(32, letter).toString('base64url'));
const [OLD = '', NEW = ''] = KEYS;
const valuesOf = ({ app }: TestApp) =>
  app.database.anyFirst(sql.type(z.object({ value: z.string() }))`
    select encode(secret, 'hex') as value from rustio_mfa_totp
    union all select encode(hash, 'hex') from rustio_mfa_backup_code order by 1
  `);

test('mfa rekey encrypts everything under the first key; the old one can then be removed', async () => {
  const secretKeys: string[] = [OLD];
  const own = await testApp({}, { environment: { secretKeys } });
  try {
    const { email, secret, id, backupCodes } = await enrolled(own);
    assert.is((await own.check('mfa-keys')).status, 'ok');
    secretKeys.splice(0, 1, NEW, OLD);
    const client = await withPassword(own, email);
    assert.is((await client.submit(VERIFY, { code: await codeNow(secret) })).status, 303, 'all keys decrypt');
    const check = await own.check('mfa-keys');
    assert.is(check.status, 'warning');
    assert.match(check.message, '11 secrets and codes');

    const before = await valuesOf(own);
    assert.match(
      (await own.command('mfa rekey')).join(),
      'Re-encrypted under the first key: 11. Already encrypted under it: 0.',
    );
    const after = await valuesOf(own);
    assert.is(after.length, 11);
    assert.equal(
      after.filter((value) => before.includes(value)),
      [],
    );
    assert.match(
      (await own.command('mfa rekey')).join(),
      'Re-encrypted under the first key: 0. Already encrypted under it: 11.',
    );
    assert.equal(await valuesOf(own), after, 'a repetition changes nothing');

    secretKeys.splice(0, 2, NEW);
    assert.is((await own.check('mfa-keys')).status, 'ok');
    await forgetSteps(own, id);
    const other = await withPassword(own, email);
    assert.is((await other.submit(VERIFY, { code: await codeNow(secret) })).status, 303);
    const third = await withPassword(own, email);
    assert.is((await third.submit(VERIFY, { code: backupCodes[3] ?? '' })).status, 303);
  } finally {
    await own.close();
  }
});

test('if a key was removed too early, no code is accepted, doctor reports it, and nothing is overwritten', async () => {
  const secretKeys: string[] = [OLD];
  const own = await testApp({}, { environment: { secretKeys } });
  try {
    const { email, secret } = await enrolled(own);
    secretKeys.splice(0, 1, NEW);
    const client = await withPassword(own, email);
    assert.is((await client.submit(VERIFY, { code: await codeNow(secret) })).status, 401);
    const check = await own.check('mfa-keys');
    assert.is(check.status, 'failed');
    assert.match(check.message, '11 secrets and codes');
    const before = await valuesOf(own);
    assert.match((await own.command('mfa rekey')).join(), 'Not readable with any key: 11');
    assert.equal(await valuesOf(own), before);
    await disable(email, own);
    assert.is((await own.check('mfa-keys')).status, 'ok');
  } finally {
    await own.close();
  }
});

test('new backup codes can be generated only with a second factor, and are shown only to the session that has generated them', async () => {
  const without = await desk.signInAs('staff');
  const page = await without.get('/admin/account/sessions');
  const token = /name="~token" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  assert.is((await without.post(`${PAGE}/codes`, { '~token': token })).status, 404);
  const { email, client, secret } = await enrolled(desk);
  const other = await withPassword(desk, email);
  await other.submit(VERIFY, { code: await codeNow(secret) });
  const { location } = await client.submit(PAGE, {}, `${PAGE}/codes`);
  assert.equal(codesOn(await other.get(location)), []);
  assert.is(codesOn(await client.get(location)).length, 10);
  assert.ok(PASSWORD);
});
