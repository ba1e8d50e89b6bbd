import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { Transaction } from '../../../core/database/transaction.ts';
import type { AuditContext } from '../../../core/policy/actor.ts';
import { findAccountByEmail } from '../../../plugins/auth/account.ts';
import { changeRole, eraseAccount, setActive, setLock, setPassword } from '../../../plugins/auth/change-account.ts';
import { createUser } from '../../../plugins/auth/create-user.ts';
import { findCredentials, renewHash } from '../../../plugins/auth/credentials.ts';
import { type AccountEdit, editAccount } from '../../../plugins/auth/edit-account.ts';
import { addToGroup } from '../../../plugins/auth/group-members.ts';
import { createGroup } from '../../../plugins/auth/groups.ts';
import type { Outcome } from '../../../plugins/auth/outcome.ts';
import { isOutdated, preparePassword, verifyPassword } from '../../../plugins/auth/password-hash.ts';
import { ensureFirstAdministrator } from '../../../plugins/auth/prepare-development.ts';
import type { Role } from '../../../plugins/auth/roles.ts';
import { findUserActor } from '../../../plugins/auth/user-actor.ts';
import { changeUserGrants } from '../../../plugins/auth/user-permissions.ts';
import { suite } from '../../support/suite.ts';
import { by, cli, openRulesDatabase, PASSWORD, personAs, type RulesDatabase } from './rules-database.ts';

const test = suite('auth: accounts');
let rules: RulesDatabase;
test.before.each(async () => {
  rules = await openRulesDatabase();
});
test.after.each(() => rules.close());

const create = async (context: AuditContext, email: string, role: Role, text?: string) => {
  const user = { email, role, ...(text !== undefined && { password: await preparePassword(text) }) };
  return rules.database.transaction((tx) => createUser(tx, context, rules.events, user));
};
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

test('the last active administrator is kept, even if there are others who cannot sign in', async () => {
  const last = await rules.user('last@example.org', 'administrator');
  const inactive = await rules.user('gone@example.org', 'administrator');
  const locked = await rules.user('locked@example.org', 'administrator');
  const lock = (id: number, until: Date | 'infinity' | null) =>
    rules.database.transaction((tx) => setLock(tx, cli, rules.events, id, until));
  await create(cli, 'invited@example.org', 'administrator'); // without a password
  assert.is((await switchActive(cli, inactive.id, false)).outcome, 'done');
  assert.is((await lock(locked.id, 'infinity')).outcome, 'done');
  const rejected = {
    outcome: 'rejected',
    issue: { key: 'auth.rejected.lastAdministrator', params: { role: 'administrator' } },
  };
  assert.equal(await demote(cli, last.id, 'supervisor'), rejected);
  assert.equal(await switchActive(cli, last.id, false), rejected);
  assert.equal(await lock(last.id, 'infinity'), rejected);
  assert.equal(await rules.database.transaction((tx) => eraseAccount(tx, cli, rules.events, last.id)), rejected);
  assert.is((await demote(cli, locked.id, 'staff')).outcome, 'done', 'a locked one does not count');
  assert.equal(await demote(cli, last.id, 'developer'), { outcome: 'done', changed: true });
  // Nobody is left above administrators if the only developer is lost.
  const heir = await rules.user('heir@example.org', 'administrator');
  assert.equal(await demote(cli, last.id, 'administrator'), {
    outcome: 'rejected',
    issue: { key: 'auth.rejected.lastAdministrator', params: { role: 'developer' } },
  });
  assert.is((await demote(cli, heir.id, 'developer')).outcome, 'done');
  assert.is((await demote(cli, last.id, 'administrator')).outcome, 'done');
});

test('attack: fifty parallel attempts on the last two administrators leave one', async () => {
  for (const role of ['administrator', 'developer'] as const) {
    const crowd = await openRulesDatabase(20);
    try {
      const pair = [await crowd.user('one@example.org', role), await crowd.user('two@example.org', role)];
      const attempts = Array.from({ length: 50 }, (_, i) =>
        crowd.database.transaction(async (tx): Promise<{ outcome: string }> => {
          const id = pair[i % 2]?.id ?? 0;
          if (i % 8 < 2) return changeRole(tx, cli, crowd.events, id, 'staff');
          if (i % 8 < 4) return setActive(tx, cli, crowd.events, id, false);
          if (i % 8 < 6) return setLock(tx, cli, crowd.events, id, 'infinity');
          return eraseAccount(tx, cli, crowd.events, id);
        }),
      );
      const outcomes = await Promise.all(attempts);
      assert.ok(outcomes.some(({ outcome }) => outcome === 'rejected'));
      const left = await crowd.database.oneFirst(sql.type(z.object({ n: z.number() }))`
        select count(*)::integer as n from rustio_user where active and locked_until is null and role = ${role}
      `);
      assert.is(left, 1, role);
    } finally {
      await crowd.close();
    }
  }
});

