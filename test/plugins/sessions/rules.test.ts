import fc from 'fast-check';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import type { UserActor } from '../../../core/policy/actor.ts';
import { changeRole, setActive, setPassword } from '../../../plugins/auth/change-account.ts';
import { preparePassword } from '../../../plugins/auth/password-hash.ts';
import { deleteOldSessions, endExpiredSessions, endSessions } from '../../../plugins/sessions/end-sessions.ts';
import { sessionLoader } from '../../../plugins/sessions/load-session.ts';
import { openSession, rotateSession, touchSession } from '../../../plugins/sessions/open-session.ts';
import { sessionOptions } from '../../../plugins/sessions/options.ts';
import { endOwnSession } from '../../../plugins/sessions/own-sessions.ts';
import { hashOfToken, looksLikeToken, newToken } from '../../../plugins/sessions/token.ts';
import { suite } from '../../support/suite.ts';
import { by, cli, openRulesDatabase, type RulesDatabase } from '../auth/rules-database.ts';

const test = suite('sessions: rules');
const NEW_PASSWORD = await preparePassword('a new good phrase');
let rules: RulesDatabase;
let clerk: UserActor;
test.before.each(async () => {
  rules = await openRulesDatabase(20);
  clerk = await rules.user('clerk@example.org', 'staff');
});
test.after.each(() => rules.close());

const options = sessionOptions.parse({});
const open = (person = clerk) =>
  rules.database.transaction((tx) =>
    openSession(tx, { userId: person.id, ip: '192.0.2.7', userAgent: 'a browser' }, options),
  );
const find = (token: string) => sessionLoader(rules.app)(rules.database, token);
/** The session, if it can be used. */
const load = async (token: string) => {
  const found = await find(token);
  return found && ('lost' in found || 'replaced' in found) ? undefined : found;
};
const age = (id: string, column: string, by_: string) =>
  rules.database.query(sql.unsafe`
    update rustio_session
    set ${sql.identifier([column])} = now() - ${by_}::interval
    where id = ${id}::uuid
  `);
const endingOf = (id: string) =>
  rules.database.oneFirst(sql.type(z.object({ ended_reason: z.string().nullable() }))`
    select ended_reason from rustio_session where id = ${id}::uuid
  `);

test('a token has 256 bits, is never the same, and the database stores its hash', async () => {
  const tokens = Array.from({ length: 100 }, newToken);
  assert.is(new Set(tokens).size, 100);
  assert.ok(tokens.every(looksLikeToken));
  const { token } = await open();
  const rows = await rules.database.any(sql.type(z.object({ row: z.string(), hash: z.string() }))`
    select s::text as row, encode(token_hash, 'hex') as hash from rustio_session s
  `);
  assert.is(rows.length, 1);
  assert.not.ok(rows[0]?.row.includes(token));
  assert.is(rows[0]?.hash, hashOfToken(token).toString('hex'));
});

test('text that cannot be a token is rejected without a query', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      assert.is(looksLikeToken(text), /^[A-Za-z0-9_-]{43}$/.test(text));
    }),
  );
});

test('one statement finds session, user and permissions', async () => {
  await rules.database.query(sql.unsafe`insert into rustio_user_permission values (${clerk.id}, 'strike.view')`);
  const { id, token } = await open();
  const loaded = await load(token);
  assert.is(loaded?.session.id, id);
  assert.is(loaded?.session.trust, 'authenticated');
  assert.is(loaded?.session.recent, true);
  assert.is(loaded?.user.id, clerk.id);
  assert.is(loaded?.user.role, 'staff');
  assert.equal([...(loaded?.user.permissions ?? [])], ['strike.view']);
  assert.is(loaded?.stale, false);
});

test('a plugin can read more in the same statement', async () => {
  const column = { name: 'initial', expression: sql.fragment`left(u.email, 1)`, schema: z.string() };
  const { token } = await open();
  const contributions = (point: string) => (point === 'session.columns' ? [column] : []);
  const app = { ...rules.app, contributions } as unknown as RulesDatabase['app'];
  const loaded = await sessionLoader(app)(rules.database, token);
  assert.equal(loaded && 'data' in loaded && loaded.session.columns, { initial: 'c' });
});

test('a session that has ended or expired, or whose account is inactive, is not found', async () => {
  const loaded = async (spoil: (id: string) => Promise<unknown>) => {
    const { id, token } = await open();
    assert.ok(await load(token));
    await spoil(id);
    return load(token);
  };
  assert.is(await loaded((id) => endSessions(rules.database, { session: id, owner: clerk.id }, 'logout')), undefined);
  assert.is(await loaded((id) => age(id, 'idle_expires_at', '1 second')), undefined);
  assert.is(
    await loaded((id) =>
      rules.database.query(sql.unsafe`
        update rustio_session
        set idle_expires_at = now() - interval '1 second', absolute_expires_at = now() - interval '1 second'
        where id = ${id}::uuid
      `),
    ),
    undefined,
  );
  assert.is(await loaded(() => rules.database.query(sql.unsafe`update rustio_user set active = false`)), undefined);
});

