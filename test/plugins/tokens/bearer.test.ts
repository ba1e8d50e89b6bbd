// Requests with a token.
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { pino } from 'pino';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { accessLog } from '../../../core/http/request-state.ts';
import { changeRole, eraseAccount, setActive, setLock, setPassword } from '../../../plugins/auth/change-account.ts';
import { createUser } from '../../../plugins/auth/create-user.ts';
import { removeFromGroup } from '../../../plugins/auth/group-members.ts';
import { preparePassword } from '../../../plugins/auth/password-hash.ts';
import { findUserActor } from '../../../plugins/auth/user-actor.ts';
import { changeUserGrants } from '../../../plugins/auth/user-permissions.ts';
import { createToken } from '../../../plugins/tokens/create-token.ts';
import { revokeToken } from '../../../plugins/tokens/end-tokens.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { type DatabaseProxy, throughProxy } from '../../support/database-proxy.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { bearer, call, cli, config, idOf, late, newToken, OF_CRATES, type TestToken, tokenOf } from './programs.ts';

const test = suite('tokens: requests');
const NEW_PASSWORD = await preparePassword('another good phrase');
let desk: TestApp;
let proxy: DatabaseProxy;
test.before(async () => {
  ({ app: desk, proxy } = await throughProxy((options) => testApp(config, options)));
  await runSql(desk.app.database.url, "insert into crate (label, secret_note) values ('hidden', 'x')");
});
test.after(() => desk.close());

const whoami = (authorization: string | undefined) => call(desk, 'GET', '/api/whoami', authorization);
const tokenRow = sql.type(z.object({ row: z.string() }));

/** Pretends that the last use of every token was recorded just now, so that no request records it. */
async function useNow(): Promise<void> {
  await runSql(desk.app.database.url, 'update rustio_token set last_used_at = now() where ended_at is null');
}

test('a program with a token acts for its account', async () => {
  const token = await newToken(desk, 'staff', ['crate.view']);
  const { status, text, headers } = await whoami(bearer(token));
  assert.is(status, 200);
  assert.equal(JSON.parse(text), { kind: 'token', name: `Import (${token.id})`, owner: token.email });
  assert.is(headers.get('set-cookie'), null);
  assert.is((await whoami(`bearer  ${token.text}`)).status, 200, 'the name of the scheme is not case-sensitive');
});

test('attack: a token has 256 random bits, and the database contains only its hash', async () => {
  const token = await newToken(desk, 'staff', ['crate.view']);
  assert.match(token.text, /^rustio_[0-9a-f]{12}_[0-9a-f]{64}$/);
  const other = await tokenOf(desk, token.email);
  assert.is.not(token.text.slice(20), other.text.slice(20));
  await whoami(bearer(token));
  const secret = token.text.slice(-64);
  const tables = sql.type(z.object({ name: z.string() }))`
    select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1
  `;
  for (const name of await desk.app.database.anyFirst(tables)) {
    const rows = await desk.app.database.any(tokenRow`select t::text as row from ${sql.identifier([name])} t`);
    for (const { row } of rows) {
      assert.not.match(row, secret, name);
      assert.not.match(row, Buffer.from(secret).toString('hex'), name);
    }
  }
  const hash = createHash('sha256').update(token.text).digest('hex');
  assert.ok(
    await desk.app.database.exists(sql.unsafe`select from rustio_token where token_hash = decode(${hash}, 'hex')`),
  );
});

