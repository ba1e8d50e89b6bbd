// A passkey as the second factor: after the password, and where users confirm their password.
import { generateKeyPairSync } from 'node:crypto';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { PASSWORD, type TestApp, withApp } from '../../support/app.ts';
import { type Client, formTokenOf } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { expireRecency } from '../sessions/expire-recency.ts';
import { Authenticator, type Deviation } from './authenticator.ts';
import { enrolled } from './desk.ts';
import {
  addPasskey,
  atOnce,
  creationOptions,
  entriesOf,
  forgetAttempts,
  isSignedIn,
  ORIGIN,
  type Owner,
  ownerOfPasskey,
  passkeyDesk,
  reauthenticationOptions,
  secondFactorOptions,
  signInOptions,
  verifyWith,
} from './passkey-desk.ts';

const test = suite('mfa: passkeys as a second factor');
let desk: TestApp;
let owner: Owner;
test.before(async () => {
  desk = await passkeyDesk();
  owner = await ownerOfPasskey(desk);
});
test.before.each(() => forgetAttempts(desk));
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

/** A client whose user has entered the password only. */
async function afterPassword(email = owner.email): Promise<Client> {
  const client = desk.client();
  const { location } = await client.signIn(email, PASSWORD);
  assert.match(location, /^\/admin\/mfa\?/);
  return client;
}

/** The newest email to a user, as developers see it in the mailbox. */
async function newestMail(email: string): Promise<string> {
  const developer = await desk.signInAs('developer');
  const id = await desk.app.database.oneFirst(sql.type(z.object({ id: z.string() }))`
    select id from rustio_mail where recipient = ${email} order by created_at desc limit 1
  `);
  return (await developer.get(`/admin/dev/mail/${id}`)).text;
}

/** Asserts that a response does not complete the sign-in. */
async function rejects(client: Client, passkey: string): Promise<void> {
  const { status, text } = await verifyWith(client, passkey);
  assert.is(status, 401);
  assert.match(text, /This passkey was not accepted/);
  assert.is(await isSignedIn(client), false);
  assert.is((await entriesOf(desk, 'mfa_failed', owner.id))[0]?.data.reason, 'rejected');
}

test('after the password, a passkey completes the sign-in', async () => {
  const client = await afterPassword();
  assert.is(await isSignedIn(client), false);
  const { status, location } = await verifyWith(client, owner.device.sign(await secondFactorOptions(client)));
  assert.is(status, 303);
  assert.is(location, '/admin');
  assert.is(await isSignedIn(client), true);
  assert.is((await entriesOf(desk, 'mfa_succeeded', owner.id))[0]?.data.method, 'passkey');
});

test('a security key without a PIN is a second factor, too', async () => {
  const client = await afterPassword();
  const passkey = owner.device.sign(await secondFactorOptions(client), { userVerified: false, userHandle: null });
  assert.is((await verifyWith(client, passkey)).status, 303);
});

test('the options name the passkeys of the account, only after its password', async () => {
  const options = await secondFactorOptions(await afterPassword());
  assert.equal(
    (options as { allowCredentials?: readonly { id: string }[] }).allowCredentials?.map(({ id }) => id),
    [owner.device.id],
  );
  const stranger = await desk.client().json('POST', '/admin/mfa/passkey/challenge', undefined, {
    'sec-fetch-site': 'same-origin',
  });
  assert.is(stranger.status, 401);
});

test('attack: a passkey of another user is rejected', async () => {
  const other = await ownerOfPasskey(desk);
  const client = await afterPassword();
  await rejects(client, other.device.sign(await secondFactorOptions(client)));
});

test('attack: a challenge for another purpose, or of another session, is rejected', async () => {
  const client = desk.client();
  const options = await signInOptions(client);
  await client.signIn(owner.email, PASSWORD);
  await rejects(client, owner.device.sign(options));
  const { challenge, rp } = await creationOptions(owner.client);
  await rejects(client, owner.device.sign({ challenge, rpId: rp.id }));
  await rejects(client, owner.device.sign(await reauthenticationOptions(owner.client)));
  const other = await afterPassword();
  await rejects(client, owner.device.sign(await secondFactorOptions(other)));
});

test('attack: a response for another origin or host, or with the signature of another key, is rejected', async () => {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const deviations: readonly Deviation[] = [{ origin: 'https://evil.example' }, { rpId: 'evil.example' }, { key }];
  for (const deviation of deviations) {
    const client = await afterPassword();
    await rejects(client, owner.device.sign(await secondFactorOptions(client), deviation));
  }
});

test('attack: a signature whose counter has not increased does not complete a sign-in', async () => {
  const copied = await ownerOfPasskey(desk);
  const first = await afterPassword(copied.email);
  await verifyWith(first, copied.device.sign(await secondFactorOptions(first), { counter: 5 }));
  const second = await afterPassword(copied.email);
  const { status } = await verifyWith(second, copied.device.sign(await secondFactorOptions(second), { counter: 5 }));
  assert.is(status, 401);
  assert.is((await entriesOf(desk, 'passkey_counter_rejected', copied.id)).length, 1);
});

test('attack: of two requests with one response at the same instant, one completes the sign-in, and the other changes nothing', async () => {
  const client = await afterPassword();
  const passkey = owner.device.sign(await secondFactorOptions(client));
  const token = formTokenOf((await client.get('/admin/mfa')).text);
  const before = (await entriesOf(desk, 'mfa_succeeded', owner.id)).length;
  await atOnce(desk, owner.id, () => client.post('/admin/mfa/passkey', { '~token': token, passkey, next: '' }));
  assert.is((await entriesOf(desk, 'mfa_succeeded', owner.id)).length, before + 1);
});

