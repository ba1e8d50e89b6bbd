// How long sessions last, how many there are, and what users learn when they have lost one.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { findAccountByEmail } from '../../../plugins/auth/account.ts';
import { changeRole, setActive, setLock, setPassword } from '../../../plugins/auth/change-account.ts';
import { preparePassword } from '../../../plugins/auth/password-hash.ts';
import { touchSession } from '../../../plugins/sessions/open-session.ts';
import { sessionOptions } from '../../../plugins/sessions/options.ts';
import { type EndReason, revokeSessions } from '../../../plugins/sessions/public.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { cookieOf, SESSION_COOKIE } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';
import { until } from '../../support/until.ts';
import { by, personAs } from '../auth/rules-database.ts';

const test = suite('sessions: limits and lost sessions');
const NEW_PASSWORD = await preparePassword('a new good phrase');
let desk: TestApp;
test.before(async () => {
  const roles = { developer: { idleHours: 1, absoluteDays: 2, maxSessions: 1 } } as const;
  desk = await testApp({ models: [], plugins: { sessions: { maxSessions: 3, roles } } });
});
test.after(() => desk.close());

const cli = commandAuditContext();
const idOf = async (email: string) => (await findAccountByEmail(desk.app.database, email))?.id ?? 0;
async function signedIn(email: string): Promise<Client> {
  const client = desk.client();
  assert.is((await client.signIn(email, PASSWORD)).status, 303);
  return client;
}
const isSignedIn = async (client: Client) => (await client.get('/admin/account')).status === 200;
const liveOf = (email: string) =>
  desk.app.database.oneFirst(sql.type(z.object({ n: z.int() }))`
    select count(*)::int4 as n from rustio_session s join rustio_user u on u.id = s.user_id
    where u.email = ${email} and ended_at is null
  `);
const hoursOf = (email: string) =>
  desk.app.database.one(sql.type(z.object({ id: z.string(), idle: z.int(), absolute: z.int() }))`
    select
      s.id,
      round(extract(epoch from idle_expires_at - now()) / 3600)::int4 as idle,
      round(extract(epoch from absolute_expires_at - now()) / 3600)::int4 as absolute
    from rustio_session s join rustio_user u on u.id = s.user_id
    where u.email = ${email} and ended_at is null
    order by s.created_at desc limit 1
  `);

test('a session lasts 8 hours without a request and 14 days in total, and a role can have other limits', async () => {
  const [staff, developer] = [await desk.account('staff'), await desk.account('developer')];
  for (const [email, idle, absolute] of [
    [staff, 8, 14 * 24],
    [developer, 1, 48],
  ] as const) {
    await signedIn(email);
    const opened = await hoursOf(email);
    assert.equal([opened.idle, opened.absolute], [idle, absolute]);
    await desk.app.database.query(sql.unsafe`
      update rustio_session
      set last_seen_at = now() - interval '2 minutes', idle_expires_at = now() + interval '1 minute'
      where id = ${opened.id}::uuid
    `);
    await touchSession(desk.app.database, opened.id, desk.app.options('sessions'));
    const touched = await hoursOf(email);
    assert.equal([touched.idle, touched.absolute], [idle, absolute], 'activity extends only the first');
  }
});

test('the limits of a role are checked together with the general ones', () => {
  const accepts = (options: object) => sessionOptions.safeParse(options).success;
  assert.ok(accepts({ roles: { staff: { idleHours: 336 } } }));
  assert.not.ok(accepts({ roles: { staff: { idleHours: 337 } } }));
  assert.not.ok(accepts({ roles: { staff: { absoluteDays: 0.1 } } }));
  assert.not.ok(accepts({ roles: { nobody: { idleHours: 1 } } }));
  assert.not.ok(accepts({ roles: { staff: { hours: 1 } } }));
  assert.not.ok(accepts({ maxSessions: 0 }));
});

test('with a limit on concurrent sessions, a sign-in ends the oldest one', async () => {
  const email = await desk.account('staff');
  const clients = [await signedIn(email), await signedIn(email), await signedIn(email), await signedIn(email)];
  assert.equal(await Promise.all(clients.map(isSignedIn)), [false, true, true, true]);
  const developer = await desk.account('developer');
  const [one, two] = [await signedIn(developer), await signedIn(developer)];
  assert.equal(await Promise.all([one, two].map(isSignedIn)), [false, true]);
  const reasons = await desk.app.database.anyFirst(sql.type(z.object({ reason: z.string() }))`
    select data ->> 'reason' as reason from rustio_audit
    where event = 'sessions_revoked_self' and subject_label in (${email}, ${developer})
  `);
  assert.equal([...reasons], ['newer_sign_in', 'newer_sign_in']);
});