test('a locked account cannot sign in or act, and nothing tells a stranger that it is locked', async () => {
  const administrator = await rules.user('admin@example.org', 'administrator');
  const clerk = await rules.user('clerk@example.org', 'staff', { password: PASSWORD });
  const lock = (context: AuditContext, id: number, until: Date | 'infinity' | null) =>
    rules.database.transaction((tx) => setLock(tx, context, rules.events, id, until));
  rules.recorded.length = 0;
  assert.equal(await lock(by(administrator), clerk.id, new Date(Date.now() + 60_000)), {
    outcome: 'done',
    changed: true,
  });
  assert.is((await findCredentials(rules.database, clerk.name))?.active, false);
  assert.is(await findUserActor(rules.database, clerk.id), undefined);
  assert.is((await lock(by(administrator), administrator.id, 'infinity')).outcome, 'rejected');
  assert.equal(await lock(by(administrator), clerk.id, null), { outcome: 'done', changed: true });
  assert.equal(await lock(by(administrator), clerk.id, null), { outcome: 'done', changed: false });
  assert.is((await findCredentials(rules.database, clerk.name))?.active, true);
  assert.equal(
    rules.recorded.map(({ name }) => name),
    ['account_locked', 'account_unlocked'],
  );
});

test('an erased account keeps its id under a pseudonym, and nothing else', async () => {
  const administrator = await rules.user('admin@example.org', 'administrator');
  const clerk = await rules.user('clerk@example.org', 'staff', { displayName: 'Clara Clerk', password: PASSWORD });
  await rules.database.transaction((tx) => createGroup(tx, cli, rules.app, { name: 'Desk' }));
  await rules.database.transaction((tx) => addToGroup(tx, cli, rules.app, 'Desk', clerk.id));
  rules.recorded.length = 0;
  const erase = (context: AuditContext, id: number) =>
    rules.database.transaction((tx) => eraseAccount(tx, context, rules.events, id));
  assert.equal(await erase(by(administrator), administrator.id), {
    outcome: 'rejected',
    issue: { key: 'auth.rejected.selfErase' },
  });
  assert.equal(await erase(by(administrator), clerk.id), { outcome: 'done', changed: true });
  assert.equal(await erase(by(administrator), clerk.id), { outcome: 'done', changed: false });
  const row = await rules.database.one(sql.type(z.object({ row: z.string(), groups: z.number() }))`
    select row_to_json(u)::text as row, (select count(*)::integer from rustio_user_group) as groups
    from rustio_user u
    where id = ${clerk.id}
  `);
  assert.not.match(row.row, /clerk@|Clara|argon2/);
  assert.match(row.row, `erased-${clerk.id}@erased.invalid`);
  assert.is(row.groups, 0);
  // Handlers learn the former label, which is not stored.
  const stored = rules.recorded.map(({ erases: _, ...event }) => event);
  assert.not.match(JSON.stringify(stored), /clerk@|Clara/);
  assert.equal(
    rules.recorded.map(({ name }) => name),
    ['user_updated', 'user_erased'],
  );
  // The address is free again, and nothing brings the erased account back.
  assert.is((await create(cli, 'clerk@example.org', 'staff')).outcome, 'done');
  const erased = { outcome: 'rejected', issue: { key: 'auth.rejected.erased' } };
  assert.equal(await switchActive(cli, clerk.id, true), erased);
  assert.equal(await demote(cli, clerk.id, 'staff'), erased);
  const { id } = clerk;
  const another = await preparePassword('another good phrase');
  const changes: readonly ((tx: Transaction) => Promise<Outcome>)[] = [
    (tx) => setPassword(tx, cli, rules.events, id, another),
    (tx) => setLock(tx, cli, rules.events, id, 'infinity'),
    (tx) => editAccount(tx, cli, rules.events, id, { displayName: 'Clara Clerk' }),
    (tx) => addToGroup(tx, cli, rules.app, 'Desk', id),
    (tx) => changeUserGrants(tx, cli, rules.app, id, { add: ['user.view'] }),
  ];
  for (const change of changes) assert.equal(await rules.database.transaction(change), erased, String(change));
});

