// Setting up an authenticator app, and signing in with it.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { SESSION_COOKIE } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';
import {
  codeNow,
  codesOn,
  ENROL,
  enrolled,
  eventsAbout,
  forgetPasswords,
  PAGE,
  secretOn,
  signedIn,
  trailOf,
  VERIFY,
  withPassword,
} from './desk.ts';

const test = suite('mfa: enrolment');
let desk: TestApp;
test.before(async () => {
  desk = await testApp({});
});
test.after(async () => {
  // Of the value that was copied into another row.
  assert.equal(
    desk.errors.map((error) => error.msg),
    ['the second factor of a user cannot be decrypted: its key was removed'],
  );
  await desk.close();
});

test('a user scans a QR code, enters a code of the app, and gets ten backup codes, which are shown once', async () => {
  const { email, client } = await signedIn(desk);
  assert.match((await client.get('/admin/account')).text, 'href="/admin/account/mfa"');
  assert.match((await client.get(PAGE)).text, 'href="/admin/account/mfa/+enrol"');
  const page = await client.get(ENROL);
  assert.is(page.status, 200);
  assert.match(page.text, '<svg class="qr"');
  assert.not.match(page.text, 'style=');
  const secret = secretOn(page);
  assert.is(secret.length, 32, '160 bits in base32');
  assert.match(
    page.text,
    `otpauth://totp/Test%20desk:${encodeURIComponent(email)}?issuer=Test%20desk&amp;secret=${secret}`,
  );
  const done = await client.submit(ENROL, { code: await codeNow(secret) });
  assert.is(done.status, 303);
  const shown = await client.get(done.location);
  assert.is(new Set(codesOn(shown)).size, 10);
  assert.match(shown.text, 'download="backup-codes.txt"');
  assert.equal(codesOn(await client.get(done.location)), []);
  const account = await client.get(PAGE);
  assert.match(account.text, /id="mfa-state">On</);
  assert.match(account.text, '10 codes left');
  assert.equal(await eventsAbout(desk, email), ['login_succeeded', 'mfa_enabled']);
});

test('the next sign-in asks for a code; until then, every page redirects to it', async () => {
  const { email, secret } = await enrolled(desk);
  const client = desk.client();
  const { location } = await client.signIn(email, PASSWORD);
  assert.is(location, '/admin/mfa?next=%2Fadmin');
  for (const path of ['/admin', '/admin/account', '/admin/account/sessions', PAGE, ENROL, '/admin/reauth'])
    assert.match((await client.get(path)).location, VERIFY, path);
  const page = await client.get(location);
  assert.is(page.status, 200);
  assert.match(page.text, 'autocomplete="one-time-code"');
  const done = await client.submit(VERIFY, { code: await codeNow(secret, 1) });
  assert.is(done.status, 303);
  assert.is((await client.get('/admin/account/sessions')).status, 200);
  assert.equal((await eventsAbout(desk, email)).slice(-2), ['login_succeeded', 'mfa_succeeded']);
});

test('attack: the secret of the enrolment comes from the server; the form cannot choose another one', async () => {
  const { client } = await signedIn(desk);
  const secret = secretOn(await client.get(ENROL));
  assert.is(secretOn(await client.get(ENROL)), secret, 'a reload shows the same one');
  const chosen = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
  const code = await codeNow(chosen);
  const rejected = await client.submit(ENROL, { code, secret: chosen, key: chosen });
  assert.is(rejected.status, 422);
  assert.match(rejected.text, 'This code is wrong');
  assert.not.match(rejected.text, chosen);
  assert.is((await client.submit(ENROL, { code: await codeNow(secret) })).status, 303);
});

test('attack: the database contains neither the secret nor a backup code, and an encrypted value is bound to its row', async () => {
  const { id, secret, backupCodes } = await enrolled(desk);
  const other = await enrolled(desk);
  const rows = await desk.app.database.anyFirst(sql.type(z.object({ row: z.string() }))`
    select encode(secret, 'escape') as row from rustio_mfa_totp
    union all select encode(hash, 'escape') from rustio_mfa_backup_code
    union all select s::text from rustio_session s
    union all select a::text from rustio_audit a
  `);
  for (const hidden of [secret, ...backupCodes, ...backupCodes.map((code) => code.replaceAll('-', ''))])
    assert.not.ok(rows.some((row) => row.includes(hidden)));
  await desk.app.database.query(sql.unsafe`
    update rustio_mfa_totp set secret = (select secret from rustio_mfa_totp where user_id = ${id}) where user_id = ${other.id}
  `);
  const client = await withPassword(desk, other.email);
  assert.is((await client.submit(VERIFY, { code: await codeNow(secret) })).status, 401);
});

test('attack: the code of the enrolment cannot be used to sign in', async () => {
  const { email, client } = await signedIn(desk);
  const secret = secretOn(await client.get(ENROL));
  const code = await codeNow(secret);
  assert.is((await client.submit(ENROL, { code })).status, 303);
  const other = await withPassword(desk, email);
  assert.is((await other.submit(VERIFY, { code })).status, 401);
});

test('setting up an app ends the other sessions, and this one gets a new token and a higher trust level', async () => {
  const { email, client } = await signedIn(desk);
  const other = await withPassword(desk, email);
  assert.is((await other.get('/admin/account')).status, 200);
  const secret = secretOn(await client.get(ENROL));
  const before = client.cookie(SESSION_COOKIE);
  await client.submit(ENROL, { code: await codeNow(secret) });
  assert.is.not(client.cookie(SESSION_COOKIE), before);
  assert.match((await other.get('/admin/account')).location, '/admin/login');
  assert.is((await client.get('/admin/account')).status, 200);
  const trust = await desk.app.database.anyFirst(sql.type(z.object({ trust: z.string() }))`
    select trust from rustio_session s join rustio_user u on u.id = s.user_id where u.email = ${email} and ended_at is null
  `);
  assert.equal(trust, ['mfa_verified']);
});

test('setting up an app requires a recently entered password', async () => {
  const { client } = await signedIn(desk);
  await forgetPasswords(desk);
  assert.match((await client.get(ENROL)).location, '/admin/reauth?next=');
});

test('turning it off asks for password and code, deletes the codes, and ends the other sessions', async () => {
  const { email, client, secret, id } = await enrolled(desk);
  const other = await withPassword(desk, email);
  await other.submit(VERIFY, { code: await codeNow(secret) });
  await forgetPasswords(desk);
  const { location } = await client.submit(PAGE, {}, `${PAGE}/remove`);
  assert.match(location, '/admin/reauth');
  assert.match((await client.get(location)).text, 'autocomplete="one-time-code"');
  assert.is((await client.submit('/admin/reauth', { password: PASSWORD, code: '000000' })).status, 401);
  const again = await client.submit('/admin/reauth', { password: PASSWORD, code: await codeNow(secret, 1) });
  assert.is(again.status, 303);
  assert.is((await client.submit(PAGE, {}, `${PAGE}/remove`)).status, 303);
  assert.match((await client.get(PAGE)).text, /id="mfa-state">Off</);
  assert.match((await other.get('/admin/account')).location, '/admin/login');
  assert.is(
    await desk.app.database.exists(sql.unsafe`select from rustio_mfa_backup_code where user_id = ${id}`),
    false,
  );
  const [disabled] = (await trailOf(desk, email)).filter(({ event }) => event === 'mfa_disabled');
  assert.equal(JSON.parse(disabled?.data ?? ''), { method: 'totp', codes: 10 });
  assert.is((await desk.client().signIn(email, PASSWORD)).location, '/admin');
});
