// Signing in and out over HTTP.
import { createHash } from 'node:crypto';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { setActive } from '../../../plugins/auth/change-account.ts';
import { createUser } from '../../../plugins/auth/create-user.ts';
import { preparePassword } from '../../../plugins/auth/password-hash.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { type Client, formTokenOf } from '../../support/client.ts';
import { SESSION_COOKIE } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';

const test = suite('sessions: signing in and out');
const COOKIE = SESSION_COOKIE;
let desk: TestApp;
test.before(async () => {
  desk = await testApp({ models: [] });
});
test.after(() => desk.close());

const cli = commandAuditContext();
let people = 0;
async function account(active = true): Promise<{ id: number; email: string }> {
  const email = `person${people++}@example.org`;
  const { database, events } = desk.app;
  const password = await preparePassword(PASSWORD);
  const created = await database.transaction((tx) => createUser(tx, cli, events, { email, role: 'staff', password }));
  if (created.outcome !== 'done') throw new Error(created.outcome);
  if (!active) await database.transaction((tx) => setActive(tx, cli, events, created.id, false));
  return { id: created.id, email };
}
const sessionsOf = (id: number) =>
  desk.app.database.any(sql.type(z.object({ id: z.string(), ended_reason: z.string().nullable() }))`
    select id, ended_reason from rustio_session where user_id = ${id} order by created_at, id
  `);
const trailOf = (email: string) =>
  desk.app.database.any(sql.type(z.object({ event: z.string(), row: z.string() }))`
    select event, a::text as row from rustio_audit a where subject_label = ${email} order by a.id
  `);
const isSignedIn = async (client: Client) => (await client.get('/admin/account/sessions')).status === 200;

test('the correct password opens the requested page and creates one session with the device (T22)', async () => {
  const { id, email } = await account();
  const client = desk.client();
  const wall = await client.get('/admin/account/sessions?x=1');
  assert.is(wall.status, 303);
  assert.is(wall.location, '/admin/login?next=%2Fadmin%2Faccount%2Fsessions%3Fx%3D1');
  const form = await client.get(wall.location);
  assert.is(form.status, 200);
  assert.match(form.text, 'value="/admin/account/sessions?x=1"');
  const answer = await client.submit(wall.location, { email: email.toUpperCase(), password: PASSWORD }, '/admin/login');
  assert.is(answer.status, 303);
  assert.is(answer.location, '/admin/account/sessions?x=1');
  assert.ok(await isSignedIn(client));
  assert.equal(
    (await sessionsOf(id)).map(({ ended_reason }) => ended_reason),
    [null],
  );
  assert.equal(
    (await trailOf(email)).map(({ event }) => event),
    ['user_created', 'login_succeeded'],
  );
});

test('the cookie is for this host and its pages, and not readable by scripts', async () => {
  const { email } = await account();
  const { headers } = await desk.client().signIn(email, PASSWORD);
  const [cookie = ''] = headers.getSetCookie().filter((line) => line.startsWith(`${COOKIE}=`));
  assert.match(cookie, new RegExp(`^${SESSION_COOKIE}=[A-Za-z0-9_-]{43};`));
  assert.match(cookie, /; path=\/;/i);
  assert.match(cookie, /httponly/i);
  assert.match(cookie, /samesite=lax/i);
  assert.not.match(cookie, /domain=|expires=|max-age=/i);
});

test('attack: unknown accounts, inactive accounts and wrong passwords get exactly the same response', async () => {
  const existing = await account();
  const inactive = await account(false);
  const tries: readonly (readonly [string, string])[] = [
    ['unknown@example.org', PASSWORD],
    [inactive.email, PASSWORD],
    [inactive.email, 'a wrong password'],
    [existing.email, 'a wrong password'],
    ['not an address', PASSWORD],
    [`${existing.email}' or ''='`, PASSWORD],
    ['', ''],
  ];
  const pages = new Set<string>();
  for (const [email, password] of tries) {
    const client = desk.client();
    const answer = await client.signIn(email, password);
    assert.is(answer.status, 401, email);
    assert.is(client.cookie(COOKIE), undefined);
    assert.not.match(answer.text, PASSWORD);
    pages.add(
      answer.text
        .replace(/ value="[^"]*"/g, '')
        .replace(' autofocus', '')
        .replace(' autofocus', ''),
    );
  }
  assert.is(pages.size, 1);
});