test('a password entered long ago is not recent', async () => {
  const { id, token } = await open();
  await age(id, 'authenticated_at', '16 minutes');
  assert.is((await load(token))?.session.recent, false);
});

test('activity is not recorded while a change of the user locks the session, and nothing waits for it', async () => {
  const { id } = await open();
  await age(id, 'last_seen_at', '2 minutes');
  const isStale = () =>
    rules.database.oneFirst(sql.type(z.object({ stale: z.boolean() }))`
      select last_seen_at < now() - interval '1 minute' as stale from rustio_session where id = ${id}::uuid
    `);
  await withPlainConnection(rules.url, async (change) => {
    await change.query('begin');
    await change.query('select from rustio_session where id = $1 for share', [id]);
    // Waiting for the lock would end in an error, because it is released only afterwards.
    await touchSession(rules.database, id, options);
    assert.is(await isStale(), true);
    await change.query('rollback');
  });
  await touchSession(rules.database, id, options);
  assert.is(await isStale(), false);
});

test('of twenty concurrent stale requests, one writes; requests that are not stale never do', async () => {
  const { id } = await open();
  const touch = () => touchSession(rules.database, id, options);
  const version = () =>
    rules.database.oneFirst(sql.type(z.object({ v: z.string() }))`
      select xmin::text as v from rustio_session where id = ${id}::uuid
    `);
  const first = await version();
  await Promise.all(Array.from({ length: 20 }, touch));
  assert.is(await version(), first);

  await age(id, 'last_seen_at', '2 minutes');
  await rules.database.query(sql.unsafe`
    create table written (n integer);
    `);
  await rules.database.query(sql.unsafe`
    create function note_write() returns trigger language plpgsql as $$
    begin insert into written values (1); return new; end $$
  `);
  await rules.database.query(sql.unsafe`
    create trigger note_write after update on rustio_session for each row execute function note_write()
  `);
  await Promise.all(Array.from({ length: 20 }, touch));
  const writes = await rules.database.oneFirst(sql.type(z.object({ n: z.number() }))`
    select count(*)::integer as n from written
  `);
  assert.is(writes, 1);
});

test('attack: a session that ends during its requests is not revived', async () => {
  for (let round = 0; round < 5; round++) {
    const { id, token } = await open();
    await age(id, 'last_seen_at', '2 minutes');
    await Promise.all([
      ...Array.from({ length: 6 }, () => touchSession(rules.database, id, options)),
      endSessions(rules.database, { session: id, owner: clerk.id }, 'logout'),
      ...Array.from({ length: 6 }, () => touchSession(rules.database, id, options)),
      rules.database.transaction((tx) => rotateSession(tx, id, { trust: 'elevated' })),
    ]);
    assert.is(await endingOf(id), 'logout');
    assert.is(await load(token), undefined);
    assert.is(await rules.database.transaction((tx) => rotateSession(tx, id, { trust: 'mfa_verified' })), undefined);
  }
});

test('the database itself prevents reopening an ended session', async () => {
  const { id } = await open();
  await endSessions(rules.database, { session: id, owner: clerk.id }, 'logout');
  const revive = rules.database.query(sql.unsafe`
    update rustio_session set ended_at = null, ended_reason = null where id = ${id}::uuid
  `);
  await revive.then(
    () => assert.unreachable(),
    (error: unknown) => assert.instance(error, Error),
  );
  assert.is(await endingOf(id), 'logout');
});

test('raising the trust issues another token for the same id and immediately invalidates the old one', async () => {
  const { id, token } = await open();
  await age(id, 'authenticated_at', '1 hour');
  const fresh = await rules.database.transaction((tx) => rotateSession(tx, id, { trust: 'mfa_verified' }));
  assert.ok(fresh);
  assert.is(await load(token), undefined);
  const risen = await load(fresh ?? '');
  assert.is(risen?.session.id, id);
  assert.is(risen?.session.trust, 'mfa_verified');
  assert.is(risen?.session.recent, false);
  const again = await rules.database.transaction((tx) => rotateSession(tx, id, { authenticated: true }));
  const proven = await load(again ?? '');
  assert.is(proven?.session.trust, 'mfa_verified', 'asking for the password again takes no trust away');
  assert.is(proven?.session.recent, true);
});

test('the idle limit never exceeds the absolute one', async () => {
  const { id } = await open();
  await rules.database.query(sql.unsafe`
    update rustio_session
    set absolute_expires_at = now() + interval '1 hour', idle_expires_at = now() + interval '1 minute',
        last_seen_at = now() - interval '2 minutes'
    where id = ${id}::uuid
  `);
  await touchSession(rules.database, id, options);
  const same = await rules.database.oneFirst(sql.type(z.object({ same: z.boolean() }))`
    select idle_expires_at = absolute_expires_at as same from rustio_session where id = ${id}::uuid
  `);
  assert.ok(same);
});

