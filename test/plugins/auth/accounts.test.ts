import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { AuditContext } from '../../../core/policy/actor.ts';
import { findAccountByEmail } from '../../../plugins/auth/account.ts';
import { changeRole, setActive, setPassword } from '../../../plugins/auth/change-account.ts';
import { createUser } from '../../../plugins/auth/create-user.ts';
import { findCredentials, renewHash } from '../../../plugins/auth/credentials.ts';
import { inHashingQueue } from '../../../plugins/auth/hashing-queue.ts';
import { isOutdated, verifyPassword } from '../../../plugins/auth/password-hash.ts';
import { ensureFirstAdministrator } from '../../../plugins/auth/prepare-development.ts';
import type { Role } from '../../../plugins/auth/roles.ts';
import { suite } from '../../support/suite.ts';
import { by, cli, openRulesDatabase, PASSWORD, personAs, type RulesDatabase } from './rules-database.ts';

const test = suite('auth: accounts');
let rules: RulesDatabase;
test.before.each(async () => {
  rules = await openRulesDatabase();
});
test.after.each(() => rules.close());

const create = (context: AuditContext, email: string, role: Role, password?: string) =>
  rules.database.transaction((tx) =>
    createUser(tx, context, rules.events, { email, role, ...(password !== undefined && { password }) }),
  );
const demote = (context: AuditContext, id: number, role: Role) =>
  rules.database.transaction((tx) => changeRole(tx, context, rules.events, id, role));
const switchActive = (context: AuditContext, id: number, active: boolean) =>
  rules.database.transaction((tx) => setActive(tx, context, rules.events, id, active));
const commanders = () =>
  rules.database.oneFirst(sql.type(z.object({ n: z.number() }))`
    select count(*)::integer as n from rustio_user where active and role in ('administrator', 'developer')
  `);

test('an account is stored as typed, with a hash and never the password, and is recorded without either', async () => {
  const created = await create(cli, ' Jane@Example.org ', 'staff', PASSWORD);
  assert.is(created.outcome, 'done');
  const credentials = await findCredentials(rules.database, 'jane@example.ORG');
  assert.is(credentials?.email, 'Jane@Example.org');
  assert.ok(await verifyPassword(credentials?.password_hash, PASSWORD));
  const [event] = rules.recorded;
  assert.is(event?.name, 'user_created');
  assert.is(event?.subject?.label, 'Jane@Example.org');
  assert.not.match(JSON.stringify(event), /argon2|correct horse/);
});

test('an address that differs only in case is rejected as taken, and the transaction continues', async () => {
  await create(cli, 'jane@example.org', 'staff');
  const outcomes = await rules.database.transaction(async (tx) => {
    const second = await createUser(tx, cli, rules.events, { email: 'JANE@example.org', role: 'staff' });
    const third = await createUser(tx, cli, rules.events, { email: 'joan@example.org', role: 'staff' });
    return [second, third];
  });
  assert.equal(outcomes[0], {
    outcome: 'invalid',
    problems: [{ field: 'email', issue: { key: 'auth.problem.emailTaken' } }],
  });
  assert.is(outcomes[1]?.outcome, 'done');
});

test('all problems of a new account are reported together', async () => {
  const created = await create(cli, 'not an address', 'staff', 'short');
  assert.equal(created.outcome === 'invalid' && created.problems.map((problem) => problem.field), [
    'email',
    'password',
  ]);
});

test('administrators can create accounts up to their own role; staff cannot create any', async () => {
  const administrator = await rules.user('admin@example.org', 'administrator');
  assert.is((await create(by(administrator), 'a@example.org', 'administrator')).outcome, 'done');
  assert.is((await create(by(administrator), 'd@example.org', 'developer')).outcome, 'rejected');
  const clerk = await rules.user('clerk@example.org', 'staff');
  assert.is((await create(by(clerk), 'u@example.org', 'user')).outcome, 'rejected');
  assert.is(await findAccountByEmail(rules.database, 'u@example.org'), null);
});

test('a change of role is recorded with before and after; one that changes nothing is not', async () => {
  await rules.user('admin@example.org', 'administrator');
  const clerk = await rules.user('clerk@example.org', 'staff');
  rules.recorded.length = 0;
  assert.equal(await demote(cli, clerk.id, 'supervisor'), { outcome: 'done', changed: true });
  assert.equal(await demote(cli, clerk.id, 'supervisor'), { outcome: 'done', changed: false });
  assert.equal(
    rules.recorded.map(({ name, data }) => ({ name, data })),
    [{ name: 'user_updated', data: { before: { role: 'staff' }, after: { role: 'supervisor' } } }],
  );
});

