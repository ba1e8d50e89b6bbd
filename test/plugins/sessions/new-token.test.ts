// A change of permissions: the session continues with a new token.
import { createHash } from 'node:crypto';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { findAccountByEmail } from '../../../plugins/auth/account.ts';
import { setPassword } from '../../../plugins/auth/change-account.ts';
import { addToGroup, removeFromGroup } from '../../../plugins/auth/group-members.ts';
import { createGroup, grantToGroup, revokeFromGroup } from '../../../plugins/auth/groups.ts';
import { preparePassword } from '../../../plugins/auth/password-hash.ts';
import { findUserActor } from '../../../plugins/auth/user-actor.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { SESSION_COOKIE } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';

const test = suite('sessions: new tokens');
const NEW_PASSWORD = await preparePassword('a new good phrase');
let desk: TestApp;
let groups = 0;
test.before(async () => {
  desk = await testApp({ models: [] });
});
test.after(() => desk.close());

const cli = commandAuditContext();
const tokenOf = (client: Client) => client.cookie(SESSION_COOKIE) ?? '';
const isSignedIn = async (client: Client) => (await client.get('/admin/account')).status === 200;
function withToken(token: string): Client {
  const client = desk.client();
  client.setCookie(SESSION_COOKIE, token);
  return client;
}

/** A signed-in user, and a group with a permission that they can join. */
async function member() {
  const email = await desk.account('staff');
  const client = desk.client();
  await client.signIn(email, PASSWORD);
  const id = (await findAccountByEmail(desk.app.database, email))?.id ?? 0;
  const group = `Group ${groups++}`;
  const { database } = desk.app;
  const grant = (tx: Parameters<typeof createGroup>[0]) => grantToGroup(tx, cli, desk.app, group, ['audit.view']);
  await database.transaction((tx) => createGroup(tx, cli, desk.app, { name: group }));
  return {
    client,
    email,
    id,
    join: () => database.transaction((tx) => addToGroup(tx, cli, desk.app, group, id)),
    leave: () => database.transaction((tx) => removeFromGroup(tx, cli, desk.app, group, id)),
    grant: () => database.transaction(grant),
    revoke: () => database.transaction((tx) => revokeFromGroup(tx, cli, desk.app, group, ['audit.view'])),
  };
}
/** As if everything had happened so many seconds earlier. */
async function outdate(seconds = 11): Promise<void> {
  const age = sql.fragment`make_interval(secs => ${seconds})`;
  await desk.app.database.query(sql.unsafe`
    update rustio_session_replaced_token set replaced_at = replaced_at - ${age}, newer_used_at = newer_used_at - ${age}
  `);
  await desk.app.database.query(sql.unsafe`
    update rustio_session set token_unused_since = token_unused_since - ${age} where ended_at is null
  `);
}
const sessionsOf = (id: number) =>
  desk.app.database.any(sql.type(z.object({ id: z.string(), reason: z.string().nullable() }))`
    select id, ended_reason as reason from rustio_session where user_id = ${id} order by created_at
  `);
const eventsOf = (id: number) =>
  desk.app.database.anyFirst(sql.type(z.object({ event: z.string() }))`
    select event from rustio_audit where subject_model = 'user' and subject_key = ${String(id)} and event like 'session%' order by id
  `);

test('attack: a stolen token gains no permissions: every change gives the next page a new one', async () => {
  const { client, join, leave, grant, revoke } = await member();
  for (const change of [join, grant, revoke, leave]) {
    const before = tokenOf(client);
    assert.ok(await isSignedIn(client));
    assert.is(tokenOf(client), before, 'nothing has changed yet');
    assert.is((await change()).outcome, 'done');
    assert.ok(await isSignedIn(client));
    assert.ok(tokenOf(client) !== before);
  }
});

test('attack: a stolen token that was replaced ends the session when it is used again', async () => {
  for (const replace of ['a change of permissions', 'a reauthentication', 'both'] as const) {
    const { client, id, join } = await member();
    const stolen = tokenOf(client);
    if (replace !== 'a reauthentication') await join();
    assert.ok(await isSignedIn(client));
    assert.ok(await isSignedIn(client), 'with the new token');
    if (replace !== 'a change of permissions')
      assert.is((await client.submit('/admin/reauth', { password: PASSWORD })).status, 303);
    await outdate();
    const thief = withToken(stolen);
    assert.is((await thief.get('/admin/account')).status, 303, replace);
    assert.is(tokenOf(thief), '', 'the token is removed');
    assert.equal(
      (await sessionsOf(id)).map(({ reason }) => reason),
      ['token_reused'],
    );
    assert.equal(await eventsOf(id), ['session_token_reused']);
    // The thief learns nothing; the sign-in page of the owner says why.
    const again = withToken(stolen);
    assert.not.match((await again.get('/admin/login')).text, 'role="status"');
    assert.match((await client.get('/admin/login')).text, 'Your session was ended for your security');
    assert.is((await eventsOf(id)).length, 1, 'once');
    const [mail] = await desk.app.database.anyFirst(sql.type(z.object({ n: z.number() }))`
      select count(*)::integer as n from rustio_job
    `);
    assert.is(mail, 0, 'nothing is sent');
  }
});