test('a new password, another role and a deactivation end all sessions of the account, each with its event', async () => {
  const { database, events } = rules;
  await rules.user('admin@example.org', 'administrator');
  const changes = [
    {
      reason: 'password_reset_by_other',
      make: () => database.transaction((tx) => setPassword(tx, cli, events, clerk.id, NEW_PASSWORD)),
    },
    {
      reason: 'role_changed_by_other',
      make: () => database.transaction((tx) => changeRole(tx, cli, events, clerk.id, 'supervisor')),
    },
    { reason: 'deactivated', make: () => database.transaction((tx) => setActive(tx, cli, events, clerk.id, false)) },
  ];
  for (const { reason, make } of changes) {
    const [one, two] = [await open(), await open()];
    rules.recorded.length = 0;
    assert.is((await make()).outcome, 'done');
    assert.equal([await endingOf(one.id), await endingOf(two.id)], [reason, reason]);
    assert.is(rules.recorded.filter(({ name }) => name === 'sessions_revoked_by_other').length, 2);
  }
});

test('users who change their own password remain signed in only in that browser', async () => {
  const [here, there] = [await open(), await open()];
  const outcome = await rules.database.transaction((tx) =>
    setPassword(tx, by(clerk, here.id), rules.events, clerk.id, NEW_PASSWORD),
  );
  assert.is(outcome.outcome, 'done');
  assert.is(await endingOf(here.id), null);
  assert.is(await endingOf(there.id), 'password_changed');
});

test('attack: users cannot end another user’s session by its id', async () => {
  const other = await rules.user('other@example.org', 'staff');
  const theirs = await open(other);
  assert.is(await endOwnSession(rules.app, by(clerk), clerk, theirs.id), false);
  assert.is(await endingOf(theirs.id), null);
  for (const garbage of ['', '1', 'x'.repeat(36), `${theirs.id}'--`])
    assert.is(await endOwnSession(rules.app, by(clerk), clerk, garbage), false);
  const mine = await open();
  assert.is(await endOwnSession(rules.app, by(clerk), clerk, mine.id), true);
  assert.is(await endOwnSession(rules.app, by(clerk), clerk, mine.id), false);
});

test('the clean-up ends expired sessions, keeps the others, and deletes those that ended long ago', async () => {
  const [living, over, old] = [await open(), await open(), await open()];
  await age(over.id, 'idle_expires_at', '1 second');
  await rules.database.query(sql.unsafe`
    update rustio_session set ended_at = now() - interval '91 days', ended_reason = 'logout' where id = ${old.id}::uuid
  `);
  rules.recorded.length = 0;
  await endExpiredSessions(rules.app);
  await deleteOldSessions(rules.app);
  assert.is(await endingOf(living.id), null);
  assert.is(await endingOf(over.id), 'expired');
  // An expired session is an event (F16).
  assert.equal(
    rules.recorded.map(({ name, data, context }) => [name, data, context.actor.kind]),
    [['session_expired', { sessionId: over.id }, 'job']],
  );
  assert.is(await rules.database.exists(sql.unsafe`select from rustio_session where id = ${old.id}::uuid`), false);
});

test('a session can be opened for any IP address and device', async () => {
  const strange = [
    { ip: 'fe80::1%eth0', userAgent: 'x'.repeat(2_000) },
    { ip: '', userAgent: '' },
    { ip: null, userAgent: 'NUL \0 and half a sign \ud83d' },
  ];
  for (const { ip, userAgent } of strange) {
    const { token } = await rules.database.transaction((tx) =>
      openSession(tx, { userId: clerk.id, ip, userAgent }, options),
    );
    assert.ok(await load(token));
  }
});

test('contradictory options are rejected, and the defaults are valid', () => {
  assert.equal(sessionOptions.parse({}), {
    idleHours: 8,
    absoluteDays: 14,
    roles: {},
    recentMinutes: 15,
    newDeviceMail: true,
    conditions: [],
  });
  assert.not.ok(sessionOptions.safeParse({ idleHours: 48, absoluteDays: 1 }).success);
  assert.not.ok(sessionOptions.safeParse({ idleHours: 0 }).success);
  assert.not.ok(sessionOptions.safeParse({ idle: 3 }).success);
});

test('any number of expired sessions are ended and later deleted in batches of a thousand (F19)', async () => {
  await rules.database.query(sql.unsafe`
    insert into rustio_session (token_hash, user_id, trust, idle_expires_at, absolute_expires_at, ended_at, ended_reason)
    select
      sha256(n::text::bytea), ${clerk.id}, 'authenticated', now() - interval '1 hour', now() + interval '1 day',
      case when n % 2 = 0 then now() - interval '91 days' end,
      case when n % 2 = 0 then 'logout' end
    from generate_series(1, 4500) n
  `);
  await endExpiredSessions(rules.app);
  await deleteOldSessions(rules.app);
  const rows = sql.type(z.object({ reason: z.string(), n: z.number() }))`
    select coalesce(ended_reason, 'none') as reason, count(*)::int4 as n from rustio_session group by 1
  `;
  assert.equal(
    (await rules.database.any(rows)).map((row) => ({ ...row })),
    [{ reason: 'expired', n: 2250 }],
  );
});
