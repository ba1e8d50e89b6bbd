// Signing in without a password, with a device in software.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { bytea } from '../../../core/database/values.ts';
import { deleteOldChallenges, MAX_PER_NETWORK } from '../../../plugins/mfa/passkeys/challenge.ts';
import { PASSWORD, type TestApp } from '../../support/app.ts';
import { testSeed } from '../../support/seed.ts';
import { suite } from '../../support/suite.ts';
import { Authenticator, type Deviation } from './authenticator.ts';
import {
  atOnce,
  creationOptions,
  entriesOf,
  forgetAttempts,
  isSignedIn,
  ORIGIN,
  type Owner,
  ownerOfPasskey,
  passkeyDesk,
  reasonsOf,
  SIGN_IN,
  secondFactorOptions,
  signInOptions,
  signInWith,
} from './passkey-desk.ts';

const test = suite('mfa: sign-in with a passkey');
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

/** Asserts that a response is rejected as every other one, for this reason. */
async function rejects(reason: string, deviation: Deviation, device = owner.device): Promise<void> {
  const client = desk.client();
  const { status, text } = await signInWith(client, device, deviation);
  assert.is(status, 401);
  assert.match(text, /This passkey could not be used to sign in/);
  assert.is(await isSignedIn(client), false);
  assert.ok((await reasonsOf(desk, device === owner.device ? owner.id : null)).includes(reason));
}

test('a passkey signs its user in without a password, and without another factor', async () => {
  const client = desk.client();
  const { status, location } = await signInWith(client, owner.device);
  assert.is(status, 303);
  assert.is(location, '/admin');
  assert.is(await isSignedIn(client), true);
  const trust = await desk.app.database.oneFirst(sql.type(z.object({ trust: z.string() }))`
    select trust from rustio_session where user_id = ${owner.id} order by created_at desc limit 1
  `);
  assert.is(trust, 'mfa_verified');
  const [entry] = await entriesOf(desk, 'login_succeeded', owner.id);
  assert.is(entry?.data.method, 'passkey');
});

test('the user continues to the page that they requested', async () => {
  const client = desk.client();
  const passkey = owner.device.sign(await signInOptions(client));
  const { location } = await client.post(SIGN_IN, { passkey, next: '/admin/account/sessions' });
  assert.is(location, '/admin/account/sessions');
});

test('attack: after signing in with a passkey, users are not sent to another site', async () => {
  const client = desk.client();
  const passkey = owner.device.sign(await signInOptions(client));
  const { location } = await client.post(SIGN_IN, { passkey, next: 'https://evil.example/' });
  assert.is(location, '/admin');
});

test('attack: the options for a sign-in name no account and no passkey', async () => {
  const names = Object.keys(await signInOptions(desk.client())).toSorted();
  assert.equal(names, ['challenge', 'rpId', 'timeout', 'userVerification']);
});

test('attack: a response cannot be replayed', async () => {
  const client = desk.client();
  const passkey = owner.device.sign(await signInOptions(client));
  assert.is((await client.post(SIGN_IN, { passkey })).status, 303);
  assert.is((await client.post(SIGN_IN, { passkey })).status, 401);
  assert.ok((await reasonsOf(desk, owner.id)).includes('passkey_challenge'));
  const [entry] = await entriesOf(desk, 'login_failed', owner.id);
  assert.is(entry?.data.method, 'passkey');
});

test('attack: of two requests with one challenge at the same instant, only one signs in', async () => {
  const client = desk.client();
  const passkey = owner.device.sign(await signInOptions(client));
  const statuses = await atOnce(desk, owner.id, () => client.post(SIGN_IN, { passkey }));
  assert.equal(statuses, [303, 401]);
});

test('attack: a challenge expires after five minutes', async () => {
  const client = desk.client();
  const passkey = owner.device.sign(await signInOptions(client));
  await desk.app.database.query(sql.unsafe`
    update rustio_mfa_challenge set expires_at = expires_at - interval '5 minutes'
  `);
  assert.is((await client.post(SIGN_IN, { passkey })).status, 401);
});

test('attack: a response does not sign in another browser than the one that requested the challenge', async () => {
  const attacker = desk.client();
  const passkey = owner.device.sign(await signInOptions(attacker));
  const victim = desk.client();
  assert.is((await victim.post(SIGN_IN, { passkey })).status, 401);
  await signInOptions(victim);
  assert.is((await victim.post(SIGN_IN, { passkey })).status, 401);
});

test('attack: a challenge that the server has not issued is rejected', () =>
  rejects('passkey_challenge', { challenge: randomBytes(32).toString('base64url') }));

test('attack: a response for another origin is rejected', () =>
  rejects('passkey_signature', { origin: 'https://desk.example.org.evil.example' }));

test('attack: a response for another host is rejected', () => rejects('passkey_signature', { rpId: 'example.org' }));

