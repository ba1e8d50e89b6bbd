// Sign-in with a key, as passkeys do it: see key-sign-in/.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { findAccountByEmail } from 'rustio-admin/auth';
import * as assert from 'uvu/assert';
import { sql, z } from '../../index.ts';
import type { TestApp } from '../support/app.ts';
import type { TestResponse } from '../support/client.ts';
import { suite } from '../support/suite.ts';
import { keySignIn } from './key-sign-in/index.ts';
import { addKey } from './key-sign-in/keys.ts';
import { secondFactor } from './second-factor/index.ts';
import { appWith } from './support.ts';

const test = suite('external: key-sign-in');
let desk: TestApp;
test.before(async () => {
  desk = await appWith([keySignIn, secondFactor]);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

async function owner(): Promise<{ readonly email: string; readonly key: KeyObject }> {
  const email = await desk.account('administrator');
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const account = await findAccountByEmail(desk.app.database, email);
  const der = publicKey.export({ format: 'der', type: 'spki' });
  await desk.app.database.transaction((tx) => addKey(tx, account?.id ?? 0, der));
  return { email, key: privateKey };
}
const challengeIn = ({ text }: TestResponse): string => /name="challenge" value="([^"]+)"/.exec(text)?.[1] ?? '';
const signed = (key: KeyObject, challenge: string): string =>
  sign(null, Buffer.from(challenge), key).toString('base64url');

test('the sign-in page offers the method and passes on the requested page', async () => {
  const { text } = await desk.client().get('/admin/login?next=%2Fadmin%2Faudit');
  assert.match(text, 'href="/admin/+key?next=%2Fadmin%2Faudit"');
});

test('a signed challenge signs in without password or second factor, and leads to the requested page', async () => {
  const { email, key } = await owner();
  const client = desk.client();
  const challenge = challengeIn(await client.get('/admin/+key?next=%2Fadmin%2Faudit'));
  const signedIn = await client.submit('/admin/+key', {
    email,
    challenge,
    signature: signed(key, challenge),
    next: '/admin/audit',
  });
  assert.is(signedIn.status, 303);
  assert.is(signedIn.location, '/admin/audit');
  assert.is((await client.get('/admin/audit')).status, 200);
  const method = await desk.app.database.oneFirst(sql.type(z.object({ method: z.string() }))`
    select data->>'method' as method from rustio_audit where event = 'login_succeeded' order by id desc limit 1
  `);
  assert.is(method, 'key');
});

test('a challenge is used up by one attempt, regardless of the result', async () => {
  const { email, key } = await owner();
  const client = desk.client();
  const challenge = challengeIn(await client.get('/admin/+key'));
  const form = { email, challenge, signature: signed(key, challenge) };
  assert.is((await client.submit('/admin/+key', { ...form, signature: 'AAAA' })).status, 401);
  assert.is((await client.submit('/admin/+key', form)).status, 401, 'it was used up');
});

test('impossible values are rejected like wrong ones', async () => {
  const client = desk.client();
  for (const wrong of ['', 'a\0b', 'x'.repeat(5_000)])
    assert.is((await client.submit('/admin/+key', { email: wrong, challenge: wrong, signature: wrong })).status, 401);
});

test("another user's key, an unknown address and another site are rejected and recorded in the audit trail", async () => {
  const [mine, theirs] = [await owner(), await owner()];
  const client = desk.client();
  for (const email of [theirs.email, 'nobody@example.org']) {
    const challenge = challengeIn(await client.get('/admin/+key'));
    const rejected = await client.submit('/admin/+key', { email, challenge, signature: signed(mine.key, challenge) });
    assert.is(rejected.status, 401);
    assert.match(rejected.text, 'That key was not accepted.');
  }
  assert.is(
    (await client.post('/admin/+key', {}, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).status,
    403,
  );
  const reasons = await desk.app.database.anyFirst(sql.type(z.object({ reason: z.string() }))`
    select data->>'reason' as reason from rustio_audit where event = 'login_failed' and data->>'method' = 'key' order by id desc limit 2
  `);
  assert.equal([...reasons], ['signature', 'signature']);
});