test('if the response with a new token is lost, the old token remains valid, and the next page gets another one', async () => {
  const { client, id, join } = await member();
  const first = tokenOf(client);
  await join();
  const lost = withToken(first);
  assert.ok(await isSignedIn(lost));
  assert.ok(tokenOf(lost) !== first);
  await outdate();
  assert.is((await client.get('/admin/account', { 'sec-fetch-dest': 'empty' })).status, 200);
  assert.is(tokenOf(client), first, 'only pages replace it');
  assert.ok(await isSignedIn(client));
  const second = tokenOf(client);
  assert.ok(second !== first && second !== tokenOf(lost));
  assert.ok(await isSignedIn(client));
  assert.is(tokenOf(client), second);
  assert.equal(await eventsOf(id), []);
  // Once the new token was used, nobody but a thief has one of the others.
  await outdate();
  assert.not.ok(await isSignedIn(withToken(first)));
  assert.equal(await eventsOf(id), ['session_token_reused']);
});

test('a page that is denied or not found sets the new token, too', async () => {
  const { client, id, grant, join, leave } = await member();
  await grant();
  for (const [change, path, status] of [
    [join, '/admin/no-such-page', 404],
    [leave, '/admin/audit', 403],
  ] as const) {
    const before = tokenOf(client);
    await change();
    assert.is((await client.get(path)).status, status);
    assert.ok(tokenOf(client) !== before, path);
    assert.ok(await isSignedIn(client));
    assert.is((await client.submit('/admin/account/sessions', {}, '/admin/+theme')).status, 303);
  }
  await outdate();
  assert.ok(await isSignedIn(client));
  assert.equal(await eventsOf(id), []);
});

test('a request under way does not end the session when the password is entered after a lost response', async () => {
  const { client, id, join } = await member();
  const first = tokenOf(client);
  await join();
  await isSignedIn(withToken(first));
  await outdate(60);
  const page = await client.get('/admin/reauth', { 'sec-fetch-dest': 'empty' });
  const token = /name="~token" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  assert.is((await client.post('/admin/reauth', { password: PASSWORD, '~token': token })).status, 303);
  assert.not.ok(await isSignedIn(withToken(first)));
  assert.ok(await isSignedIn(client));
  assert.equal(await eventsOf(id), []);
});

test('attack: a stolen token is valid for a few minutes at most, even if nobody uses the new one', async () => {
  const { client, id, join } = await member();
  const stolen = tokenOf(client);
  await join();
  assert.ok(await isSignedIn(client));
  await outdate(299);
  assert.is((await withToken(stolen).get('/admin/account', { 'sec-fetch-dest': 'empty' })).status, 200);
  await outdate(2);
  assert.not.ok(await isSignedIn(withToken(stolen)));
  assert.equal(await eventsOf(id), ['session_token_reused']);
});

test('attack: a thief who gets a new token with the old one is noticed as soon as both have used theirs', async () => {
  for (const isThiefFirst of [true, false]) {
    const { client, id, join } = await member();
    const thief = withToken(tokenOf(client));
    await join();
    assert.ok(await isSignedIn(client));
    await outdate();
    assert.ok(await isSignedIn(thief));
    assert.ok(tokenOf(thief) !== tokenOf(client));
    const [one, other] = isThiefFirst ? [thief, client] : [client, thief];
    assert.ok(await isSignedIn(one));
    await outdate();
    // The owner gets another token, as if theirs had been lost, and uses it.
    if (!isThiefFirst) {
      assert.ok(await isSignedIn(one));
      assert.ok(await isSignedIn(one));
      await outdate();
    }
    assert.not.ok(await isSignedIn(other));
    assert.equal(await eventsOf(id), ['session_token_reused']);
  }
});

test('a slow parallel request within ten seconds does not end the session, nor remove the new token', async () => {
  const { client, id, join } = await member();
  const first = tokenOf(client);
  await join();
  assert.ok(await isSignedIn(client));
  const second = tokenOf(client);
  assert.ok(await isSignedIn(withToken(first)), 'accepted: the browser could not know the new token yet');
  assert.is((await client.submit('/admin/reauth', { password: PASSWORD })).status, 303);
  for (const old of [first, second]) {
    const slow = withToken(old);
    const answer = await slow.get('/admin/account');
    assert.is(answer.status, 303);
    assert.equal(answer.headers.getSetCookie(), [], 'a cookie of the response would replace the new token');
  }
  assert.ok(await isSignedIn(client));
  assert.equal(
    (await sessionsOf(id)).map(({ reason }) => reason),
    [null],
  );
  assert.equal(await eventsOf(id), []);
});