test('attack: wrong passkeys and wrong codes have a common limit, whatever the session', async () => {
  const statuses: number[] = [];
  for (let n = 0; n < 6; n += 1) {
    const client = await afterPassword();
    statuses.push((await verifyWith(client, '{}')).status);
  }
  assert.equal(statuses, [401, 401, 401, 401, 401, 429]);
  const client = await afterPassword();
  assert.is((await client.submit('/admin/mfa', { code: '000000' })).status, 429);
});

test('users confirm their password with a passkey as well', async () => {
  const { client, device, id } = await ownerOfPasskey(desk);
  await expireRecency(desk);
  const confirm = (fields: Readonly<Record<string, string>>) =>
    client.submit('/admin/reauth', { next: '/admin/account', ...fields });
  assert.is((await confirm({ password: PASSWORD })).status, 401);
  const wrong = device.sign(await reauthenticationOptions(client));
  assert.is((await confirm({ password: 'wrong', passkey: wrong })).status, 401);
  const passkey = device.sign(await reauthenticationOptions(client));
  const { status, location } = await confirm({ password: PASSWORD, passkey });
  assert.is(status, 303);
  assert.is(location, '/admin/account');
  assert.is((await entriesOf(desk, 'reauth_succeeded', id)).length, 1);
});

test('attack: confirming a password accepts no challenge for another purpose, and none of another session', async () => {
  const { client, device, email } = await ownerOfPasskey(desk);
  const confirm = (passkey: string) => client.submit('/admin/reauth', { password: PASSWORD, passkey });
  assert.is((await confirm(device.sign(await signInOptions(client)))).status, 401);
  const { challenge, rp } = await creationOptions(client);
  assert.is((await confirm(device.sign({ challenge, rpId: rp.id }))).status, 401);
  const other = desk.client();
  await other.signIn(email, PASSWORD);
  await verifyWith(other, device.sign(await secondFactorOptions(other)));
  assert.is((await confirm(device.sign(await reauthenticationOptions(other)))).status, 401);
});

test('users without passkeys get no challenge, and see no button', async () => {
  const client = await desk.signInAs('staff');
  const sent = {
    'sec-fetch-site': 'same-origin',
    'x-csrf-token': formTokenOf((await client.get('/admin/reauth')).text),
  };
  assert.is((await client.json('POST', '/admin/reauth/passkey/challenge', undefined, sent)).status, 404);
  assert.not.match((await client.get('/admin/reauth')).text, /data-passkey/);
});

test('a recovery removes the passkeys of an account, too', async () => {
  const { client, email, id, device } = await ownerOfPasskey(desk);
  await desk.command('user disable-mfa', { email, reason: 'Lost their phone on a train', yes: true });
  assert.is(await isSignedIn(client), false);
  const again = desk.client();
  assert.is((await again.signIn(email, PASSWORD)).location, '/admin');
  const { status } = await desk
    .client()
    .post('/admin/login/passkey', { passkey: device.sign(await signInOptions(again)) });
  assert.is(status, 401);
  assert.equal((await entriesOf(desk, 'mfa_reset_by_other', id))[0]?.data.passkeys, 1);
});

test('a user with a temporary password uses a passkey before they choose another one, and to confirm it', async () => {
  const { email, id, device } = await ownerOfPasskey(desk);
  await desk.app.database.query(sql.unsafe`update rustio_user set must_change_password = true where id = ${id}`);
  const client = await afterPassword(email);
  const { location } = await verifyWith(client, device.sign(await secondFactorOptions(client)));
  assert.is(location, '/admin');
  assert.match((await client.get('/admin')).location, /^\/admin\/account\/new-password/);
  await expireRecency(desk);
  assert.match((await client.get('/admin/account/new-password')).location, /^\/admin\/reauth/);
  const passkey = device.sign(await reauthenticationOptions(client));
  assert.is((await client.submit('/admin/reauth', { password: PASSWORD, passkey })).status, 303);
  assert.is((await client.get('/admin/account/new-password')).status, 200);
});

test('users who need a second factor can add a passkey instead of an app', () =>
  withApp({ models: [], publicUrl: ORIGIN, plugins: { mfa: { policy: 'required', graceDays: 0 } } }, async (strict) => {
    const client = strict.client();
    await client.signIn(await strict.account('staff'), PASSWORD);
    const { location } = await client.get('/admin/account');
    assert.match(location, /^\/admin\/account\/mfa\/\+enrol/);
    assert.match((await client.get(location)).text, /href="\/admin\/account\/mfa\/passkeys\/\+new"/);
    const added = await addPasskey(client, new Authenticator(ORIGIN));
    assert.is(added.location, '/admin/account/mfa/+codes');
    assert.is(await isSignedIn(client), true);
  }));

test('with a passkey, the app can be removed: the backup codes and the trust of the session are kept', async () => {
  const { client, email, id } = await enrolled(desk);
  const device = new Authenticator(ORIGIN);
  assert.is((await addPasskey(client, device)).location, '/admin/account/mfa');
  assert.match((await client.get('/admin/account/mfa')).text, 'Your passkeys and backup codes remain.');
  assert.is((await client.submit('/admin/account/mfa', {}, '/admin/account/mfa/remove')).status, 303);
  assert.is(await isSignedIn(client), true);
  assert.match((await client.get('/admin/account/mfa')).text, /10 codes left/);
  assert.match(await newestMail(email), 'Your passkeys and backup codes remain.');
  assert.is((await entriesOf(desk, 'mfa_disabled', id)).length, 0);
});
