// Creating, revoking and ending tokens.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { AuditContext, UserActor } from '../../../core/policy/actor.ts';
import { eraseAccount, setActive, setLock, setPassword } from '../../../plugins/auth/change-account.ts';
import { createUser } from '../../../plugins/auth/create-user.ts';
import { preparePassword } from '../../../plugins/auth/password-hash.ts';
import type { Role } from '../../../plugins/auth/roles.ts';
import { findUserActor } from '../../../plugins/auth/user-actor.ts';
import { changeUserGrants } from '../../../plugins/auth/user-permissions.ts';
import { createToken, type TokenRequest } from '../../../plugins/tokens/create-token.ts';
import { deleteOldTokens, revokeToken } from '../../../plugins/tokens/end-tokens.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { bearer, call, cli, config, idOf, newToken, OF_CRATES, type TestToken, tokenOf } from './programs.ts';

const test = suite('tokens: rules');
const NEW_PASSWORD = await preparePassword('another good phrase');
let desk: TestApp;
test.before(async () => {
  desk = await testApp(config);
});
test.after(() => desk.close());

const isUsable = async (token: TestToken) => (await call(desk, 'GET', '/api/whoami', bearer(token))).status === 200;

/** A person of this role, and the context of their requests. */
async function person(role: Role, permissions: readonly string[] = []): Promise<{ user: UserActor; by: AuditContext }> {
  const id = await idOf(desk, await desk.account(role, permissions));
  const user = await findUserActor(desk.app.database, id);
  if (!user) throw new Error('no account');
  return { user, by: { actor: user, correlationId: 'a-request-of-a-test', ip: '192.0.2.7', credential: null } };
}

let services = 0;
async function service(role: Role, permissions: readonly string[] = []): Promise<{ id: number; email: string }> {
  services += 1;
  const { app } = desk;
  return app.database.transaction(async (tx) => {
    const created = await createUser(tx, cli, app.events, { email: `program-${services}`, role, service: true });
    if (created.outcome !== 'done') throw new Error(created.outcome);
    await changeUserGrants(tx, cli, app, created.id, { add: permissions });
    return created;
  });
}

const create = (by: AuditContext, request: Omit<TokenRequest, 'name'> & { name?: string }) =>
  desk.app.database.transaction((tx) => createToken(tx, by, desk.app, { name: 'Import', ...request }));
const revoke = (by: AuditContext, { userId, id }: Pick<TestToken, 'userId' | 'id'>) =>
  desk.app.database.transaction((tx) => revokeToken(tx, by, desk.app.events, { userId, id }));

test('users create tokens for themselves, administrators and the command line for service accounts', async () => {
  const { user, by } = await person('staff', OF_CRATES);
  const own = await create(by, { userId: user.id, permissions: ['crate.view'] });
  assert.is(own.outcome, 'done');
  const program = await service('staff', ['crate.view']);
  const administrator = await person('administrator');
  for (const each of [administrator.by, cli])
    assert.is((await create(each, { userId: program.id, permissions: ['crate.view'] })).outcome, 'done');
});

test('attack: nobody can create a token for another person, or for a service account of equal or higher rank', async () => {
  const staff = await person('staff');
  const peer = await person('administrator');
  const [low, equal, high] = [await service('staff'), await service('administrator'), await service('developer')];
  const { by } = await person('administrator');
  const developer = await person('developer');
  for (const [who, userId] of [
    [by, staff.user.id],
    [by, peer.user.id],
    [developer.by, staff.user.id],
    [by, equal.id],
    [by, high.id],
    [developer.by, high.id],
    [staff.by, low.id],
    [(await person('supervisor')).by, low.id],
  ] as const)
    assert.is((await create(who, { userId, permissions: [] })).outcome, 'rejected', `${who.actor.name} ${userId}`);
  assert.is((await create(developer.by, { userId: equal.id, permissions: [] })).outcome, 'done');
});