test('attack: a response from a frame in a page of another site is rejected', async () => {
  const { status } = await signInWith(desk.client(), owner.device, { crossOrigin: true });
  assert.is(status, 401);
  assert.ok((await reasonsOf(desk, null)).includes('passkey_malformed'));
});

test('attack: the response of a registration does not sign in', () =>
  rejects('passkey_signature', { type: 'webauthn.create' }));

test('attack: a response in which one byte was changed is rejected', async () => {
  const { device, id } = await ownerOfPasskey(desk);
  const change = fc.record({
    field: fc.constantFrom('clientDataJSON', 'authenticatorData', 'signature', 'userHandle'),
    at: fc.nat(),
    mask: fc.integer({ min: 1, max: 255 }),
  });
  const rejectsChange = fc.asyncProperty(change, async ({ field, at, mask }) => {
    await forgetAttempts(desk);
    const client = desk.client();
    const passkey = JSON.parse(device.sign(await signInOptions(client)));
    const bytes = Buffer.from(passkey.response[field], 'base64url');
    bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ mask;
    passkey.response[field] = bytes.toString('base64url');
    assert.is((await client.post(SIGN_IN, { passkey: JSON.stringify(passkey) })).status, 401);
    assert.is(await isSignedIn(client), false);
  });
  await fc.assert(rejectsChange, { seed: testSeed(), numRuns: 60 });
  assert.is((await signInWith(desk.client(), device)).status, 303);
  assert.equal(await entriesOf(desk, 'passkey_counter_rejected', id), []);
});

test('attack: a signature of another key is rejected', () =>
  rejects('passkey_signature', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }));

test('attack: a device that has not verified its user does not replace the password', () =>
  rejects('passkey_signature', { userVerified: false }));

test('attack: a response without the handle of the account, or with another one, is rejected', async () => {
  await rejects('passkey_signature', { userHandle: null });
  await rejects('passkey_signature', { userHandle: randomBytes(32).toString('base64url') });
});

test('attack: a challenge for adding a passkey, or for the second factor, does not sign in', async () => {
  const { challenge } = await creationOptions(owner.client);
  const asUser = { passkey: owner.device.sign({ challenge, rpId: 'desk.example.org' }) };
  assert.is((await owner.client.post(SIGN_IN, asUser)).status, 401);
  const pending = desk.client();
  await pending.signIn(owner.email, PASSWORD);
  const factor = { passkey: owner.device.sign(await secondFactorOptions(pending)) };
  const other = desk.client();
  await signInOptions(other);
  assert.is((await other.post(SIGN_IN, factor)).status, 401);
});

test('attack: a signature whose counter has not increased is rejected and recorded, since the passkey may be a copy', async () => {
  const copied = await ownerOfPasskey(desk);
  assert.is((await signInWith(desk.client(), copied.device, { counter: 8 })).status, 303);
  for (const counter of [8, 7, 0]) {
    assert.is((await signInWith(desk.client(), copied.device, { counter })).status, 401);
    const [entry] = await entriesOf(desk, 'passkey_counter_rejected', copied.id);
    assert.equal(entry?.data, { name: 'Phone', stored: 8, received: counter });
    assert.ok((await reasonsOf(desk, copied.id)).includes('passkey_counter'));
  }
  assert.is((await signInWith(desk.client(), copied.device, { counter: 9 })).status, 303);
});

test('attack: without the key, nobody can have a passkey reported as copied', async () => {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await signInWith(desk.client(), owner.device, { counter: 0, key });
  assert.equal(await entriesOf(desk, 'passkey_counter_rejected', owner.id), []);
});

test('devices that do not count can be used any number of times', async () => {
  const { device } = await ownerOfPasskey(desk);
  for (const counter of [0, 0, 0]) assert.is((await signInWith(desk.client(), device, { counter })).status, 303);
});

test('attack: unknown passkeys, and those of inactive, locked and service accounts, get the same response', async () => {
  const pages: string[] = [];
  const attempt = async (device: Authenticator, reason: string, subject: number | null) => {
    const { status, text } = await signInWith(desk.client(), device);
    assert.is(status, 401);
    assert.ok((await reasonsOf(desk, subject)).includes(reason));
    pages.push(text);
  };
  const stranger = new Authenticator(ORIGIN);
  stranger.create(await creationOptions(owner.client));
  await attempt(stranger, 'passkey_unknown', null);
  const changes = [sql.fragment`active = false`, sql.fragment`locked_until = 'infinity'`];
  for (const change of changes) {
    const { device, id } = await ownerOfPasskey(desk);
    await desk.app.database.query(sql.unsafe`update rustio_user set ${change} where id = ${id}`);
    await attempt(device, 'inactive', id);
  }
  const service = await ownerOfPasskey(desk);
  await desk.app.database.query(sql.unsafe`
    update rustio_user set kind = 'service', password_hash = null, email = 'import@service.invalid' where id = ${service.id}
  `);
  await attempt(service.device, 'inactive', null);
  assert.is(new Set(pages).size, 1);
});

