import fc from 'fast-check';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { Person } from '../../../core/actor.ts';
import { changeRole, setActive } from '../../../plugins/auth/change-account.ts';
import { setPassword } from '../../../plugins/auth/set-password.ts';
import { endSessions } from '../../../plugins/sessions/end-sessions.ts';
import { sessionLoader } from '../../../plugins/sessions/load-session.ts';
import { openSession, rotateSession, touchSession } from '../../../plugins/sessions/open-session.ts';
import { sessionOptions } from '../../../plugins/sessions/options.ts';
import { endOwnSession } from '../../../plugins/sessions/own-sessions.ts';
import { sweepSessions } from '../../../plugins/sessions/sweep.ts';
import { hashOfToken, looksLikeToken, newToken } from '../../../plugins/sessions/token.ts';
import { suite } from '../../support/suite.ts';
import { by, cli, type House, openHouse } from '../auth/house.ts';

const test = suite('sessions: rules');
let house: House;
let clerk: Person;
test.before.each(async () => {
  house = await openHouse(20);
  clerk = await house.user('clerk@example.org', 'staff');
});
test.after.each(() => house.close());

const options = sessionOptions.parse({});
const open = (person = clerk) =>
  house.database.transaction((tx) =>
    openSession(tx, { userId: person.id, ip: '192.0.2.7', userAgent: 'a browser' }, options),
  );
const load = (token: string) => sessionLoader(house.app)(house.database, token);
const age = (id: string, column: string, by_: string) =>
  house.database.query(sql.unsafe`
    update rustio_session
    set ${sql.identifier([column])} = now() - ${by_}::interval
    where id = ${id}::uuid
  `);
const endingOf = (id: string) =>
  house.database.oneFirst(sql.type(z.object({ ended_reason: z.string().nullable() }))`
    select ended_reason from rustio_session where id = ${id}::uuid
  `);

test('a token is 256 bits, never the same, and its hash is what the database keeps', async () => {
  const tokens = Array.from({ length: 100 }, newToken);
  assert.is(new Set(tokens).size, 100);
  assert.ok(tokens.every(looksLikeToken));
  const { token } = await open();
  const rows = await house.database.any(sql.type(z.object({ row: z.string(), hash: z.string() }))`
    select s::text as row, encode(token_hash, 'hex') as hash from rustio_session s
  `);
  assert.is(rows.length, 1);
  assert.not.ok(rows[0]?.row.includes(token));
  assert.is(rows[0]?.hash, hashOfToken(token).toString('hex'));
});

test('what is no token is told apart without a database', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      assert.is(looksLikeToken(text), /^[A-Za-z0-9_-]{43}$/.test(text));
    }),
  );
});

test('one statement finds session, person and permissions', async () => {
  await house.database.query(sql.unsafe`insert into rustio_user_permission values (${clerk.id}, 'strike.view')`);
  const { id, token } = await open();
  const found = await load(token);
  assert.is(found?.session.id, id);
  assert.is(found?.session.trust, 'authenticated');
  assert.is(found?.session.recent, true);
  assert.is(found?.person.id, clerk.id);
  assert.is(found?.person.role, 'staff');
  assert.equal([...(found?.person.permissions ?? [])], ['strike.view']);
  assert.is(found?.stale, false);
});

test('a plugin may read more with the same statement', async () => {
  const column = { name: 'initial', expression: sql.fragment`left(u.email, 1)`, schema: z.string() };
  const { token } = await open();
  const contributions = (point: string) => (point === 'session.columns' ? [column] : []);
  const app = { ...house.app, contributions } as unknown as House['app'];
  const found = await sessionLoader(app)(house.database, token);
  assert.equal(found?.session.columns, { initial: 'c' });
});