test('attack: an unknown account costs as much work as a wrong password', async () => {
  const { email } = await account();
  // CPU time of this process, threads included: a busy machine does not change it.
  const leastWork = async (who: string) => {
    const costs: number[] = [];
    for (let i = 0; i < 4; i++) {
      const before = process.cpuUsage();
      await desk.client().signIn(who, 'a wrong password');
      const { user, system } = process.cpuUsage(before);
      costs.push(user + system);
    }
    return Math.min(...costs);
  };
  // Without a verification the unknown account would cost a fraction of it.
  const [unknown, wrong] = [await leastWork('nobody@example.org'), await leastWork(email)];
  assert.ok(unknown > wrong / 2.5, `${unknown} µs against ${wrong} µs`);
});

test('failures are in the audit trail with their reason, and without the input', async () => {
  const own = await testApp({});
  try {
    const failed = async (...typed: readonly [email: string, password: string]) => {
      await own.client().signIn(...typed);
      return own.app.database.one(sql.type(z.object({ row: z.string(), data: z.record(z.string(), z.unknown()) }))`
        select a::text as row, data from rustio_audit a where event = 'login_failed' order by id desc limit 1
      `);
    };
    const email = await own.account('staff');
    const rows = [await failed('hunter2hunter2', 'x'), await failed(email, 'hunter2hunter2')];
    assert.equal(
      rows.map(({ data }) => data.reason),
      ['unknown', 'wrong_password'],
    );
    await own.app.database.query(sql.unsafe`update rustio_user set active = false where email = ${email}`);
    rows.push(await failed(email, 'hunter2hunter2'));
    assert.is(rows[2]?.data.reason, 'inactive');
    assert.not.match(JSON.stringify(rows), 'hunter2');
    assert.is(rows[0]?.data.emailFingerprint, undefined, 'text that is not an address may be a password');
  } finally {
    await own.close();
  }
});

test('the address of an unknown account is in the audit trail as a keyed fingerprint', async () => {
  const own = await testApp({});
  try {
    await own.client().signIn('stranger@example.org', 'hunter2hunter2');
    const { row, data } = await own.app.database.one(
      sql.type(
        z.object({ row: z.string(), data: z.record(z.string(), z.unknown()) }),
      )`select a::text as row, data from rustio_audit a where event = 'login_failed'`,
    );
    assert.not.match(row, 'stranger');
    assert.match(String(data.emailFingerprint), /^[\w-]{8}$/);
    const guesses = ['stranger@example.org', 'sign-in address stranger@example.org'].map((text) =>
      createHash('sha256').update(text).digest('base64url').slice(0, 8),
    );
    assert.not.ok(guesses.includes(String(data.emailFingerprint)), 'it is keyed, so it cannot be guessed (F16)');
  } finally {
    await own.close();
  }
});

test('attack: a token planted before the sign-in is invalid after it', async () => {
  const { email } = await account();
  const victim = desk.client();
  const planted = 'A'.repeat(43);
  victim.setCookie(COOKIE, planted);
  await victim.signIn(email, PASSWORD);
  assert.ok(victim.cookie(COOKIE) !== planted);
  const attacker = desk.client();
  attacker.setCookie(COOKIE, planted);
  assert.not.ok(await isSignedIn(attacker));
  assert.ok(await isSignedIn(victim));
});

test('attack: the previous token is invalid when the same browser signs in again', async () => {
  const { id, email } = await account();
  const client = desk.client();
  await client.signIn(email, PASSWORD);
  const before = client.cookie(COOKIE) ?? '';
  await client.signIn(email, PASSWORD);
  assert.ok(client.cookie(COOKIE) !== before);
  const thief = desk.client();
  thief.setCookie(COOKIE, before);
  assert.not.ok(await isSignedIn(thief));
  assert.ok(await isSignedIn(client));
  assert.equal((await sessionsOf(id)).map(({ ended_reason }) => ended_reason).sort(), [null, 'replaced'].sort());
});

