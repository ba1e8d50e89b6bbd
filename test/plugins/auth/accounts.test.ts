import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { AuditContext } from '../../../core/actor.ts';
import { findAccountByEmail } from '../../../plugins/auth/account.ts';
import { changeRole, setActive } from '../../../plugins/auth/change-account.ts';
import { createUser } from '../../../plugins/auth/create-user.ts';
import { findCredentials, renewHash } from '../../../plugins/auth/credentials.ts';
import { ensureFirstAdministrator } from '../../../plugins/auth/first-administrator.ts';
import { isOutdated, verifyPassword } from '../../../plugins/auth/password-hash.ts';
import type { Role } from '../../../plugins/auth/roles.ts';
import { setPassword } from '../../../plugins/auth/set-password.ts';
import { suite } from '../../support/suite.ts';
import { by, cli, type House, openHouse, PASSWORD, personAs } from './house.ts';

const test = suite('auth: accounts');
let house: House;
test.before.each(async () => {
  house = await openHouse();
});
test.after.each(() => house.close());

const create = (cause: AuditContext, email: string, role: Role, password?: string) =>
  house.database.transaction((tx) =>
    createUser(tx, cause, house.events, { email, role, ...(password !== undefined && { password }) }),
  );
const demote = (cause: AuditContext, id: number, role: Role) =>
  house.database.transaction((tx) => changeRole(tx, cause, house.events, id, role));
const switchActive = (cause: AuditContext, id: number, active: boolean) =>
  house.database.transaction((tx) => setActive(tx, cause, house.events, id, active));
const commanders = () =>
  house.database.oneFirst(sql.type(z.object({ n: z.number() }))`
    select count(*)::integer as n from rustio_user where active and role in ('administrator', 'developer')
  `);

test('an account is stored as typed, with a hash and never the password, and is recorded without either', async () => {
  const made = await create(cli, ' Jane@Example.org ', 'staff', PASSWORD);
  assert.is(made.outcome, 'done');
  const found = await findCredentials(house.database, 'jane@example.ORG');
  assert.is(found?.email, 'Jane@Example.org');
  assert.ok(await verifyPassword(found?.password_hash, PASSWORD));
  const [event] = house.recorded;
  assert.is(event?.name, 'user_created');
  assert.is(event?.subject?.label, 'Jane@Example.org');
  assert.not.match(JSON.stringify(event), /argon2|correct horse/);
});

test('an address that differs only in case is taken, and the transaction goes on', async () => {
  await create(cli, 'jane@example.org', 'staff');
  const outcomes = await house.database.transaction(async (tx) => {
    const second = await createUser(tx, cli, house.events, { email: 'JANE@example.org', role: 'staff' });
    const third = await createUser(tx, cli, house.events, { email: 'joan@example.org', role: 'staff' });
    return [second, third];
  });
  assert.equal(outcomes[0], {
    outcome: 'invalid',
    problems: [{ field: 'email', issue: { key: 'auth.problem.emailTaken' } }],
  });
  assert.is(outcomes[1]?.outcome, 'done');
});

test('all that is wrong with a new account is told at once', async () => {
  const made = await create(cli, 'not an address', 'staff', 'short');
  assert.equal(made.outcome === 'invalid' && made.problems.map((problem) => problem.field), ['email', 'password']);
});

test('an administrator creates accounts up to his own role, somebody from staff none', async () => {
  const administrator = await house.user('admin@example.org', 'administrator');
  assert.is((await create(by(administrator), 'a@example.org', 'administrator')).outcome, 'done');
  assert.is((await create(by(administrator), 'd@example.org', 'developer')).outcome, 'refused');
  const clerk = await house.user('clerk@example.org', 'staff');
  assert.is((await create(by(clerk), 'u@example.org', 'user')).outcome, 'refused');
  assert.is(await findAccountByEmail(house.database, 'u@example.org'), null);
});

test('a change of role is recorded with before and after, and one that changes nothing is not', async () => {
  await house.user('admin@example.org', 'administrator');
  const clerk = await house.user('clerk@example.org', 'staff');
  house.recorded.length = 0;
  assert.equal(await demote(cli, clerk.id, 'supervisor'), { outcome: 'done', changed: true });
  assert.equal(await demote(cli, clerk.id, 'supervisor'), { outcome: 'done', changed: false });
  assert.equal(
    house.recorded.map(({ name, data }) => ({ name, data })),
    [{ name: 'user_updated', data: { before: { role: 'staff' }, after: { role: 'supervisor' } } }],
  );
});