test('attack: nobody can give a token a permission that they or the account do not have, or that does not exist', async () => {
  const { user, by } = await person('staff', ['crate.view']);
  for (const permissions of [['crate.delete'], ['crate.view', 'audit.view'], ['crate.veiw'], ['*'], ['all']])
    assert.is((await create(by, { userId: user.id, permissions })).outcome, 'invalid', permissions.join());
  // Permissions of a user below staff have no effect.
  const low = await person('user', ['crate.view']);
  assert.is((await create(low.by, { userId: low.user.id, permissions: ['crate.view'] })).outcome, 'invalid');
  const program = await service('staff', ['crate.view']);
  const administrator = await person('administrator');
  const more = await create(administrator.by, { userId: program.id, permissions: ['crate.view', 'crate.add'] });
  assert.is(more.outcome, 'invalid');
  assert.equal(more.outcome === 'invalid' && more.problems.map(({ issue }) => issue.key), [
    'tokens.problem.ownerLacks',
  ]);
  const typo = await create(cli, { userId: program.id, permissions: ['crate.veiw'] });
  assert.equal(typo.outcome === 'invalid' && typo.problems[0]?.issue.params, {
    permission: 'crate.veiw',
    near: 'crate.view',
  });
});

test('attack: every token expires after at most 366 days, which the database enforces', async () => {
  const { user, by } = await person('staff');
  for (const days of [0, -1, 1.5, 367, 10_000, Number.NaN, Number.POSITIVE_INFINITY])
    assert.is((await create(by, { userId: user.id, permissions: [], days })).outcome, 'invalid', String(days));
  const hours = async (days?: number) => {
    const created = await create(by, { userId: user.id, permissions: [], ...(days !== undefined && { days }) });
    if (created.outcome !== 'done') throw new Error(created.outcome);
    return (Date.parse(created.expiresAt) - Date.now()) / 3_600_000;
  };
  assert.ok(Math.abs((await hours()) - 90 * 24) < 1);
  assert.ok(Math.abs((await hours(366)) - 366 * 24) < 1);
  for (const change of ["expires_at = 'infinity'", "expires_at = now() + interval '367 days'", 'expires_at = null']) {
    const failure = await runSql(
      desk.app.database.url,
      `update rustio_token set ${change} where user_id = ${user.id}`,
    ).then(
      () => 'changed',
      (error: unknown) => String(error),
    );
    assert.match(failure, /violates|infinity/, change);
  }
});

test('attack: the name of a token has at most 100 characters, and no control characters, which could change what a terminal shows', async () => {
  const { user, by } = await person('staff');
  const named = async (name: string) => (await create(by, { userId: user.id, permissions: [], name })).outcome;
  for (const name of ['', '  ', 'x'.repeat(101), 'a\u001b[2Kb', 'a\nb', 'a\0b', 'a\u202eb', 'a\ud800b'])
    assert.is(await named(name), 'invalid', JSON.stringify(name));
  for (const name of ['x', '😀'.repeat(100), ' Laptop of the porter’s lodge ', 'مزامنة'])
    assert.is(await named(name), 'done', name);
});

test('attack: concurrent requests do not exceed the limit on tokens', async () => {
  const other = await testApp({ ...config, plugins: { ...config.plugins, tokens: { maxTokens: 3 } } });
  try {
    const userId = await idOf(other, await other.account('staff'));
    const request = { userId, name: 'x', permissions: [] };
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => other.app.database.transaction((tx) => createToken(tx, cli, other.app, request))),
    );
    assert.is(outcomes.filter(({ outcome }) => outcome === 'done').length, 3);
  } finally {
    await other.close();
  }
});

test('users revoke their own tokens, administrators those of accounts with a lower role', async () => {
  const { user, by } = await person('staff');
  const token = await tokenOf(desk, user.name);
  assert.is((await revoke(by, token)).outcome, 'done');
  assert.not.ok(await isUsable(token));
  assert.is((await revoke(by, token)).outcome, 'missing', 'only once');
  const other = await tokenOf(desk, user.name);
  assert.is((await revoke((await person('administrator')).by, other)).outcome, 'done');
  assert.not.ok(await isUsable(other));
});

test('attack: nobody can revoke a token of an account of equal or higher rank, or of another account by sending their own id', async () => {
  const peer = await newToken(desk, 'administrator');
  const above = await newToken(desk, 'developer');
  const below = await newToken(desk, 'staff');
  const administrator = await person('administrator');
  const colleague = await person('staff');
  assert.is((await revoke(administrator.by, peer)).outcome, 'rejected');
  assert.is((await revoke(administrator.by, above)).outcome, 'rejected');
  assert.is((await revoke(colleague.by, below)).outcome, 'rejected');
  // The ID of another user's token, with the user's own account.
  for (const token of [peer, above, below]) {
    const guess = { userId: colleague.user.id, id: token.id };
    assert.is((await revoke(colleague.by, guess)).outcome, 'missing');
    assert.is((await revoke(administrator.by, { userId: below.userId, id: peer.id })).outcome, 'missing');
    assert.ok(await isUsable(token));
  }
});