test('replacing a session by another sign-in is an event, even if another user signs in (F16)', async () => {
  const [first, second] = [await account(), await account()];
  const client = desk.client();
  await client.signIn(first.email, PASSWORD);
  await client.signIn(first.email, PASSWORD);
  await client.signIn(second.email, PASSWORD);
  const events = await desk.app.database.any(sql.type(
    z.object({ event: z.string(), actor_label: z.string(), reason: z.string() }),
  )`
    select event, actor_label, data ->> 'reason' as reason from rustio_audit
    where subject_key = ${String(first.id)} and event like 'sessions_revoked%' order by id
  `);
  assert.equal(
    [...events],
    [
      { event: 'sessions_revoked_self', actor_label: first.email, reason: 'replaced' },
      { event: 'sessions_revoked_by_other', actor_label: second.email, reason: 'replaced' },
    ],
  );
});

test('signed-in users who open the sign-in page are redirected', async () => {
  const client = await desk.signInAs('staff');
  const answer = await client.get('/admin/login?next=/admin/account/sessions');
  assert.is(answer.status, 303);
  assert.is(answer.location, '/admin/account/sessions');
});

test('attack: signing in redirects to no other host', async () => {
  const { email } = await account();
  for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example', '/admin/../..//evil.example']) {
    const { status, location } = await desk.client().post('/admin/login', { email, password: PASSWORD, next });
    assert.is(status, 303);
    assert.is(location, '/admin');
  }
});

test('signing out ends the session, removes the cookie, and can be repeated', async () => {
  const { id, email } = await account();
  const client = desk.client();
  await client.signIn(email, PASSWORD);
  const token = client.cookie(COOKIE) ?? '';
  const answer = await client.submit('/admin/account/sessions', {}, '/admin/logout');
  assert.is(answer.status, 303);
  assert.is(answer.location, '/admin/login?notice=signed-out');
  assert.match((await client.get(answer.location)).text, 'You have been signed out.');
  assert.is(client.cookie(COOKIE), undefined);
  assert.equal(
    (await sessionsOf(id)).map(({ ended_reason }) => ended_reason),
    ['logout'],
  );
  assert.is((await client.post('/admin/logout', {})).status, 303);
  const thief = desk.client();
  thief.setCookie(COOKIE, token);
  assert.not.ok(await isSignedIn(thief));
  assert.equal(
    (await trailOf(email)).map(({ event }) => event),
    ['user_created', 'login_succeeded', 'session_logout'],
  );
});

test('attack: no other site can sign a user in or out', async () => {
  const { id, email } = await account();
  const client = desk.client();
  await client.signIn(email, PASSWORD);
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  assert.is((await client.post('/admin/logout', {}, foreign)).status, 403);
  assert.is((await client.post('/admin/login', { email, password: PASSWORD }, foreign)).status, 403);
  assert.is((await client.get('/admin/logout')).status, 405);
  assert.equal(
    (await sessionsOf(id)).map(({ ended_reason }) => ended_reason),
    [null],
  );
});

test('attack: a malformed cookie costs no statement, and an invalid token is removed', async () => {
  const statements = countingStatements();
  for (const garbage of ['x', '1', 'A'.repeat(42), 'A'.repeat(44), "';select-1", 'A'.repeat(3_000), '%00']) {
    const client = desk.client();
    client.setCookie(COOKIE, garbage);
    assert.is((await client.get('/admin/login')).status, 200);
    assert.is(client.cookie(COOKIE), undefined, garbage);
  }
  assert.is(statements(), 0);
  const dead = desk.client();
  dead.setCookie(COOKIE, 'A'.repeat(43));
  assert.is((await dead.get('/admin/login')).status, 200);
  assert.is(dead.cookie(COOKIE), undefined);
  assert.is(statements(), 2, 'among sessions, and among tokens that have been replaced');
});

test('anonymous users cost no statement, no row and no cookie', async () => {
  const statements = countingStatements();
  const answer = await desk.client().get('/admin/login');
  assert.is(answer.status, 200);
  assert.equal(answer.headers.getSetCookie(), []);
  assert.is(statements(), 0);
});

test('a signed-in request costs one statement', async () => {
  const client = await desk.signInAs('staff');
  const statements = countingStatements();
  await client.get('/admin/login');
  assert.is(statements(), 1);
});

