// Black box: signing in and out over HTTP.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { commandAuditContext } from '../../../core/command-context.ts';
import { setActive } from '../../../plugins/auth/change-account.ts';
import { createUser } from '../../../plugins/auth/create-user.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';

const test = suite('sessions: signing in and out');
const COOKIE = 'rustio';
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
  const made = await database.transaction((tx) =>
    createUser(tx, cli, events, { email, role: 'staff', password: PASSWORD }),
  );
  if (made.outcome !== 'done') throw new Error(made.outcome);
  if (!active) await database.transaction((tx) => setActive(tx, cli, events, made.id, false));
  return { id: made.id, email };
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

test('the right password opens the page that was wanted, and one row with the device', async () => {
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

test('the cookie is for this host, its pages and nobody’s script', async () => {
  const { email } = await account();
  const { headers } = await desk.client().signIn(email, PASSWORD);
  const [cookie = ''] = headers.getSetCookie().filter((line) => line.startsWith(`${COOKIE}=`));
  assert.match(cookie, /^rustio=[A-Za-z0-9_-]{43};/);
  assert.match(cookie, /; path=\/;/i);
  assert.match(cookie, /httponly/i);
  assert.match(cookie, /samesite=lax/i);
  assert.not.match(cookie, /domain=|expires=|max-age=/i);
});

test('attack: unknown, inactive and wrong get the same answer to the letter', async () => {
  const known = await account();
  const inactive = await account(false);
  const tries: readonly (readonly [string, string])[] = [
    ['unknown@example.org', PASSWORD],
    [inactive.email, PASSWORD],
    [inactive.email, 'a wrong password'],
    [known.email, 'a wrong password'],
    ['not an address', PASSWORD],
    [`${known.email}' or ''='`, PASSWORD],
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
  // Work of this process, threads included, and not time: a busy machine does not change it.
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
  // Without the verification the unknown one would cost a small part of it.
  const [unknown, wrong] = [await leastWork('nobody@example.org'), await leastWork(email)];
  assert.ok(unknown > wrong / 2.5, `${unknown} µs against ${wrong} µs`);
});

test('failures stand in the trail with their reason, and without what was typed', async () => {
  const known = await account();
  const inactive = await account(false);
  await desk.client().signIn(known.email, 'hunter2hunter2');
  await desk.client().signIn(inactive.email, 'hunter2hunter2');
  await desk.client().signIn('hunter2hunter2', 'x');
  await desk.client().signIn('stranger@example.org', 'hunter2hunter2');
  const rows = await desk.app.database.any(sql.type(
    z.object({ row: z.string(), data: z.record(z.string(), z.unknown()) }),
  )`
    select a::text as row, data from rustio_audit a where event = 'login_failed' order by id desc limit 4
  `);
  assert.equal(
    rows.map(({ data }) => data.reason),
    ['unknown', 'unknown', 'inactive', 'wrong_password'],
  );
  assert.not.match(JSON.stringify(rows), /hunter2|stranger/);
  assert.match(String(rows[0]?.data.emailFingerprint), /^[\w-]{8}$/);
  assert.is(rows[1]?.data.emailFingerprint, undefined, 'what is no address may be a password');
});

test('attack: a token that somebody planted before the sign-in is worth nothing after it', async () => {
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

test('attack: a token from before is worth nothing when the same browser signs in again', async () => {
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

test('whoever is signed in and opens the sign-in page goes on', async () => {
  const client = await desk.person('staff');
  const answer = await client.get('/admin/login?next=/admin/account/sessions');
  assert.is(answer.status, 303);
  assert.is(answer.location, '/admin/account/sessions');
});

test('attack: signing in leads to no other host', async () => {
  const { email } = await account();
  for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example', '/admin/../..//evil.example']) {
    const { status, location } = await desk.client().post('/admin/login', { email, password: PASSWORD, next });
    assert.is(status, 303);
    assert.is(location, '/admin');
  }
});

test('signing out ends the row, takes the cookie, and may be done twice', async () => {
  const { id, email } = await account();
  const client = desk.client();
  await client.signIn(email, PASSWORD);
  const token = client.cookie(COOKIE) ?? '';
  const answer = await client.submit('/admin/account/sessions', {}, '/admin/logout');
  assert.is(answer.status, 303);
  assert.is(answer.location, '/admin/login?notice=signed-out');
  assert.match((await client.get(answer.location)).text, 'You are signed out.');
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

test('attack: no other site signs anybody in or out', async () => {
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

test('attack: garbage in the cookie costs no statement, and a dead token is taken away', async () => {
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
  assert.is(statements(), 1);
});

test('strangers cost no statement, no row and no cookie', async () => {
  const statements = countingStatements();
  const answer = await desk.client().get('/admin/login');
  assert.is(answer.status, 200);
  assert.equal(answer.headers.getSetCookie(), []);
  assert.is(statements(), 0);
});

test('a signed-in request costs one statement', async () => {
  const client = await desk.person('staff');
  const statements = countingStatements();
  await client.get('/admin/login');
  assert.is(statements(), 1);
});

test('an account that is shut out, or loses its role, is out with the next request', async () => {
  const { id, email } = await account();
  const client = desk.client();
  await client.signIn(email, PASSWORD);
  assert.ok(await isSignedIn(client));
  await desk.app.database.transaction((tx) => setActive(tx, cli, desk.app.events, id, false));
  assert.not.ok(await isSignedIn(client));
});

test('somebody sees his own sessions, ends one, and all others', async () => {
  const { id, email } = await account();
  const [here, there, elsewhere] = [desk.client(), desk.client(), desk.client()];
  for (const client of [here, there, elsewhere]) await client.signIn(email, PASSWORD);
  const page = await here.get('/admin/account/sessions');
  const rows = await sessionsOf(id);
  for (const row of rows) assert.match(page.text, `/admin/account/sessions/${row.id}/end`);
  const second = rows[1]?.id ?? '';
  const ended = await here.submit('/admin/account/sessions', {}, `/admin/account/sessions/${second}/end`);
  assert.is(ended.status, 303);
  assert.match((await here.get(ended.location)).text, 'One session was ended.');
  assert.is([await isSignedIn(there), await isSignedIn(elsewhere)].filter(Boolean).length, 1);
  await here.submit('/admin/account/sessions', {}, '/admin/account/sessions/end-others');
  assert.not.ok((await isSignedIn(there)) || (await isSignedIn(elsewhere)));
  assert.ok(await isSignedIn(here));
});

test('attack: a session of somebody else, a garbage id and a missing form token end nothing', async () => {
  const [mallory, victim] = [await account(), await account()];
  const [attacker, client] = [desk.client(), desk.client()];
  await attacker.signIn(mallory.email, PASSWORD);
  await client.signIn(victim.email, PASSWORD);
  const [own] = await sessionsOf(mallory.id);
  const [theirs] = await sessionsOf(victim.id);
  const page = await attacker.get('/admin/account/sessions');
  const token = /name="~token" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const foreign = await attacker.post(`/admin/account/sessions/${theirs?.id}/end`, { '~token': token });
  const garbage = await attacker.post('/admin/account/sessions/1/end', { '~token': token });
  assert.equal([foreign.status, garbage.status], [404, 404]);
  assert.is((await attacker.post(`/admin/account/sessions/${own?.id}/end`, {})).status, 403);
  assert.ok(await isSignedIn(client));
  assert.ok(await isSignedIn(attacker));
});

test('nothing of all this was an undeclared answer or an error in the log', () => {
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

/** Counts what the application asks its database from now on; a transaction counts as one. */
function countingStatements(): () => number {
  let asked = 0;
  for (const pool of [desk.app.database, desk.app.reading]) {
    for (const name of [...ASKING, 'transaction'] as const) {
      const original: (...given: never[]) => unknown = pool[name].bind(pool);
      const counted = (...given: never[]) => {
        asked += 1;
        return original(...given);
      };
      Object.defineProperty(pool, name, { value: counted, configurable: true });
    }
  }
  return () => {
    const count = asked;
    asked = 0;
    return count;
  };
}