test('attack: the tokens of an account end when it is deactivated, locked or erased, or when somebody else sets its password', async () => {
  const { app } = desk;
  const link = (id: number): AuditContext => ({ ...cli, credential: { scheme: 'account-link', id: String(id) } });
  const endings = {
    deactivated: (tx, id) => setActive(tx, cli, app.events, id, false),
    locked: (tx, id) => setLock(tx, cli, app.events, id, new Date(Date.now() + 900_000)),
    'password reset': (tx, id) => setPassword(tx, cli, app.events, id, NEW_PASSWORD),
    'password recovered': async (tx, id) => {
      const actor = await findUserActor(tx, id);
      if (!actor) throw new Error('no account');
      return setPassword(tx, { ...link(id), actor }, app.events, id, NEW_PASSWORD);
    },
  } satisfies Record<
    string,
    (tx: Parameters<typeof setActive>[0], id: number) => Promise<{ readonly outcome: string }>
  >;
  for (const [name, end] of Object.entries(endings)) {
    const token = await newToken(desk, 'staff');
    const { outcome } = await app.database.transaction(
      (tx): Promise<{ readonly outcome: string }> => end(tx, token.userId),
    );
    assert.is(outcome, 'done', name);
    // Whatever ended it, it does not come back with the account.
    await app.database.transaction((tx) => setActive(tx, cli, app.events, token.userId, true));
    await app.database.transaction((tx) => setLock(tx, cli, app.events, token.userId, null));
    assert.not.ok(await isUsable(token), name);
  }
  const erased = await newToken(desk, 'staff');
  await app.database.transaction((tx) => eraseAccount(tx, cli, app.events, erased.userId));
  assert.is(await app.database.exists(sql.unsafe`select from rustio_token where user_id = ${erased.userId}`), false);
});

test('users who change their own password while signed in keep their tokens', async () => {
  const { user, by } = await person('staff');
  const token = await tokenOf(desk, user.name);
  const session = await desk.app.database.oneFirst(sql.type(z.object({ id: z.string() }))`
    insert into rustio_session (token_hash, user_id, idle_expires_at, absolute_expires_at)
    values (sha256('x'), ${user.id}, now() + interval '1 hour', now() + interval '1 hour')
    returning id
  `);
  const own: AuditContext = { ...by, credential: { scheme: 'session', id: session } };
  const set = await desk.app.database.transaction((tx) => setPassword(tx, own, desk.app.events, user.id, NEW_PASSWORD));
  assert.is(set.outcome, 'done');
  assert.ok(await isUsable(token));
});

test('attack: the database prevents a token that has ended from becoming valid again', async () => {
  const token = await newToken(desk, 'staff');
  await revoke(cli, token);
  for (const change of [
    'ended_at = null, ended_reason = null',
    "expires_at = expires_at + interval '1 day'",
    "name = 'x'",
  ]) {
    const failure = await runSql(
      desk.app.database.url,
      `update rustio_token set ${change} where public_id = '${token.id}'`,
    ).then(
      () => 'changed',
      (error: unknown) => String(error),
    );
    assert.match(failure, 'has ended and cannot be changed', change);
  }
});

test('creating and ending a token is recorded in the audit trail, without the token itself', async () => {
  const { user, by } = await person('staff', ['crate.view']);
  const created = await create(by, { userId: user.id, permissions: ['crate.view'], name: 'Laptop' });
  if (created.outcome !== 'done') throw new Error(created.outcome);
  await revoke(by, { userId: user.id, id: created.id });
  const second = await tokenOf(desk, user.name);
  await desk.app.database.transaction((tx) => setActive(tx, cli, desk.app.events, user.id, false));
  const row = z.object({ event: z.string(), actor: z.string(), data: z.record(z.string(), z.unknown()) });
  const trail = await desk.app.database.any(sql.type(row)`
    select event, actor_kind as actor, data from rustio_audit
    where subject_label = ${user.name} and event like 'token%'
    order by id
  `);
  assert.equal(trail, [
    {
      event: 'token_created',
      actor: 'user',
      data: { id: created.id, name: 'Laptop', permissions: ['crate.view'], expiresAt: created.expiresAt },
    },
    { event: 'token_revoked', actor: 'user', data: { id: created.id, name: 'Laptop', reason: 'revoked' } },
    {
      event: 'token_created',
      actor: 'command',
      data: { id: second.id, name: 'Import', permissions: [], expiresAt: trail[2]?.data.expiresAt },
    },
    { event: 'token_revoked', actor: 'command', data: { id: second.id, name: 'Import', reason: 'deactivated' } },
  ]);
  assert.not.match(JSON.stringify(trail), created.text.slice(-64));
});