test('names, addresses and preferences are edited under the same guards; users cannot change their own address', async () => {
  const administrator = await rules.user('admin@example.org', 'administrator');
  const peer = await rules.user('peer@example.org', 'administrator');
  const clerk = await rules.user('clerk@example.org', 'staff');
  const edit = (context: AuditContext, id: number, values: AccountEdit) =>
    rules.database.transaction((tx) => editAccount(tx, context, rules.events, id, values));
  rules.recorded.length = 0;
  assert.equal(await edit(by(clerk), clerk.id, { displayName: ' Clara ', timeZone: 'Europe/Lisbon', locale: 'ar' }), {
    outcome: 'done',
    changed: true,
  });
  assert.is((await edit(by(clerk), clerk.id, { email: 'other@example.org' })).outcome, 'rejected');
  assert.is((await edit(by(clerk), peer.id, { displayName: 'x' })).outcome, 'rejected');
  assert.is((await edit(by(administrator), peer.id, { displayName: 'x' })).outcome, 'rejected');
  assert.is((await edit(by(administrator), clerk.id, { email: 'clara@example.org' })).outcome, 'done');
  assert.is((await edit(by(administrator), clerk.id, { email: 'PEER@example.org' })).outcome, 'invalid');
  assert.is((await edit(by(administrator), clerk.id, { email: 'реег@example.org' })).outcome, 'invalid', 'in Cyrillic');
  assert.is((await edit(by(clerk), clerk.id, { timeZone: 'Mars/Base', locale: '../x' })).outcome, 'invalid');
  assert.equal(
    rules.recorded.map(({ data }) => data),
    [
      {
        before: { displayName: null, locale: null, timeZone: null },
        after: { displayName: 'Clara', locale: 'ar', timeZone: 'Europe/Lisbon' },
      },
      { before: { email: 'clerk@example.org' }, after: { email: 'clara@example.org' } },
    ],
  );
});

test('attack: an address that looks like an existing one is refused at creation', async () => {
  await create(cli, 'pace@example.org', 'staff');
  await create(cli, 'jörg@example.org', 'staff');
  for (const [typed, key] of [
    ['расе@example.org', 'auth.problem.emailLookAlike'], // all Cyrillic before the @
    ['РАСЕ@example.org', 'auth.problem.emailLookAlike'],
    ['pаce@example.org', 'auth.problem.emailMixed'],
    ['pace@exаmple.org', 'auth.problem.emailMixed'],
    ['ｐａｃｅ@example.org', 'auth.problem.emailLookAlike'], // fullwidth
    ['PACE@example.org', 'auth.problem.emailTaken'],
    ['jo\u0308rg@EXAMPLE.org', 'auth.problem.emailTaken'],
  ] as const)
    assert.equal(
      await create(cli, typed, 'staff'),
      { outcome: 'invalid', problems: [{ field: 'email', issue: { key } }] },
      typed,
    );
  for (const typed of [
    'анна@example.org',
    'pace1@example.org',
    'pac@example.org',
    'أحمد@example.org',
    'ελενη@example.org',
  ])
    assert.is((await create(cli, typed, 'staff')).outcome, 'done', typed);
  // Two at the same time, each the look-alike of the other.
  const outcomes = await Promise.all(['оскар', 'ockap'].map((name) => create(cli, `${name}@example.org`, 'staff')));
  assert.equal(outcomes.map(({ outcome }) => outcome).sort(), ['done', 'invalid']);
});

test('attack: a name is one line, without characters that control a terminal or reorder text', async () => {
  const displayName = '\n Ana\r\nRole: developer\u2028\u001b]0;x\u0007 \u202eavliS ';
  const created = await rules.database.transaction((tx) =>
    createUser(tx, cli, rules.events, { email: 'ana@example.org', role: 'staff', displayName }),
  );
  if (created.outcome !== 'done') throw new Error(created.outcome);
  const nameOf = async () => (await findAccountByEmail(rules.database, 'ana@example.org'))?.displayName;
  assert.is(await nameOf(), 'Ana Role: developer ]0;x   avliS');
  const edit = { displayName: 'Ana\tSilva\u2066' };
  await rules.database.transaction((tx) => editAccount(tx, cli, rules.events, created.id, edit));
  assert.is(await nameOf(), 'Ana Silva');
  // Letters that need a joiner keep it.
  await rules.database.transaction((tx) =>
    editAccount(tx, cli, rules.events, created.id, { displayName: 'نام\u200cها' }),
  );
  assert.is(await nameOf(), 'نام\u200cها');
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
  const set = async (context: AuditContext, id: number, text: string) => {
    const password = await preparePassword(text);
    return rules.database.transaction((tx) => setPassword(tx, context, rules.events, id, password));
  };
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
  const start = () => ensureFirstAdministrator(rules.database, cli, rules.events);
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
  const created = await ensureFirstAdministrator(rules.database, cli, rules.events);
  assert.is(created?.email, 'admin2@example.com');
});

test('an actor who is not in the database gets no permissions', async () => {
  const clerk = await rules.user('clerk@example.org', 'staff');
  assert.is((await demote(by(personAs(clerk.id + 1, 'staff')), clerk.id, 'user')).outcome, 'rejected');
});