test('attack: only a well-formed token costs a statement, however long the header is', async () => {
  const { text } = await newToken(desk, 'staff');
  const malformed = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Basic ${text}`,
    text,
    `Bearer ${text}x`,
    `Bearer ${text.toUpperCase()}`,
    `Bearer ${text} ${text}`,
    `Bearer rustio_${'a'.repeat(12)}_`,
    `Bearer ${text.replace('rustio_', 'rustio-')}`,
    `Bearer ${' '.repeat(200)}${text}`,
    `Bearer ${'rustio_'.repeat(1_000)}`,
    'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.',
  ];
  proxy.statements();
  for (const each of malformed) {
    const { status, headers } = await whoami(each);
    assert.is(status, 401, each);
    assert.is(headers.get('www-authenticate'), 'Bearer');
  }
  assert.is(proxy.statements(), 0);
});

test('attack: unknown, wrong, expired and revoked tokens, and those of inactive accounts, get the same response after one statement', async () => {
  const { app } = desk;
  const good = await newToken(desk, 'staff', OF_CRATES);
  const [expired, revoked, inactive, locked] = [
    await tokenOf(desk, good.email, OF_CRATES),
    await tokenOf(desk, good.email, OF_CRATES),
    await newToken(desk, 'staff', OF_CRATES),
    await newToken(desk, 'staff', OF_CRATES),
  ];
  await runSql(
    app.database.url,
    `update rustio_token set created_at = now() - interval '9 days', expires_at = now() - interval '1 second'
     where public_id = '${expired.id}'`,
  );
  await app.database.transaction((tx) => revokeToken(tx, cli, app.events, { userId: revoked.userId, id: revoked.id }));
  // Only the account: what happens to the tokens of an account that changes is another test.
  await runSql(app.database.url, `update rustio_user set active = false where id = ${inactive.userId}`);
  await runSql(app.database.url, `update rustio_user set locked_until = 'infinity' where id = ${locked.userId}`);
  const wrong = good.text.slice(0, -1) + (good.text.endsWith('0') ? '1' : '0');
  const cases = {
    unknown: `rustio_${'0'.repeat(12)}_${'0'.repeat(64)}`,
    wrong,
    expired: expired.text,
    revoked: revoked.text,
    inactive: inactive.text,
    locked: locked.text,
  };
  await useNow();
  const answers = [];
  for (const [name, text] of Object.entries(cases)) {
    proxy.statements();
    const { status, headers, text: body } = await whoami(`Bearer ${text}`);
    assert.is(proxy.statements(), 1, name);
    const compared = new Map(headers);
    for (const each of ['date', 'x-correlation-id']) compared.delete(each);
    answers.push([name, status, [...compared], body.replace(/"correlationId":"[^"]+"/, '')]);
  }
  const [, ...first] = answers[0] ?? [];
  assert.is(first[0], 401);
  for (const [name, ...answer] of answers) assert.equal(answer, first, String(name));
});

test('a request costs one statement, and its last use is recorded once a minute', async () => {
  const token = await newToken(desk, 'staff', ['crate.view']);
  const used = async () => {
    const row = await desk.app.database.one(sql.type(
      z.object({ at: z.string().nullable(), ip: z.string().nullable() }),
    )`
      select last_used_at as at, host(last_used_address) as ip from rustio_token where public_id = ${token.id}
    `);
    return row;
  };
  assert.equal(await used(), { at: null, ip: null });
  await Promise.all(Array.from({ length: 5 }, () => whoami(bearer(token))));
  const first = await used();
  assert.ok(first.at);
  assert.is(first.ip, '127.0.0.1');
  proxy.statements();
  await whoami(bearer(token));
  assert.is(proxy.statements(), 1);
  assert.equal(await used(), first);
  await runSql(
    desk.app.database.url,
    "update rustio_token set last_used_at = now() - interval '61 seconds' where ended_at is null",
  );
  proxy.statements();
  await whoami(bearer(token));
  assert.is(proxy.statements(), 2);
  assert.ok(((await used()).at ?? '') > (first.at ?? ''));
});

test('a request is answered even if its last use cannot be recorded', async () => {
  const token = await newToken(desk, 'staff', ['crate.view']);
  const { url } = desk.app.database;
  await runSql(
    url,
    `create function full_disk() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$;
     create trigger full_disk before update on rustio_token for each row execute function full_disk()`,
  );
  try {
    assert.is((await whoami(bearer(token))).status, 200);
  } finally {
    await runSql(url, 'drop trigger full_disk on rustio_token; drop function full_disk()');
  }
});

test('attack: token routes do not accept a session, and pages do not accept a token', async () => {
  const administrator = await desk.signInAs('administrator');
  assert.is((await administrator.json('GET', '/api/whoami')).status, 401);
  const token = await newToken(desk, 'administrator', [], OF_CRATES);
  for (const path of ['/admin', '/admin/crates', '/admin/account/tokens', '/admin/users'])
    assert.is((await call(desk, 'GET', path, bearer(token))).status, 303, path);
  // Nor does a token in the place of a cookie.
  const client = desk.client();
  client.setCookie('rustio', token.text);
  assert.is((await client.get('/admin/crates')).status, 303);
});

test('attack: a token has only the permissions that it is limited to, whatever the role of its account', async () => {
  for (const role of ['staff', 'administrator', 'developer'] as const) {
    const token = await newToken(desk, role, role === 'staff' ? OF_CRATES : [], ['crate.view']);
    assert.is((await call(desk, 'GET', '/api/crates', bearer(token))).status, 200, role);
    assert.is((await call(desk, 'POST', '/api/crates', bearer(token), { label: 'x' })).status, 403, role);
    assert.is((await call(desk, 'GET', '/api/for-administrators', bearer(token))).status, 403, role);
  }
  const bare = await newToken(desk, 'developer', [], []);
  assert.is((await whoami(bearer(bare))).status, 200);
  assert.is((await call(desk, 'GET', '/api/crates', bearer(bare))).status, 403);
});

test('attack: when an account loses a permission, its tokens lose it at the next request', async () => {
  const { app } = desk;
  const may = async (token: TestToken) => (await call(desk, 'GET', '/api/crates', bearer(token))).status;
  const [byGroup, byGrant, byRole] = [
    await newToken(desk, 'staff', ['crate.view']),
    await newToken(desk, 'staff', [], []),
    await newToken(desk, 'administrator', [], ['crate.view']),
  ];
  await desk.command('user grant', { email: byGrant.email, permission: 'crate.view' });
  assert.is(await may(byGrant), 403, 'a permission of the account is not one of the token');
  const granted = await tokenOf(desk, byGrant.email, ['crate.view']);
  assert.equal([await may(byGroup), await may(granted), await may(byRole)], [200, 200, 200]);
  await app.database.transaction((tx) => removeFromGroup(tx, cli, app, `of ${byGroup.email}`, byGroup.userId));
  await app.database.transaction((tx) => changeUserGrants(tx, cli, app, granted.userId, { remove: ['crate.view'] }));
  await app.database.transaction((tx) => changeRole(tx, cli, app.events, byRole.userId, 'staff'));
  assert.equal([await may(byGroup), await may(granted), await may(byRole)], [403, 403, 403]);
  // What the account gets back, the token has again: it was given the permission.
  await desk.command('user grant', { email: byRole.email, permission: 'crate.view' });
  assert.is(await may(byRole), 200);
});

test('attack: rules about the rows and fields of a person apply to their tokens', async () => {
  const [staff, administrator] = [
    await newToken(desk, 'staff', ['crate.view']),
    await newToken(desk, 'administrator', [], ['crate.view']),
  ];
  const seen = async (token: TestToken) => JSON.parse((await call(desk, 'GET', '/api/crates', bearer(token))).text);
  assert.equal(await seen(staff), { label: null, fields: [] });
  assert.is((await seen(administrator)).label, 'hidden');
});

test('a token does not regain the permissions of a removed model when a new model gets its name', async () => {
  const other = await testApp(config);
  try {
    const email = await other.account('developer');
    const token = await tokenOf(other, email, ['crate.view']);
    const may = async (each: TestToken) => (await call(other, 'GET', '/api/crates', bearer(each))).status;
    assert.is(await may(token), 200);
    await runSql(
      other.app.database.url,
      'drop table crate; create table crate (id bigint primary key, label text, secret_note text)',
    );
    assert.is(await may(token), 403);
    assert.is(await may(await tokenOf(other, email, ['crate.view'])), 200);
    const [line = ''] = await other.command('token list', { email });
    assert.match(line, /^[0-9a-f]{12} /);
  } finally {
    await other.close();
  }
});

/** Sends the headers and the first byte of a request, waits for the access check, runs `meanwhile`, and sends the rest. */
async function lateCall(token: TestToken, meanwhile: () => Promise<unknown>): Promise<number> {
  late.admitted = Promise.withResolvers();
  const body = JSON.stringify({ label: 'late' });
  const { hostname, port } = new URL(desk.url);
  const answer = Promise.withResolvers<number>();
  const headers = {
    authorization: bearer(token),
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-late': '1',
  };
  const sent = request({ hostname, port, path: '/api/crates', method: 'POST', headers }, (response) => {
    response.resume();
    answer.resolve(response.statusCode ?? 0);
  });
  sent.on('error', answer.reject);
  sent.write(body.slice(0, 1));
  await late.admitted.promise;
  await meanwhile();
  sent.end(body.slice(1));
  return answer.promise;
}

const endings: readonly { readonly name: string; readonly end: (token: TestToken) => Promise<unknown> }[] = [
  {
    name: 'is revoked',
    end: ({ userId, id }) =>
      desk.app.database.transaction((tx) => revokeToken(tx, cli, desk.app.events, { userId, id })),
  },
  {
    name: 'expires',
    end: ({ id }) =>
      runSql(
        desk.app.database.url,
        `update rustio_token set created_at = now() - interval '9 days', expires_at = now() where public_id = '${id}'`,
      ),
  },
  {
    name: 'loses the permission with its account',
    end: ({ userId, email }) =>
      desk.app.database.transaction((tx) => removeFromGroup(tx, cli, desk.app, `of ${email}`, userId)),
  },
  {
    name: 'ends with its account',
    end: ({ userId }) => desk.app.database.transaction((tx) => setActive(tx, cli, desk.app.events, userId, false)),
  },
];
test('attack: a token that ends or loses a permission during a request writes nothing', async () => {
  const late = () => desk.app.database.oneFirst(sql.unsafe`select count(*)::integer from crate where label = 'late'`);
  for (const { name, end } of endings) {
    await runSql(desk.app.database.url, "delete from crate where label = 'late'");
    const token = await newToken(desk, 'staff', OF_CRATES);
    assert.is(await lateCall(token, async () => {}), 201);
    assert.is(await lateCall(token, () => end(token)), 403, name);
    assert.is(await late(), 1, name);
  }
});

test('attack: a token changes no account, password, session or token, whatever its permissions', async () => {
  const { app } = desk;
  const token = await newToken(desk, 'developer', [], app.permissions);
  const victim = await desk.account('staff');
  const userId = await idOf(desk, victim);
  const service = await app.database.transaction((tx) =>
    createUser(tx, cli, app.events, { email: 'victim', role: 'staff', service: true }),
  );
  if (service.outcome !== 'done') throw new Error(service.outcome);
  const owner = await findUserActor(app.database, token.userId);
  if (!owner) throw new Error('no owner');
  late.admitted = Promise.withResolvers();
  await fetch(`${desk.url}/api/whoami`, { headers: { authorization: bearer(token), 'x-late': '1' } });
  const { actor, credential = null } = (await late.admitted.promise).state;
  const context = { ...cli, actor, credential };
  const attempts = [
    (tx: Parameters<Parameters<typeof app.database.transaction>[0]>[0]) =>
      createToken(tx, context, app, { userId: token.userId, name: 'more', permissions: [] }),
    (tx) => createToken(tx, context, app, { userId: service.id, name: 'more', permissions: [] }),
    (tx) => revokeToken(tx, context, app.events, { userId: token.userId, id: token.id }),
    (tx) => createUser(tx, context, app.events, { email: 'new@example.org', role: 'staff' }),
    (tx) => changeRole(tx, context, app.events, userId, 'user'),
    (tx) => setPassword(tx, context, app.events, userId, NEW_PASSWORD),
    (tx) => setPassword(tx, context, app.events, token.userId, NEW_PASSWORD),
    (tx) => setActive(tx, context, app.events, userId, false),
    (tx) => setLock(tx, context, app.events, userId, 'infinity'),
    (tx) => eraseAccount(tx, context, app.events, userId),
    (tx) => changeUserGrants(tx, context, app, userId, { add: ['crate.view'] }),
  ] as const satisfies readonly ((
    tx: Parameters<Parameters<typeof app.database.transaction>[0]>[0],
  ) => Promise<{ readonly outcome: string }>)[];
  for (const [at, attempt] of attempts.entries()) {
    const { outcome } = await app.database.transaction((tx): Promise<{ readonly outcome: string }> => attempt(tx));
    assert.is(outcome, 'rejected', String(at));
  }
  assert.is((await call(desk, 'GET', '/api/recent', bearer(token))).status, 401);
});

test('the audit trail names the token, its account and its id', async () => {
  const token = await newToken(desk, 'staff', OF_CRATES);
  assert.is((await call(desk, 'POST', '/api/crates', bearer(token), { label: 'Audited' })).status, 201);
  const row = z.object({
    kind: z.string(),
    id: z.number(),
    label: z.string(),
    scheme: z.string(),
    credential: z.string(),
  });
  assert.equal(
    await desk.app.database.one(sql.type(row)`
      select actor_kind as kind, actor_id::integer as id, actor_label as label, credential_scheme as scheme, credential_id as credential
      from rustio_audit
      where subject_model = 'crate' and subject_label = 'Audited'
    `),
    { kind: 'token', id: token.userId, label: `Import (${token.id})`, scheme: 'bearer', credential: token.id },
  );
});

test('attack: no log line contains the token', async () => {
  const { app } = desk;
  const token = await newToken(desk, 'staff', ['crate.view']);
  late.admitted = Promise.withResolvers();
  await fetch(`${desk.url}/api/whoami`, { headers: { authorization: bearer(token), 'x-late': '1' } });
  const written: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void written.push(line) });
  await accessLog({ ...app, log })(await late.admitted.promise, async () => {});
  assert.match(written.join(), `Import (${token.id})`);
  assert.not.match(written.join(), token.text.slice(-64));
});

test('nothing unexpected was logged', () => assert.equal(desk.errors, []));