test('attack: concurrent sign-ins cannot exceed the limit on sessions', async () => {
  const email = await desk.account('developer');
  const id = await idOf(email);
  const { database } = desk.app;
  for (let round = 0; round < 6; round += 1) {
    // Two sign-ins wait for the account and continue at the same moment.
    const both = await withPlainConnection(database.url, async (other) => {
      await other.query('begin');
      await other.query('select from rustio_user where id = $1 for update', [id]);
      const waiting = Promise.all([signedIn(email), signedIn(email)]);
      await until(() => database.connections.busy === 2);
      await other.query('commit');
      return waiting;
    });
    assert.is(both.length, 2);
    assert.is(await liveOf(email), 1);
  }
});

const revoke =
  (reason: EndReason) =>
  async (id: number): Promise<unknown> =>
    desk.app.database.transaction((tx) =>
      revokeSessions(tx, cli, desk.app.events, { which: { allOf: id }, reason, via: 'all' }),
    );

const WHY: readonly (readonly [why: string, lose: (id: number) => Promise<unknown>, message: string])[] = [
  [
    'idle for too long',
    (id) =>
      desk.app.database.query(sql.unsafe`
        update rustio_session set idle_expires_at = now() - interval '1 second' where user_id = ${id} and ended_at is null
      `),
    'Your session has expired. Sign in again.',
  ],
  ['ended by the clean-up', revoke('expired'), 'Your session has expired. Sign in again.'],
  ['a newer sign-in', revoke('newer_sign_in'), 'because of a newer sign-in'],
  ['replaced in the browser', revoke('replaced'), 'because of a newer sign-in'],
  ['ended by an administrator', revoke('administrative_revoke'), 'An administrator has ended your session.'],
  [
    'deactivated',
    (id) => desk.app.database.transaction((tx) => setActive(tx, cli, desk.app.events, id, false)),
    'An administrator has ended your session.',
  ],
  [
    'locked',
    (id) => desk.app.database.transaction((tx) => setLock(tx, cli, desk.app.events, id, 'infinity')),
    'An administrator has ended your session.',
  ],
  [
    'another role',
    (id) => desk.app.database.transaction((tx) => changeRole(tx, cli, desk.app.events, id, 'supervisor')),
    'because an administrator changed your role',
  ],
  [
    'a new password from an administrator',
    (id) => desk.app.database.transaction((tx) => setPassword(tx, cli, desk.app.events, id, NEW_PASSWORD)),
    'because your password was changed',
  ],
  [
    'a new password chosen elsewhere',
    (id) => {
      const elsewhere = by(personAs(id, 'staff'));
      return desk.app.database.transaction((tx) => setPassword(tx, elsewhere, desk.app.events, id, NEW_PASSWORD));
    },
    'because your password was changed',
  ],
  ['ended from another device', revoke('user_requested'), 'You ended this session from another device.'],
  ['for a reason of a plugin', revoke('badge_lost' as EndReason), 'Your session has ended. Sign in again.'],
];

for (const [why, lose, message] of WHY)
  test(`the sign-in page says why a session was lost, once: ${why}`, async () => {
    const email = await desk.account('staff');
    const client = await signedIn(email);
    await lose(await idOf(email));
    const wall = await client.get('/admin/account?x=1');
    assert.equal([wall.status, wall.location], [303, '/admin/login?next=%2Fadmin%2Faccount%3Fx%3D1']);
    const page = await client.get(wall.location);
    assert.match(page.text, message);
    assert.is(client.cookie(SESSION_COOKIE), undefined, 'the token is removed');
    assert.not.match((await client.get(wall.location)).text, 'role="status"', 'the message is shown once');
  });

test('signing out is not a reason, and neither is a token that never existed', async () => {
  const email = await desk.account('staff');
  const client = await signedIn(email);
  const token = client.cookie(SESSION_COOKIE) ?? '';
  const other = await signedIn(email);
  const signedOut = other.cookie(SESSION_COOKIE) ?? '';
  await other.post('/admin/logout', {});
  other.setCookie(SESSION_COOKIE, signedOut);
  assert.not.match((await other.get('/admin/login')).text, 'role="status"');
  const stranger = desk.client();
  stranger.setCookie(SESSION_COOKIE, `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`);
  assert.not.match((await stranger.get('/admin/login')).text, 'role="status"');
});

test('signing out clears what the browser has stored, except that the device is known', async () => {
  const client = await signedIn(await desk.account('staff'));
  const answer = await client.post('/admin/logout', {});
  assert.is(answer.headers.get('clear-site-data'), '"cache", "storage"');
  assert.ok(client.cookie(cookieOf('rustio-device')));
  assert.is(client.cookie(SESSION_COOKIE), undefined);
});

test('no response was undeclared, and no error was logged', () => {
  assert.equal(desk.errors, []);
});