test('the guards apply to users: equal rank, higher rank, their own account, a role above their own', async () => {
  const developer = await rules.user('dev@example.org', 'developer');
  const administrator = await rules.user('admin@example.org', 'administrator');
  const peer = await rules.user('peer@example.org', 'administrator');
  const clerk = await rules.user('clerk@example.org', 'staff');
  const rejections = [
    await demote(by(administrator), peer.id, 'staff'),
    await demote(by(administrator), developer.id, 'staff'),
    await demote(by(administrator), administrator.id, 'staff'),
    await demote(by(administrator), administrator.id, 'developer'),
    await demote(by(administrator), clerk.id, 'developer'),
    await demote(by(clerk), clerk.id, 'administrator'),
    await switchActive(by(administrator), administrator.id, false),
    await switchActive(by(administrator), peer.id, false),
    await switchActive(by(clerk), administrator.id, false),
  ];
  assert.equal(new Set(rejections.map(({ outcome }) => outcome)), new Set(['rejected']));
  assert.is((await demote(by(developer), administrator.id, 'staff')).outcome, 'done');
  assert.is((await switchActive(by(peer), clerk.id, false)).outcome, 'done');
});

test('the last active administrator is kept, even if there are inactive ones', async () => {
  const last = await rules.user('last@example.org', 'administrator');
  const inactive = await rules.user('gone@example.org', 'developer');
  assert.is((await switchActive(cli, inactive.id, false)).outcome, 'done');
  const rejected = { outcome: 'rejected', issue: { key: 'auth.rejected.lastAdministrator' } };
  assert.equal(await demote(cli, last.id, 'supervisor'), rejected);
  assert.equal(await switchActive(cli, last.id, false), rejected);
  assert.equal(await demote(cli, last.id, 'developer'), { outcome: 'done', changed: true });
});

test('attack: demoting twenty administrators concurrently leaves one', async () => {
  const crowd = await openRulesDatabase(20);
  try {
    const people = [];
    for (let i = 0; i < 20; i++) people.push(await crowd.user(`admin${i}@example.org`, 'administrator'));
    const outcomes = await Promise.all(
      people.map(({ id }) =>
        crowd.database.transaction((tx) =>
          id % 2 === 0 ? changeRole(tx, cli, crowd.events, id, 'staff') : setActive(tx, cli, crowd.events, id, false),
        ),
      ),
    );
    assert.is(outcomes.filter(({ outcome }) => outcome === 'done').length, 19);
    assert.is(outcomes.filter(({ outcome }) => outcome === 'rejected').length, 1);
    const left = await crowd.database.oneFirst(sql.type(z.object({ n: z.number() }))`
      select count(*)::integer as n from rustio_user where active and role = 'administrator'
    `);
    assert.is(left, 1);
  } finally {
    await crowd.close();
  }
});

test('attack: two administrators cannot both be demoted concurrently by different superiors', async () => {
  const [a, b] = [await rules.user('a@example.org', 'developer'), await rules.user('b@example.org', 'developer')];
  await Promise.all([switchActive(cli, a.id, false), demote(cli, b.id, 'user')]);
  assert.is(await commanders(), 1);
});

test('a new password is hashed, dated and recorded with the user who set it', async () => {
  const administrator = await rules.user('admin@example.org', 'administrator');
  const clerk = await rules.user('clerk@example.org', 'staff', { password: PASSWORD });
  const set = (context: AuditContext, id: number, password: string) =>
    rules.database.transaction((tx) => setPassword(tx, context, rules.events, id, password));
  rules.recorded.length = 0;
  assert.is((await set(by(clerk), clerk.id, 'another good phrase')).outcome, 'done');
  assert.is((await set(by(administrator), clerk.id, 'a third good phrase')).outcome, 'done');
  assert.is((await set(by(clerk), administrator.id, 'a fourth good phrase')).outcome, 'rejected');
  assert.is((await set(by(clerk), clerk.id, 'clerk@example.org')).outcome, 'invalid');
  assert.is((await set(cli, 999_999, 'a fifth good phrase')).outcome, 'missing');
  assert.equal(
    rules.recorded.map(({ name }) => name),
    ['password_changed_self', 'password_reset_by_other'],
  );
  const credentials = await findCredentials(rules.database, 'clerk@example.org');
  assert.ok(await verifyPassword(credentials?.password_hash, 'a third good phrase'));
  assert.not.match(JSON.stringify(rules.recorded), /good phrase|argon2/);
});