test('attack: without its audit entry, no token is created or revoked', async () => {
  const token = await newToken(desk, 'staff');
  const { user } = await person('staff');
  const { url } = desk.app.database;
  await runSql(
    url,
    `create function fail() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$;
     create trigger fail before insert on rustio_audit for each row when (new.event like 'token%') execute function fail()`,
  );
  try {
    const failed = (work: Promise<unknown>) =>
      work.then(
        () => false,
        () => true,
      );
    assert.ok(await failed(create(cli, { userId: user.id, permissions: [] })));
    assert.ok(await failed(revoke(cli, token)));
  } finally {
    await runSql(url, 'drop trigger fail on rustio_audit; drop function fail()');
  }
  assert.ok(await isUsable(token));
  assert.is(await desk.app.database.exists(sql.unsafe`select from rustio_token where user_id = ${user.id}`), false);
});

test('tokens are deleted 90 days after they expired or ended', async () => {
  const [kept, old] = [await newToken(desk, 'staff'), await newToken(desk, 'staff')];
  await runSql(
    desk.app.database.url,
    `update rustio_token set created_at = now() - interval '200 days', expires_at = now() - interval '91 days' where public_id = '${old.id}';
     update rustio_token set created_at = now() - interval '200 days', expires_at = now() - interval '89 days' where public_id = '${kept.id}'`,
  );
  await deleteOldTokens(desk.app);
  const left = await desk.app.database.anyFirst(
    sql.type(z.object({ id: z.string() }))`select public_id as id from rustio_token`,
  );
  assert.ok(left.includes(kept.id));
  assert.not.ok(left.includes(old.id));
});

test('the command line creates, lists and revokes tokens', async () => {
  const email = await desk.account('staff', OF_CRATES);
  const [first = '', second = ''] = await desk.command('token create', {
    email,
    name: 'Nightly import',
    permissions: 'crate.view, crate.add',
    days: 30,
  });
  const [, text = ''] = /^Token: (rustio_\S+)$/.exec(first) ?? [];
  assert.match(second, /valid until \d{4}-\d\d-\d\d and will not be shown again/);
  assert.is((await call(desk, 'GET', '/api/whoami', `Bearer ${text}`)).status, 200);
  const id = text.slice(7, 19);
  const [line = '', ...more] = await desk.command('token list', { email });
  assert.equal(more, []);
  assert.match(line, new RegExp(`^${id}  ${email}  Nightly import  until .*  last used .*  crate.add,crate.view$`));
  assert.ok((await desk.command('token list')).includes(line));
  assert.not.match(line, text.slice(-64));
  assert.equal(await desk.command('token revoke', { id: text }), [`Revoked ${id}.`]);
  assert.is((await call(desk, 'GET', '/api/whoami', `Bearer ${text}`)).status, 401);
  for (const [words, values] of [
    ['token revoke', { id }],
    ['token revoke', { id: text }],
    ['token create', { email, name: 'x', permissions: 'crate.veiw' }],
    ['token create', { email, name: 'x', permissions: '', days: 400 }],
    ['token create', { email: 'nobody@example.org', name: 'x', permissions: '' }],
  ] as const) {
    const failure = await desk.command(words, values).then(
      () => 'done',
      (error: unknown) => String(error),
    );
    assert.not.match(failure, /^done|TypeError/, words);
    assert.not.match(failure, text.slice(-64));
  }
  assert.match((await desk.command('token list', { email }))[0] ?? '', '  revoked  ');
});

test('nothing unexpected was logged', () => assert.equal(desk.errors, []));
