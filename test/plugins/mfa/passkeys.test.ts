// Adding, renaming and removing passkeys on the page of the second factor.
import { createPrivateKey, createSign, randomBytes } from 'node:crypto';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { eraseAccount } from '../../../plugins/auth/change-account.ts';
import { type TestApp, withApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { expireRecency } from '../sessions/expire-recency.ts';
import { Authenticator, cborBytes, cborMap, cborText, type Deviation } from './authenticator.ts';
import {
  addPasskey,
  atOnce,
  countPasskeys,
  creationOptions,
  entriesOf,
  isSignedIn,
  NEW_PASSKEY,
  ORIGIN,
  ownerOfPasskey,
  passkeyDesk,
  sendNewPasskey,
  signInOptions,
  signInWith,
} from './passkey-desk.ts';

const test = suite('mfa: passkeys of an account');
let desk: TestApp;
test.before(async () => {
  desk = await passkeyDesk();
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const PAGE = '/admin/account/mfa';

/** Of a maker of authenticators that exists only here; valid until 2126. */
const ATTESTATION_CERTIFICATE = fromBase64([
  'MIIB8TCCAZigAwIBAgIUbDP6/eL+Da3xqvtwPDS08YcoZKMwCgYIKoZIzj0EAwIwTzELMAkGA1UEBhMCREUxDTALBgNVBAoMBFRlc3QxIjAgBg',
  'NVBAsMGUF1dGhlbnRpY2F0b3IgQXR0ZXN0YXRpb24xDTALBgNVBAMMBFRlc3QwIBcNMjYxMjAxMTEwMjI0WhgPMjEyNjExMDcxMTAyMjRaME8x',
  'CzAJBgNVBAYTAkRFMQ0wCwYDVQQKDARUZXN0MSIwIAYDVQQLDBlBdXRoZW50aWNhdG9yIEF0dGVzdGF0aW9uMQ0wCwYDVQQDDARUZXN0MFkwEw',
  'YHKoZIzj0CAQYIKoZIzj0DAQcDQgAEXCC8cigvW+SeYx4PC+kqn1PcLmjozATNEPZQ8aSwX8wvEz7XRqcvO4FEOxFHpvqb5o0vG+yOqHY5lGRO',
  '5kPI1KNQME4wHQYDVR0OBBYEFD24B9KXNSqQn1i4S95hPWUtoFn4MB8GA1UdIwQYMBaAFD24B9KXNSqQn1i4S95hPWUtoFn4MAwGA1UdEwEB/w',
  'QCMAAwCgYIKoZIzj0EAwIDRwAwRAIgUvBurxycTkAryokAoVV7xDCWzSLf1gOyv5pD0kV5XN0CIDRYGBB9rIOT1CjOE773vMopEOMcjW6XPT9f',
  'RqkQ/BzD',
]);
const ATTESTATION_KEY = createPrivateKey({
  format: 'der',
  type: 'pkcs8',
  key: fromBase64([
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYAgVNKtavyK9hmzHPZ3CsNQR8vcqzJ0jB0B1UX+/aLmhRANCAARcILxyKC9b5J',
    '5jHg8L6SqfU9wuaOjMBM0Q9lDxpLBfzC8TPtdGpy87gUQ7EUem+pvmjS8b7I6odjmUZE7mQ8jU',
  ]),
});

function fromBase64(lines: readonly string[]): Buffer {
  return Buffer.from(lines.join(''), 'base64');
}

async function passkeyId({ app }: TestApp, userId: number): Promise<string> {
  return app.database.oneFirst(sql.type(z.object({ id: z.string() }))`
    select id from rustio_mfa_passkey where user_id = ${userId} order by id limit 1
  `);
}

/** Asserts that a passkey is not added. */
async function rejects(deviation: Deviation, expected: RegExp, client?: Client): Promise<void> {
  const own = client ?? (await desk.signInAs('staff'));
  const { status, text } = await addPasskey(own, new Authenticator(ORIGIN), deviation);
  assert.is(status, 422);
  assert.match(text, expected);
}
const REJECTED = /The passkey could not be added/;

test('a user adds a passkey, which the page then lists, and gets backup codes with the first one', async () => {
  const { client, id } = await ownerOfPasskey(desk);
  const codes = await client.get('/admin/account/mfa/+codes');
  assert.is([...codes.text.matchAll(/[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}/g)].length >= 10, true);
  const { text } = await client.get(PAGE);
  assert.match(text, /<bdi>Phone<\/bdi>/);
  assert.match(text, /Never used/);
  assert.equal((await entriesOf(desk, 'passkey_added', id))[0]?.data, { name: 'Phone', backedUp: false });
  assert.is((await entriesOf(desk, 'mfa_enabled', id))[0]?.data.method, 'passkey');
  assert.is((await addPasskey(client, new Authenticator(ORIGIN), { name: 'Key' })).location, PAGE);
  assert.is((await entriesOf(desk, 'mfa_enabled', id)).length, 1);
  assert.is(await countPasskeys(desk, id), 2);
});

test('the first passkey ends the other sessions, and the session with which it was added continues', async () => {
  const { client, email, id } = await ownerOfPasskey(desk);
  assert.is(await isSignedIn(client), true);
  const other = desk.client();
  await desk.app.database.query(sql.unsafe`delete from rustio_mfa_passkey where user_id = ${id}`);
  await other.signIn(email, 'correct horse battery');
  await addPasskey(client, new Authenticator(ORIGIN));
  assert.is(await isSignedIn(other), false);
  assert.is(await isSignedIn(client), true);
});

test('all passkeys of an account have the same handle, and devices that have one are excluded', async () => {
  const { client, device } = await ownerOfPasskey(desk);
  const [first, second] = [await creationOptions(client), await creationOptions(client)];
  assert.is(first.user.id, second.user.id);
  assert.equal(
    first.excludeCredentials?.map(({ id }) => id),
    [device.id],
  );
});

test('two tabs that add the first passkey cannot add two handles: the second one has to ask again', async () => {
  const client = await desk.signInAs('staff');
  const [first, second] = [await creationOptions(client), await creationOptions(client)];
  const [phone, key] = [new Authenticator(ORIGIN), new Authenticator(ORIGIN)];
  assert.is((await sendNewPasskey(client, phone.create(first))).status, 303);
  assert.is((await sendNewPasskey(client, key.create(second))).status, 422);
  const again = await creationOptions(client);
  assert.is(again.user.id, first.user.id);
  assert.is((await sendNewPasskey(client, key.create(again))).status, 303);
});

test('attack: the handle that a device stores does not identify the user', async () => {
  const client = await desk.signInAs('staff');
  const [first, second] = [await creationOptions(client), await creationOptions(client)];
  assert.is(Buffer.from(first.user.id, 'base64url').length, 32);
  assert.is.not(first.user.id, second.user.id);
});

test('adding a passkey requires the password to have been entered recently', async () => {
  const client = await desk.signInAs('staff');
  const options = await creationOptions(client);
  const passkey = new Authenticator(ORIGIN).create(options);
  await expireRecency(desk);
  const challenge = await client.json('POST', `${NEW_PASSKEY}/challenge`, undefined, {
    'sec-fetch-site': 'same-origin',
  });
  assert.is(challenge.status, 403);
  const { status, location } = await client.post(NEW_PASSKEY, { name: 'Phone', passkey });
  assert.is(status, 303);
  assert.match(location, /\/reauth/);
});

test('attack: a passkey for another origin or host is not added', async () => {
  await rejects({ origin: 'https://evil.example' }, REJECTED);
  await rejects({ rpId: 'evil.example' }, REJECTED);
});

test('attack: the Host header does not choose the host of a passkey', async () => {
  const client = await desk.signInAs('staff');
  const forged = { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' };
  const sent = { 'sec-fetch-site': 'same-origin', origin: client.origin, ...forged };
  const response = await client.json('POST', '/admin/login/passkey/challenge', undefined, sent);
  assert.equal((response.json() as { rpId: string }).rpId, 'desk.example.org');
});

test('attack: a signature for a sign-in does not add a passkey', () => rejects({ type: 'webauthn.get' }, REJECTED));

test('attack: a challenge of a sign-in or of another session, or an invented one, does not add a passkey', async () => {
  const expired = /took too long/;
  const client = await desk.signInAs('staff');
  const other = await desk.signInAs('staff');
  await rejects({ challenge: (await signInOptions(client)).challenge }, expired, client);
  await rejects({ challenge: (await creationOptions(other)).challenge }, expired, client);
  await rejects({ challenge: randomBytes(32).toString('base64url') }, expired, client);
});

test('attack: the response of a registration cannot be replayed', async () => {
  const client = await desk.signInAs('staff');
  const passkey = new Authenticator(ORIGIN).create(await creationOptions(client));
  assert.is((await sendNewPasskey(client, passkey)).status, 303);
  assert.match((await sendNewPasskey(client, passkey)).text, /took too long/);
});

test('attack: a passkey that was already added, to any account, cannot be added again', async () => {
  const { device, client } = await ownerOfPasskey(desk);
  const thief = await desk.signInAs('staff');
  const copy = new Authenticator(ORIGIN, device.credentialId);
  for (const each of [client, thief]) {
    const { status, text } = await addPasskey(each, copy);
    assert.is(status, 422);
    assert.match(text, /already been added/);
  }
});

test('attack: certificates in a response are not read, since they can name any URL', async () => {
  const statement = (signed: Buffer) =>
    cborMap([
      [cborText('alg'), Buffer.of(0x26)],
      [cborText('sig'), cborBytes(createSign('sha256').update(signed).sign(ATTESTATION_KEY))],
      [cborText('x5c'), Buffer.concat([Buffer.of(0x81), cborBytes(ATTESTATION_CERTIFICATE)])],
    ]);
  await rejects({ attestation: { format: 'packed', statement } }, REJECTED);
  await rejects({ attestation: { format: 'tpm', statement } }, REJECTED);
});

test('attack: malformed and oversized responses are rejected', async () => {
  const client = await desk.signInAs('staff');
  for (const passkey of ['', '{}', 'null', '{"id":"\\u0000"}', '['.repeat(4_000), `"${'x'.repeat(13_000)}"`])
    assert.is((await sendNewPasskey(client, passkey)).status, 422);
  assert.is((await sendNewPasskey(client, 'x'.repeat(40_000))).status, 413);
});

test('a name has 1 to 60 characters and no control characters', async () => {
  const client = await desk.signInAs('staff');
  for (const name of [' ', 'x'.repeat(61), 'a\u202eb', 'a\u0000b']) {
    const { status, text } = await addPasskey(client, new Authenticator(ORIGIN), { name });
    assert.is(status, 422);
    assert.match(text, /1 to 60 characters/);
  }
});

test('an account has at most 20 passkeys', async () => {
  const { client, id } = await ownerOfPasskey(desk);
  await desk.app.database.query(sql.unsafe`
    insert into rustio_mfa_passkey (user_id, credential_id, public_key, counter, user_handle, name, aaguid, backed_up)
    select user_id, decode(lpad(to_hex(n), 64, '0'), 'hex'), public_key, 0, user_handle, 'Copy', aaguid, false
    from rustio_mfa_passkey, generate_series(1, 18) n where user_id = ${id}
  `);
  assert.is((await addPasskey(client, new Authenticator(ORIGIN))).status, 303);
  assert.match((await addPasskey(client, new Authenticator(ORIGIN))).text, /at most 20/);
});

test('attack: two requests at the same instant cannot exceed the limit together', async () => {
  const { client, id } = await ownerOfPasskey(desk);
  await desk.app.database.query(sql.unsafe`
    insert into rustio_mfa_passkey (user_id, credential_id, public_key, counter, user_handle, name, aaguid, backed_up)
    select user_id, decode(lpad(to_hex(n), 62, '0'), 'hex'), public_key, 0, user_handle, 'Copy', aaguid, false
    from rustio_mfa_passkey, generate_series(1, 18) n where user_id = ${id}
  `);
  const passkeys = [1, 2].map(async () => new Authenticator(ORIGIN).create(await creationOptions(client)));
  const responses = await Promise.all(passkeys);
  const statuses = await atOnce(desk, id, (turn) => sendNewPasskey(client, responses[turn] ?? ''));
  assert.equal(statuses, [303, 422]);
  assert.is(await countPasskeys(desk, id), 20);
});

test('a user renames a passkey', async () => {
  const { client, id } = await ownerOfPasskey(desk);
  const page = `${PAGE}/passkeys/${await passkeyId(desk, id)}`;
  assert.is((await client.submit(page, { name: 'x'.repeat(61) })).status, 422);
  assert.is((await client.submit(page, { name: 'Blue key' })).location, PAGE);
  assert.match((await client.get(PAGE)).text, /<bdi>Blue key<\/bdi>/);
  assert.is((await entriesOf(desk, 'passkey_renamed', id)).length, 1);
});

test('a user removes a passkey, with which nobody can then sign in', async () => {
  const { client, id, device } = await ownerOfPasskey(desk);
  const other = desk.client();
  await signInWith(other, device);
  const removed = await client.submit(PAGE, {}, `${PAGE}/passkeys/${await passkeyId(desk, id)}/remove`);
  assert.is(removed.location, PAGE);
  assert.is(await isSignedIn(client), true);
  assert.is(await isSignedIn(other), false);
  assert.is((await signInWith(desk.client(), device)).status, 401);
  assert.equal((await entriesOf(desk, 'passkey_removed', id))[0]?.data, { name: 'Phone' });
  assert.is((await entriesOf(desk, 'mfa_disabled', id)).length, 1);
});

test('attack: users cannot see, rename or remove a passkey of another account', async () => {
  const { id } = await ownerOfPasskey(desk);
  const thief = (await ownerOfPasskey(desk)).client;
  const page = `${PAGE}/passkeys/${await passkeyId(desk, id)}`;
  assert.is((await thief.get(page)).status, 404);
  const { text } = await thief.get(PAGE);
  const token = /name="~token" value="([^"]+)"/.exec(text)?.[1] ?? '';
  assert.is((await thief.post(page, { '~token': token, name: 'Mine' })).status, 404);
  assert.is((await thief.post(`${page}/remove`, { '~token': token })).status, 404);
  assert.is(await countPasskeys(desk, id), 1);
});

test('if a second factor is required, the last one cannot be removed by its user', () =>
  withApp({ models: [], publicUrl: ORIGIN, plugins: { mfa: { policy: 'required' } } }, async (strict) => {
    const { client, id } = await ownerOfPasskey(strict);
    const action = `${PAGE}/passkeys/${await passkeyId(strict, id)}/remove`;
    await client.submit(PAGE, {}, action);
    assert.match((await client.get(PAGE)).text, /its last passkey cannot be removed/);
    assert.is(await countPasskeys(strict, id), 1);
    await addPasskey(client, new Authenticator(ORIGIN));
    await client.submit(PAGE, {}, action);
    assert.is(await countPasskeys(strict, id), 1);
  }));

test('when a user is erased, their passkeys are deleted', async () => {
  const { id } = await ownerOfPasskey(desk);
  const { database, events } = desk.app;
  const erased = await database.transaction((tx) => eraseAccount(tx, commandAuditContext(), events, id));
  assert.is(erased.outcome, 'done');
  assert.is(await countPasskeys(desk, id), 0);
});

async function offersNone(publicUrl: string): Promise<void> {
  await withApp({ models: [], publicUrl }, async (other) => {
    const client = await other.signInAs('staff');
    for (const page of [PAGE, NEW_PASSKEY]) assert.match((await client.get(page)).text, /passkeys cannot be added/i);
    assert.not.match((await client.get(PAGE)).text, /Add a passkey/);
    assert.is((await sendNewPasskey(client, '{}')).status, 404);
    assert.not.match((await other.client().get('/admin/login')).text, /passkey/i);
    assert.is((await other.client().post('/admin/login/passkey', { passkey: '' })).status, 404);
  });
}

test('with an IP address in the public URL, no passkeys are offered', () => offersNone('https://192.0.2.1'));

test('with HTTP in the public URL, no passkeys are offered', () => offersNone('http://desk.example.org'));

test('if the policy is off for every role, no passkeys are offered', () =>
  withApp({ models: [], publicUrl: ORIGIN, plugins: { mfa: { policy: 'off' } } }, async (other) => {
    assert.not.match((await other.client().get('/admin/login')).text, /passkey/i);
    assert.is((await other.client().post('/admin/login/passkey', { passkey: '' })).status, 404);
    assert.is((await (await other.signInAs('staff')).get(NEW_PASSKEY)).status, 404);
  }));