test('a session that has ended, run out, or whose account is inactive is not found', async () => {
  const found = async (spoil: (id: string) => Promise<unknown>) => {
    const { id, token } = await open();
    assert.ok(await load(token));
    await spoil(id);
    return load(token);
  };
  assert.is(await found((id) => endSessions(house.database, { session: id, owner: clerk.id }, 'logout')), undefined);
  assert.is(await found((id) => age(id, 'idle_expires_at', '1 second')), undefined);
  assert.is(
    await found((id) =>
      house.database.query(sql.unsafe`
        update rustio_session
        set idle_expires_at = now() - interval '1 second', absolute_expires_at = now() - interval '1 second'
        where id = ${id}::uuid
      `),
    ),
    undefined,
  );
  assert.is(await found(() => house.database.query(sql.unsafe`update rustio_user set active = false`)), undefined);
});

test('a password asked for long ago is not recent', async () => {
  const { id, token } = await open();
  await age(id, 'authenticated_at', '16 minutes');
  assert.is((await load(token))?.session.recent, false);
});

test('of twenty stale requests at once one writes, and none that is not stale', async () => {
  const { id } = await open();
  const touch = () => touchSession(house.database, id, options);
  const version = () =>
    house.database.oneFirst(sql.type(z.object({ v: z.string() }))`
      select xmin::text as v from rustio_session where id = ${id}::uuid
    `);
  const first = await version();
  await Promise.all(Array.from({ length: 20 }, touch));
  assert.is(await version(), first);

  await age(id, 'last_seen_at', '2 minutes');
  await house.database.query(sql.unsafe`
    create table written (n integer);
    `);
  await house.database.query(sql.unsafe`
    create function note_write() returns trigger language plpgsql as $$
    begin insert into written values (1); return new; end $$
  `);
  await house.database.query(sql.unsafe`
    create trigger note_write after update on rustio_session for each row execute function note_write()
  `);
  await Promise.all(Array.from({ length: 20 }, touch));
  const writes = await house.database.oneFirst(sql.type(z.object({ n: z.number() }))`
    select count(*)::integer as n from written
  `);
  assert.is(writes, 1);
});

test('attack: a session that ends while requests of it are under way stays ended', async () => {
  for (let round = 0; round < 5; round++) {
    const { id, token } = await open();
    await age(id, 'last_seen_at', '2 minutes');
    await Promise.all([
      ...Array.from({ length: 6 }, () => touchSession(house.database, id, options)),
      endSessions(house.database, { session: id, owner: clerk.id }, 'logout'),
      ...Array.from({ length: 6 }, () => touchSession(house.database, id, options)),
      house.database.transaction((tx) => rotateSession(tx, id, { trust: 'elevated' })),
    ]);
    assert.is(await endingOf(id), 'logout');
    assert.is(await load(token), undefined);
    assert.is(await house.database.transaction((tx) => rotateSession(tx, id, { trust: 'mfa_verified' })), undefined);
  }
});

test('the database itself lets nobody bring an ended session back', async () => {
  const { id } = await open();
  await endSessions(house.database, { session: id, owner: clerk.id }, 'logout');
  const revive = house.database.query(sql.unsafe`
    update rustio_session set ended_at = null, ended_reason = null where id = ${id}::uuid
  `);
  await revive.then(
    () => assert.unreachable(),
    (error: unknown) => assert.instance(error, Error),
  );
  assert.is(await endingOf(id), 'logout');
});

test('more trust means another token under the same id, and the old one is dead at once', async () => {
  const { id, token } = await open();
  await age(id, 'authenticated_at', '1 hour');
  const fresh = await house.database.transaction((tx) => rotateSession(tx, id, { trust: 'mfa_verified' }));
  assert.ok(fresh);
  assert.is(await load(token), undefined);
  const risen = await load(fresh ?? '');
  assert.is(risen?.session.id, id);
  assert.is(risen?.session.trust, 'mfa_verified');
  assert.is(risen?.session.recent, false);
  const again = await house.database.transaction((tx) => rotateSession(tx, id, { authenticated: true }));
  const proven = await load(again ?? '');
  assert.is(proven?.session.trust, 'mfa_verified', 'asking for the password again takes no trust away');
  assert.is(proven?.session.recent, true);
});