test('attack: malformed and oversized responses do not cause a query for passkeys', async () => {
  const client = desk.client();
  await signInOptions(client);
  for (const passkey of ['', 'null', '[]', '{}', '{"id":"\\u0000"}', '['.repeat(4_000), `"${'x'.repeat(13_000)}"`]) {
    await forgetAttempts(desk);
    assert.is((await client.post(SIGN_IN, { passkey })).status, 401, passkey.slice(0, 20));
    assert.ok((await reasonsOf(desk, null)).includes('passkey_malformed'));
  }
  assert.is((await client.post(SIGN_IN, { passkey: 'x'.repeat(20_000) })).status, 413);
  const { device } = await ownerOfPasskey(desk);
  const long = { ...JSON.parse(device.sign(await signInOptions(client))), padding: 'x'.repeat(12_000) };
  assert.is((await client.post(SIGN_IN, { passkey: JSON.stringify(long) })).status, 401);
});

test('attack: failed attempts with a passkey are limited, and do not prevent a sign-in with the password', async () => {
  const { device, email } = await ownerOfPasskey(desk);
  const statuses: number[] = [];
  for (let n = 0; n < 6; n += 1) {
    const { status, headers } = await signInWith(desk.client(), device, { userVerified: false });
    statuses.push(status);
    assert.is(headers.has('retry-after'), status === 429);
  }
  assert.equal(statuses, [401, 401, 401, 401, 401, 429]);
  assert.is((await desk.client().signIn(email, PASSWORD)).status, 303);
});

test('attack: another site cannot request a challenge or submit a response', async () => {
  const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
  const client = desk.client();
  assert.is((await client.post(SIGN_IN, { passkey: '' }, foreign)).status, 403);
  assert.is((await client.json('POST', `${SIGN_IN}/challenge`, undefined, foreign)).status, 403);
});

test('a condition for signing in applies to passkeys', async () => {
  const limited = await passkeyDesk({
    plugins: {
      sessions: {
        conditions: [{ name: 'night', message: 'Not at night.', allows: ({ method }) => method !== 'passkey' }],
      },
    },
  });
  try {
    const { device } = await ownerOfPasskey(limited);
    const { status, text } = await signInWith(limited.client(), device);
    assert.is(status, 403);
    assert.match(text, /Not at night\./);
  } finally {
    await limited.close();
  }
});

test('attack: with the policy `off` for their role, users do not sign in with a passkey that they added before', async () => {
  const roles = { staff: { policy: 'off' } } as const;
  const before = await ownerOfPasskey(desk);
  const partly = await passkeyDesk({ plugins: { mfa: { roles } } });
  try {
    const email = await partly.account('staff');
    await partly.app.database.query(sql.unsafe`
      insert into rustio_mfa_passkey (user_id, credential_id, public_key, counter, user_handle, name, aaguid, backed_up)
      select u.id, decode(${before.device.credentialId.toString('hex')}, 'hex'), decode(${(await publicKeyOf(before)).toString('hex')}, 'hex'),
        0, decode(${before.device.userHandle.toString('hex')}, 'hex'), 'Phone', gen_random_uuid(), false
      from rustio_user u where u.email = ${email}
    `);
    const { status, text } = await signInWith(partly.client(), before.device);
    assert.is(status, 401);
    assert.match(text, /This passkey could not be used to sign in/);
  } finally {
    await partly.close();
  }
});

function publicKeyOf({ id }: Owner): Promise<Buffer> {
  return desk.app.database.oneFirst(sql.type(z.object({ public_key: bytea }))`
    select public_key from rustio_mfa_passkey where user_id = ${id}
  `);
}

test('attack: one network cannot fill the database with challenges', async () => {
  const client = desk.client();
  await signInOptions(client);
  const fill = sql.unsafe`
    insert into rustio_mfa_challenge (hash, purpose, bound_to, network, expires_at)
    select sha256(n::text::bytea), 'sign_in', bound_to, network, now() + interval '5 minutes'
    from generate_series(2, ${MAX_PER_NETWORK}) n, (select * from rustio_mfa_challenge where network is not null limit 1) as first
  `;
  await desk.app.database.query(fill);
  const sent = { 'sec-fetch-site': 'same-origin', origin: client.origin };
  const response = await client.json('POST', '/admin/login/passkey/challenge', undefined, sent);
  assert.is(response.status, 429);
  assert.is(response.headers.get('retry-after'), '60');
  // Those of the network that are over do not count.
  await desk.app.database.query(
    sql.unsafe`update rustio_mfa_challenge set expires_at = now() where network is not null`,
  );
  await signInOptions(client);
});

test('challenges that nobody uses are deleted', async () => {
  await signInOptions(desk.client());
  await desk.app.database.query(sql.unsafe`update rustio_mfa_challenge set expires_at = now()`);
  await deleteOldChallenges(desk.app);
  assert.is(await desk.app.database.exists(sql.unsafe`select from rustio_mfa_challenge`), false);
});