test('a deactivated or demoted account loses access with the next request', async () => {
  const { id, email } = await account();
  const client = desk.client();
  await client.signIn(email, PASSWORD);
  assert.ok(await isSignedIn(client));
  await desk.app.database.transaction((tx) => setActive(tx, cli, desk.app.events, id, false));
  assert.not.ok(await isSignedIn(client));
});

test('users see their own sessions, end one, and all others', async () => {
  const { id, email } = await account();
  const [here, there, elsewhere] = [desk.client(), desk.client(), desk.client()];
  for (const client of [here, there, elsewhere]) await client.signIn(email, PASSWORD);
  const page = await here.get('/admin/account/sessions');
  const rows = await sessionsOf(id);
  for (const row of rows.slice(1)) assert.match(page.text, `/admin/account/sessions/${row.id}/end`);
  assert.match(page.text, /This session<\/span>(?:(?!<\/tr>)[\s\S])*action="\/admin\/logout"/);
  const second = rows[1]?.id ?? '';
  const ended = await here.submit('/admin/account/sessions', {}, `/admin/account/sessions/${second}/end`);
  assert.is(ended.status, 303);
  assert.match((await here.get(ended.location)).text, '1 session ended.');
  assert.is([await isSignedIn(there), await isSignedIn(elsewhere)].filter(Boolean).length, 1);
  await here.submit('/admin/account/sessions', {}, '/admin/account/sessions/end-others');
  assert.not.ok((await isSignedIn(there)) || (await isSignedIn(elsewhere)));
  assert.ok(await isSignedIn(here));
});

test('attack: another user’s session, a malformed id and a missing form token end nothing', async () => {
  const [mallory, victim] = [await account(), await account()];
  const [attacker, client] = [desk.client(), desk.client()];
  await attacker.signIn(mallory.email, PASSWORD);
  await client.signIn(victim.email, PASSWORD);
  const [own] = await sessionsOf(mallory.id);
  const [theirs] = await sessionsOf(victim.id);
  const page = await attacker.get('/admin/account/sessions');
  const token = formTokenOf(page.text);
  const foreign = await attacker.post(`/admin/account/sessions/${theirs?.id}/end`, { '~token': token });
  const garbage = await attacker.post('/admin/account/sessions/1/end', { '~token': token });
  assert.equal([foreign.status, garbage.status], [404, 404]);
  assert.is((await attacker.post(`/admin/account/sessions/${own?.id}/end`, {})).status, 403);
  assert.ok(await isSignedIn(client));
  assert.ok(await isSignedIn(attacker));
});

test('no response was undeclared, and no error was logged', () => {
  assert.equal(desk.errors, []);
});

const ASKING = [
  'any',
  'anyFirst',
  'exists',
  'many',
  'manyFirst',
  'maybeOne',
  'maybeOneFirst',
  'one',
  'oneFirst',
  'query',
] as const;

/** Counts the queries of the application from now on; a transaction counts as one. */
function countingStatements(): () => number {
  let queries = 0;
  for (const pool of [desk.app.database, desk.app.reading]) {
    for (const name of [...ASKING, 'transaction'] as const) {
      const original: (...given: never[]) => unknown = pool[name].bind(pool);
      const counted = (...given: never[]) => {
        queries += 1;
        return original(...given);
      };
      Object.defineProperty(pool, name, { value: counted, configurable: true });
    }
  }
  return () => {
    const count = queries;
    queries = 0;
    return count;
  };
}

test('sign-ins to an account locked by another program do not use the connections of others (F2)', async () => {
  const [locked, other] = [await account(), await account()];
  const { database } = desk.app;
  const waiting = await withPlainConnection(database.url, async (client) => {
    await client.query('begin');
    await client.query('select from rustio_user where id = $1 for update', [locked.id]);
    const answers = Promise.all(Array.from({ length: 5 }, () => desk.client().signIn(locked.email, PASSWORD)));
    // Passwords are verified in the order in which they arrive: after the second of these, all of the five have been verified.
    for (let n = 0; n < 2; n += 1) assert.is((await desk.client().signIn(other.email, PASSWORD)).status, 303);
    assert.ok(database.connections.busy <= 2, String(database.connections.busy));
    await client.query('rollback');
    return answers;
  });
  assert.equal(
    waiting.map(({ status }) => status),
    waiting.map(() => 303),
  );
});