test('race: no account is locked while a password is being hashed', async () => {
  const administrator = await rules.user('boss@example.org', 'administrator');
  const clerk = await rules.user('queue@example.org', 'staff', { password: PASSWORD });
  const release = Promise.withResolvers<void>();
  // Both places of the queue are taken until then.
  const blocking = [0, 1].map(() => inHashingQueue('', () => release.promise));
  const setting = rules.database.transaction((tx) =>
    setPassword(tx, by(administrator), rules.events, clerk.id, 'a new good phrase'),
  );
  const creating = rules.database.transaction((tx) =>
    createUser(tx, by(administrator), rules.events, { email: 'new@example.org', role: 'staff', password: PASSWORD }),
  );
  try {
    const opened = sql.type(z.object({ n: z.number() }))`
      select count(*)::integer as n from pg_stat_activity
      where datname = current_database() and state = 'idle in transaction'
    `;
    while ((await rules.database.oneFirst(opened)) < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await rules.database.transaction((tx) =>
      tx.query(sql.unsafe`
        select from rustio_user where id in (${administrator.id}, ${clerk.id}) for update nowait
      `),
    );
  } finally {
    release.resolve();
    await Promise.all(blocking);
  }
  assert.is((await setting).outcome, 'done');
  assert.is((await creating).outcome, 'done');
});

test('a change rejected by an event handler leaves nothing behind', async () => {
  const clerk = await rules.user('clerk@example.org', 'staff');
  const failing = { ...rules.events, record: () => Promise.reject(new Error('the trail is full')) };
  const attempt = rules.database.transaction((tx) => changeRole(tx, cli, failing, clerk.id, 'supervisor'));
  await attempt.then(
    () => assert.unreachable(),
    (error: unknown) => assert.match(String(error), 'the trail is full'),
  );
  assert.is((await findAccountByEmail(rules.database, 'clerk@example.org'))?.role, 'staff');
});

test('an outdated hash is renewed after its password was verified, but not if it has been changed since', async () => {
  const clerk = await rules.user('clerk@example.org', 'staff', { password: PASSWORD });
  const weak = '$argon2id$v=19$m=4096,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaA';
  await rules.database.query(sql.unsafe`update rustio_user set password_hash = ${weak} where id = ${clerk.id}`);
  const before = await findCredentials(rules.database, clerk.name);
  if (!before) throw new Error('the account is there');
  await renewHash(rules.database, before, PASSWORD);
  const after = await findCredentials(rules.database, clerk.name);
  assert.not.ok(isOutdated(after?.password_hash ?? weak));
  assert.ok(await verifyPassword(after?.password_hash, PASSWORD));
  await renewHash(rules.database, before, 'somebody else’s phrase');
  assert.ok(await verifyPassword((await findCredentials(rules.database, clerk.name))?.password_hash, PASSWORD));
});

test('the first start creates one administrator, however many processes start, and later starts create none', async () => {
  const start = () => rules.database.transaction((tx) => ensureFirstAdministrator(tx, cli, rules.events));
  const created = (await Promise.all([start(), start(), start()])).filter((each) => each !== undefined);
  assert.is(created.length, 1);
  const [first] = created;
  assert.is(first?.email, 'admin@example.com');
  const credentials = await findCredentials(rules.database, first?.email ?? '');
  assert.ok(await verifyPassword(credentials?.password_hash, first?.password ?? ''));
  assert.is(await start(), undefined);
});

test('a first administrator is created next to an inactive one with the same address', async () => {
  await rules.user('admin@example.com', 'staff');
  const created = await rules.database.transaction((tx) => ensureFirstAdministrator(tx, cli, rules.events));
  assert.is(created?.email, 'admin2@example.com');
});

test('an actor who is not in the database gets no permissions', async () => {
  const clerk = await rules.user('clerk@example.org', 'staff');
  assert.is((await demote(by(personAs(clerk.id + 1, 'staff')), clerk.id, 'user')).outcome, 'rejected');
});