test('the idle limit never passes the absolute one', async () => {
  const { id } = await open();
  await house.database.query(sql.unsafe`
    update rustio_session
    set absolute_expires_at = now() + interval '1 hour', idle_expires_at = now() + interval '1 minute',
        last_seen_at = now() - interval '2 minutes'
    where id = ${id}::uuid
  `);
  await touchSession(house.database, id, options);
  const same = await house.database.oneFirst(sql.type(z.object({ same: z.boolean() }))`
    select idle_expires_at = absolute_expires_at as same from rustio_session where id = ${id}::uuid
  `);
  assert.ok(same);
});

test('a new password, another role and a deactivation end all sessions of the account, each with its event', async () => {
  const { database, events } = house;
  await house.user('admin@example.org', 'administrator');
  const changes = [
    {
      reason: 'password_reset_by_other',
      make: () => database.transaction((tx) => setPassword(tx, cli, events, clerk.id, 'a new good phrase')),
    },
    {
      reason: 'role_changed_by_other',
      make: () => database.transaction((tx) => changeRole(tx, cli, events, clerk.id, 'supervisor')),
    },
    { reason: 'deactivated', make: () => database.transaction((tx) => setActive(tx, cli, events, clerk.id, false)) },
  ];
  for (const { reason, make } of changes) {
    const [one, two] = [await open(), await open()];
    house.recorded.length = 0;
    assert.is((await make()).outcome, 'done');
    assert.equal([await endingOf(one.id), await endingOf(two.id)], [reason, reason]);
    assert.is(house.recorded.filter(({ name }) => name === 'sessions_revoked_by_other').length, 2);
  }
});

test('whoever changes his own password stays signed in where he does it, and nowhere else', async () => {
  const [here, there] = [await open(), await open()];
  const outcome = await house.database.transaction((tx) =>
    setPassword(tx, by(clerk, here.id), house.events, clerk.id, 'a new good phrase'),
  );
  assert.is(outcome.outcome, 'done');
  assert.is(await endingOf(here.id), null);
  assert.is(await endingOf(there.id), 'user_requested');
});

test('attack: nobody ends the session of somebody else by its id', async () => {
  const other = await house.user('other@example.org', 'staff');
  const theirs = await open(other);
  assert.is(await endOwnSession(house.app, by(clerk), clerk, theirs.id), false);
  assert.is(await endingOf(theirs.id), null);
  for (const garbage of ['', '1', 'x'.repeat(36), `${theirs.id}'--`])
    assert.is(await endOwnSession(house.app, by(clerk), clerk, garbage), false);
  const mine = await open();
  assert.is(await endOwnSession(house.app, by(clerk), clerk, mine.id), true);
  assert.is(await endOwnSession(house.app, by(clerk), clerk, mine.id), false);
});

test('the sweep ends what has run out, leaves the rest, and forgets what ended long ago', async () => {
  const [living, over, old] = [await open(), await open(), await open()];
  await age(over.id, 'idle_expires_at', '1 second');
  await house.database.query(sql.unsafe`
    update rustio_session set ended_at = now() - interval '91 days', ended_reason = 'logout' where id = ${old.id}::uuid
  `);
  await sweepSessions(house.database);
  assert.is(await endingOf(living.id), null);
  assert.is(await endingOf(over.id), 'expired');
  assert.is(await house.database.exists(sql.unsafe`select from rustio_session where id = ${old.id}::uuid`), false);
});

test('a session opens for addresses and devices of every sort', async () => {
  const strange = [
    { ip: 'fe80::1%eth0', userAgent: 'x'.repeat(2_000) },
    { ip: '', userAgent: '' },
    { ip: null, userAgent: 'NUL \0 and half a sign \ud83d' },
  ];
  for (const { ip, userAgent } of strange) {
    const { token } = await house.database.transaction((tx) =>
      openSession(tx, { userId: clerk.id, ip, userAgent }, options),
    );
    assert.ok(await load(token));
  }
});

test('options that contradict each other are refused, and the defaults are sound', () => {
  assert.equal(sessionOptions.parse({}), { idleHours: 12, absoluteDays: 14, recentMinutes: 15 });
  assert.not.ok(sessionOptions.safeParse({ idleHours: 48, absoluteDays: 1 }).success);
  assert.not.ok(sessionOptions.safeParse({ idleHours: 0 }).success);
  assert.not.ok(sessionOptions.safeParse({ idle: 3 }).success);
});