test('the guards hold when a person asks: peers, those above, the own account, a role above the own', async () => {
  const developer = await house.user('dev@example.org', 'developer');
  const administrator = await house.user('admin@example.org', 'administrator');
  const peer = await house.user('peer@example.org', 'administrator');
  const clerk = await house.user('clerk@example.org', 'staff');
  const refusals = [
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
  assert.equal(new Set(refusals.map(({ outcome }) => outcome)), new Set(['refused']));
  assert.is((await demote(by(developer), administrator.id, 'staff')).outcome, 'done');
  assert.is((await switchActive(by(peer), clerk.id, false)).outcome, 'done');
});

test('the last active administrator stays, whoever asks, also when inactive ones are left', async () => {
  const last = await house.user('last@example.org', 'administrator');
  const inactive = await house.user('gone@example.org', 'developer');
  assert.is((await switchActive(cli, inactive.id, false)).outcome, 'done');
  const refused = { outcome: 'refused', issue: { key: 'auth.refused.lastCommander' } };
  assert.equal(await demote(cli, last.id, 'supervisor'), refused);
  assert.equal(await switchActive(cli, last.id, false), refused);
  assert.equal(await demote(cli, last.id, 'developer'), { outcome: 'done', changed: true });
});

test('attack: twenty demotions at once of all administrators leave one', async () => {
  const crowd = await openHouse(20);
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
    assert.is(outcomes.filter(({ outcome }) => outcome === 'refused').length, 1);
    const left = await crowd.database.oneFirst(sql.type(z.object({ n: z.number() }))`
      select count(*)::integer as n from rustio_user where active and role = 'administrator'
    `);
    assert.is(left, 1);
  } finally {
    await crowd.close();
  }
});

test('attack: two administrators who are demoted by each other’s superiors at once cannot both fall', async () => {
  const [a, b] = [await house.user('a@example.org', 'developer'), await house.user('b@example.org', 'developer')];
  await Promise.all([switchActive(cli, a.id, false), demote(cli, b.id, 'user')]);
  assert.is(await commanders(), 1);
});

test('a new password is hashed, stamped and recorded by who did it', async () => {
  const administrator = await house.user('admin@example.org', 'administrator');
  const clerk = await house.user('clerk@example.org', 'staff', { password: PASSWORD });
  const set = (cause: AuditContext, id: number, password: string) =>
    house.database.transaction((tx) => setPassword(tx, cause, house.events, id, password));
  house.recorded.length = 0;
  assert.is((await set(by(clerk), clerk.id, 'another good phrase')).outcome, 'done');
  assert.is((await set(by(administrator), clerk.id, 'a third good phrase')).outcome, 'done');
  assert.is((await set(by(clerk), administrator.id, 'a fourth good phrase')).outcome, 'refused');
  assert.is((await set(by(clerk), clerk.id, 'clerk@example.org')).outcome, 'invalid');
  assert.is((await set(cli, 999_999, 'a fifth good phrase')).outcome, 'missing');
  assert.equal(
    house.recorded.map(({ name }) => name),
    ['password_changed_self', 'password_reset_by_other'],
  );
  const found = await findCredentials(house.database, 'clerk@example.org');
  assert.ok(await verifyPassword(found?.password_hash, 'a third good phrase'));
  assert.not.match(JSON.stringify(house.recorded), /good phrase|argon2/);
});

test('a change that an event handler refuses leaves nothing behind', async () => {
  const clerk = await house.user('clerk@example.org', 'staff');
  const failing = { record: () => Promise.reject(new Error('the trail is full')) };
  const attempt = house.database.transaction((tx) => changeRole(tx, cli, failing, clerk.id, 'supervisor'));
  await attempt.then(
    () => assert.unreachable(),
    (error: unknown) => assert.match(String(error), 'the trail is full'),
  );
  assert.is((await findAccountByEmail(house.database, 'clerk@example.org'))?.role, 'staff');
});

test('an older hash is renewed once its password was verified, and not when it has changed meanwhile', async () => {
  const clerk = await house.user('clerk@example.org', 'staff', { password: PASSWORD });
  const weak = '$argon2id$v=19$m=4096,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaA';
  await house.database.query(sql.unsafe`update rustio_user set password_hash = ${weak} where id = ${clerk.id}`);
  const before = await findCredentials(house.database, clerk.name);
  if (!before) throw new Error('the account is there');
  await renewHash(house.database, before, PASSWORD);
  const after = await findCredentials(house.database, clerk.name);
  assert.not.ok(isOutdated(after?.password_hash ?? weak));
  assert.ok(await verifyPassword(after?.password_hash, PASSWORD));
  await renewHash(house.database, before, 'somebody else’s phrase');
  assert.ok(await verifyPassword((await findCredentials(house.database, clerk.name))?.password_hash, PASSWORD));
});

test('the first start makes one administrator, however many processes start, and no second one later', async () => {
  const start = () => house.database.transaction((tx) => ensureFirstAdministrator(tx, cli, house.events));
  const made = (await Promise.all([start(), start(), start()])).filter((each) => each !== undefined);
  assert.is(made.length, 1);
  const [first] = made;
  assert.is(first?.email, 'admin@example.com');
  const found = await findCredentials(house.database, first?.email ?? '');
  assert.ok(await verifyPassword(found?.password_hash, first?.password ?? ''));
  assert.is(await start(), undefined);
});

test('a first administrator is made beside an inactive one of the same address', async () => {
  await house.user('admin@example.com', 'staff');
  const made = await house.database.transaction((tx) => ensureFirstAdministrator(tx, cli, house.events));
  assert.is(made?.email, 'admin2@example.com');
});

test('an actor who is unknown to the database gets no right out of thin air', async () => {
  const clerk = await house.user('clerk@example.org', 'staff');
  assert.is((await demote(by(personAs(clerk.id + 1, 'staff')), clerk.id, 'user')).outcome, 'refused');
});