test('attack: nobody can end the session of others with a token that they have guessed', async () => {
  const { client, id, join } = await member();
  const before = tokenOf(client);
  await join();
  assert.ok(await isSignedIn(client));
  assert.ok(await isSignedIn(client));
  await outdate();
  const hash = (text: string) => createHash('sha256').update(text).digest('base64url');
  const [session] = await sessionsOf(id);
  const flip = (token: string) => `${token.slice(0, -1)}${token.endsWith('A') ? 'E' : 'A'}`;
  for (const guess of [flip(before), flip(tokenOf(client)), hash(before), hash(tokenOf(client)), session?.id ?? ''])
    assert.not.ok(await isSignedIn(withToken(guess)), guess);
  assert.ok(await isSignedIn(client));
  assert.equal(await eventsOf(id), []);
});

test('of concurrent uses of an old token, one ends the session', async () => {
  const { client, id, join } = await member();
  const stolen = tokenOf(client);
  await join();
  await isSignedIn(client);
  await isSignedIn(client);
  await outdate();
  const answers = await Promise.all(Array.from({ length: 8 }, () => withToken(stolen).get('/admin/account')));
  assert.ok(answers.every(({ status }) => status === 303));
  assert.equal(await eventsOf(id), ['session_token_reused']);
});

test('forms of the page with the new token can be submitted', async () => {
  const { client, join } = await member();
  await join();
  const saved = await client.submit('/admin/account/sessions', {}, '/admin/+theme');
  assert.is(saved.status, 303);
});

test('requests that the browser had already sent are still accepted, and one of them gets the token', async () => {
  const { client, join } = await member();
  const before = tokenOf(client);
  await join();
  const answers = await Promise.all(Array.from({ length: 12 }, () => withToken(before).get('/admin/account')));
  assert.ok(answers.every(({ status }) => status === 200));
  const cookies = answers.flatMap(({ headers }) => headers.getSetCookie());
  const tokens = cookies.filter((line) => line.startsWith(SESSION_COOKIE));
  assert.is(tokens.length, 1);
});

test('only a page that the browser opens replaces the token', async () => {
  const { client, join } = await member();
  const before = tokenOf(client);
  const page = await client.get('/admin/account/sessions');
  await join();
  await client.get('/admin/account', { 'sec-fetch-dest': 'empty' });
  assert.is(tokenOf(client), before);
  const token = /name="~token" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  assert.is((await client.post('/admin/account/sessions/end-others', { '~token': token })).status, 303);
  assert.is(tokenOf(client), before, 'a form that was open can be submitted');
  await client.get('/admin/account', { 'sec-fetch-dest': 'document' });
  assert.ok(tokenOf(client) !== before);
});

test('users who change their password keep the session with a new token', async () => {
  const { client, id } = await member();
  const before = tokenOf(client);
  const session = await desk.app.database.oneFirst(sql.type(z.object({ id: z.string() }))`
    select id from rustio_session where user_id = ${id} and ended_at is null
  `);
  const actor = await findUserActor(desk.app.database, id);
  if (!actor) throw new Error('there is no such user');
  const context = { ...cli, actor, credential: { scheme: 'session', id: session } };
  const set = await desk.app.database.transaction((tx) => setPassword(tx, context, desk.app.events, id, NEW_PASSWORD));
  assert.is(set.outcome, 'done');
  assert.ok(await isSignedIn(client));
  assert.ok(tokenOf(client) !== before);
});

test('attack: the old token is not accepted after a reauthentication, not even for a moment', async () => {
  const { client, join } = await member();
  await join();
  const first = tokenOf(client);
  await isSignedIn(client);
  const second = tokenOf(client);
  assert.is((await client.submit('/admin/reauth', { password: PASSWORD })).status, 303);
  for (const old of [first, second]) assert.not.ok(await isSignedIn(withToken(old)));
});

test('a page does not wait for the new token of its session', async () => {
  const { client, id, join } = await member();
  const before = tokenOf(client);
  await join();
  await withPlainConnection(desk.app.database.url, async (other) => {
    await other.query('begin; lock table rustio_session in share row exclusive mode');
    const began = performance.now();
    assert.ok(await isSignedIn(client));
    assert.ok(performance.now() - began < 4_000);
    assert.is(tokenOf(client), before);
    await other.query('rollback');
  });
  // The token may have been stored after the response was sent.
  assert.ok(await isSignedIn(client));
  assert.equal(await eventsOf(id), []);
});

test('no response was undeclared, and no error was logged', () => {
  assert.equal(desk.errors, []);
});
