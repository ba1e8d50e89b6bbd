// Permissions are checked in the transaction: users who have signed out, or lost their account or a permission, write nothing.

import { request } from 'node:http';
import * as assert from 'uvu/assert';
import type { Config } from '../../../core/config.ts';
import type { Transaction } from '../../../core/database/pool.ts';
import { type AuditContext, commandAuditContext } from '../../../core/policy/actor.ts';
import { auditContext, type Context } from '../../../core/request/context.ts';
import { defineAdmin, defineModel, definePlugin, field, sql } from '../../../index.ts';
import { findAccountByEmail } from '../../../plugins/auth/account.ts';
import { changeRole, setActive, setPassword } from '../../../plugins/auth/change-account.ts';
import { createUser } from '../../../plugins/auth/create-user.ts';
import { addToGroup, removeFromGroup } from '../../../plugins/auth/group-members.ts';
import { createGroup, grantToGroup, revokeFromGroup } from '../../../plugins/auth/groups.ts';
import { preparePassword } from '../../../plugins/auth/password-hash.ts';
import { findUserActor } from '../../../plugins/auth/user-actor.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { type DatabaseProxy, throughProxy } from '../../support/database-proxy.ts';
import { SESSION_COOKIE } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';
import { until } from '../../support/until.ts';
import { by, personAs } from '../auth/rules-database.ts';

const test = suite('sessions: permissions within a transaction');
const NEW_PASSWORD = await preparePassword('another good phrase');
const Task = defineModel('task', { fields: { title: field.text({ max: 80 }), note: field.text({ nullable: true }) } });
const Paper = defineModel('paper', {
  fields: { title: field.text({ max: 80 }), scan: field.file({ nullable: true }) },
});
const ALL = ['task.view', 'task.add', 'task.change', 'task.delete', 'paper.view', 'paper.add'];
const cli = commandAuditContext();
let app: TestApp;
let proxy: DatabaseProxy;
/** Resolved when the access check of a request with the header `x-late` has passed. */
let admitted = Promise.withResolvers<Context>();

/** An action of a plugin that checks nothing and writes with SQL of its own. */
const sweep = {
  name: 'sweep',
  models: [Task],
  label: 'Sweep',
  access: { permission: 'change' },
  async run(tx: Transaction): Promise<{ readonly outcome: 'done' }> {
    await tx.query(sql.unsafe`update task set title = 'swept'`);
    return { outcome: 'done' };
  },
};

const arrivals = definePlugin({
  name: 'arrivals',
  api: 1,
  requires: ['admin'],
  contributes: { 'record.actions': [sweep], 'list.actions': [sweep] },
  middleware: () => [
    {
      name: 'arrivals',
      stage: 'after-access',
      async run(ctx, next) {
        if (ctx.get('x-late') !== '') admitted.resolve(ctx);
        await next();
      },
    },
  ],
});

test.before(async () => {
  const config: Partial<Config> = {
    models: [Task, Paper],
    extend: [arrivals],
    plugins: { admin: { admins: [defineAdmin(Task, {}), defineAdmin(Paper, {})] } },
  };
  ({ app, proxy } = await throughProxy((options) => testApp(config, options)));
});
test.before.each(async () => {
  admitted = Promise.withResolvers();
  await app.app.database.query(sql.unsafe`delete from task`);
  await app.app.database.query(sql.unsafe`delete from paper`);
  await app.app.database.query(sql.unsafe`insert into task (title) values ('as it was')`);
});
test.after(async () => {
  await app.close();
});

async function signedIn(permissions = ALL): Promise<{ client: Client; email: string; id: number }> {
  const email = await app.account('staff', permissions);
  const client = app.client();
  await client.signIn(email, PASSWORD);
  return { client, email, id: (await findAccountByEmail(app.app.database, email))?.id ?? 0 };
}

interface LateBody {
  readonly page: string;
  readonly path: string;
  readonly type?: 'form' | 'multipart';
  readonly fields: Readonly<Record<string, string>>;
}

/** Sends headers and the first byte of a form, waits for the access check, runs `meanwhile`, and sends the rest. */
async function lateForm(
  client: Client,
  { page, path, fields, type = 'form' }: LateBody,
  meanwhile: () => Promise<unknown>,
) {
  const { text } = await client.get(page);
  const hidden = Object.fromEntries(
    [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  ) as Record<string, string>;
  const all = Object.entries({ ...hidden, ...fields });
  const body =
    type === 'form'
      ? new URLSearchParams(all).toString()
      : `${all.map(([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join('')}--x--\r\n`;
  const { hostname, port } = new URL(app.url);
  const answer = Promise.withResolvers<number>();
  const sent = request(
    {
      hostname,
      port,
      path,
      method: 'POST',
      headers: {
        cookie: `${SESSION_COOKIE}=${client.cookie(SESSION_COOKIE)}`,
        origin: app.url,
        'sec-fetch-site': 'same-origin',
        'content-type': type === 'form' ? 'application/x-www-form-urlencoded' : 'multipart/form-data; boundary=x',
        'content-length': Buffer.byteLength(body),
        'x-late': '1',
      },
    },
    (response) => {
      response.resume();
      answer.resolve(response.statusCode ?? 0);
    },
  );
  sent.on('error', answer.reject);
  sent.write(body.slice(0, 1));
  await admitted.promise;
  await meanwhile();
  sent.end(body.slice(1));
  return answer.promise;
}

const titles = async () => [
  ...(await app.app.database.anyFirst(
    sql.unsafe`select title from task union all select title from paper order by title`,
  )),
];
const key = async () => String(await app.app.database.oneFirst(sql.unsafe`select min(id) from task`));

const endings: readonly {
  readonly name: string;
  readonly end: (who: Awaited<ReturnType<typeof signedIn>>) => Promise<unknown>;
}[] = [
  {
    name: 'the account was deactivated',
    end: ({ id }) => app.app.database.transaction((tx) => setActive(tx, cli, app.app.events, id, false)),
  },
  { name: 'the user signed out', end: ({ client }) => client.post('/admin/logout', {}) },
  {
    name: 'the group lost its permissions',
    end: ({ email }) =>
      app.app.database.transaction((tx) =>
        revokeFromGroup(
          tx,
          cli,
          app.app,
          `of ${email}`,
          ALL.filter((name) => name !== 'task.view'),
        ),
      ),
  },
  {
    name: 'the user left the group',
    end: ({ email, id }) => app.app.database.transaction((tx) => removeFromGroup(tx, cli, app.app, `of ${email}`, id)),
  },
  {
    name: 'the role was lowered',
    end: ({ id }) => app.app.database.transaction((tx) => changeRole(tx, cli, app.app.events, id, 'user')),
  },
  {
    name: 'the password was reset',
    end: ({ id }) => app.app.database.transaction((tx) => setPassword(tx, cli, app.app.events, id, NEW_PASSWORD)),
  },
  {
    name: 'the session row was ended with SQL',
    end: ({ id }) =>
      app.app.database.query(
        sql.unsafe`update rustio_session set ended_at = now(), ended_reason = 'logout' where user_id = ${id}`,
      ),
  },
  {
    name: 'the account was deleted with SQL',
    end: ({ id }) => app.app.database.query(sql.unsafe`delete from rustio_user where id = ${id}`),
  },
];

for (const { name, end } of endings) {
  test(`a body that arrives after ${name} writes nothing (F2)`, async () => {
    const at = `/admin/tasks/${await key()}`;
    const requests: readonly LateBody[] = [
      { page: `${at}/+edit`, path: `${at}/+edit`, fields: { title: 'changed' } },
      { page: '/admin/tasks/+new', path: '/admin/tasks/+new', fields: { title: 'added' } },
      { page: '/admin/papers/+new', path: '/admin/papers/+new', type: 'multipart', fields: { title: 'added' } },
      {
        page: '/admin/papers/+new',
        path: '/admin/papers/+new',
        type: 'multipart',
        fields: { title: 'added', 'scan"; filename="scan.txt': 'content' },
      },
      { page: `${at}/+delete`, path: `${at}/+delete`, fields: {} },
      { page: `${at}/+action/sweep`, path: `${at}/+action/sweep`, fields: {} },
      { page: '/admin/tasks', path: '/admin/tasks/+actions/sweep', fields: { key: await key() } },
    ];
    for (const late of requests) {
      admitted = Promise.withResolvers();
      const who = await signedIn();
      const status = await lateForm(who.client, late, () => end(who));
      assert.is(status, 403, `${late.path} ${late.type ?? ''}`);
      assert.equal(await titles(), ['as it was'], late.path);
      assert.is(await app.app.database.oneFirst(sql.unsafe`select count(*)::int from rustio_file`), 0, late.path);
    }
  });
}

test('a form whose body arrives late is saved if the session has not changed (F2)', async () => {
  for (const type of ['form', 'multipart'] as const) {
    admitted = Promise.withResolvers();
    const { client } = await signedIn();
    const page = type === 'form' ? '/admin/tasks/+new' : '/admin/papers/+new';
    const status = await lateForm(client, { page, path: page, type, fields: { title: type } }, async () => {});
    assert.is(status, 303, type);
  }
  assert.equal(await titles(), ['as it was', 'form', 'multipart']);
  admitted = Promise.withResolvers();
  const { client } = await signedIn();
  const action = `/admin/tasks/${await key()}/+action/sweep`;
  assert.is(await lateForm(client, { page: action, path: action, fields: {} }, async () => {}), 303);
  assert.equal(await titles(), ['multipart', 'swept', 'swept']);
});

test('a deactivation waits for a write in progress, and a write for a deactivation (F2)', async () => {
  const { id } = await signedIn();
  const session = await app.app.database.oneFirst(
    sql.unsafe`select id from rustio_session where user_id = ${id} and ended_at is null`,
  );
  const person = await findUserActor(app.app.database, id);
  if (!person) throw new Error('no account');
  const context = by(person, String(session));
  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const writing = app.app.database.transaction(async (tx) => {
    assert.is((await app.app.write.create(tx, context, Task, { title: 'in time' })).outcome, 'done');
    begun.resolve();
    await finish.promise;
    assert.is((await app.app.write.create(tx, context, Task, { title: 'also in time' })).outcome, 'done');
  });
  await begun.promise;
  const deactivated = app.app.database.transaction((tx) => setActive(tx, cli, app.app.events, id, false));
  await until(isWaiting);
  finish.resolve();
  await writing;
  await deactivated;
  const after = await app.app.database.transaction((tx) => app.app.write.create(tx, context, Task, { title: 'late' }));
  assert.is(after.outcome, 'forbidden');
  assert.equal(await titles(), ['also in time', 'as it was', 'in time']);
});

test('a write that waited for a change of the account uses the new role (F2)', async () => {
  const { id, email } = await signedIn();
  const person = await findUserActor(app.app.database, id);
  if (!person) throw new Error('no account');
  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const changing = app.app.database.transaction(async (tx) => {
    await removeFromGroup(tx, cli, app.app, `of ${email}`, id);
    begun.resolve();
    await finish.promise;
  });
  await begun.promise;
  const late = app.app.database.transaction((tx) => app.app.write.create(tx, by(person), Task, { title: 'late' }));
  await until(isWaiting);
  finish.resolve();
  await changing;
  assert.is((await late).outcome, 'forbidden', 'it has lost its group');
});

test("authority rules use the actor's current permissions (F8)", async () => {
  const { database, events } = app.app;
  await app.account('administrator');
  const target = await app.account('staff');
  const targetId = (await findAccountByEmail(database, target))?.id ?? 0;
  await database.transaction((tx) => createGroup(tx, cli, app.app, { name: 'existing' }));
  const losses = ['demoted', 'deactivated', 'gone'] as const;
  for (const loss of losses) {
    const created = await database.transaction((tx) =>
      createUser(tx, cli, events, { email: `${loss}@example.org`, role: 'administrator' }),
    );
    if (created.outcome !== 'done') throw new Error(loss);
    const stale = by(personAs(created.id, 'administrator', `${loss}@example.org`));
    await database.transaction(async (tx) => {
      if (loss === 'demoted') return changeRole(tx, cli, events, created.id, 'staff');
      if (loss === 'deactivated') return setActive(tx, cli, events, created.id, false);
      return tx.query(sql.unsafe`delete from rustio_user where id = ${created.id}`);
    });
    const before = await stateOfAccounts();
    const rules: readonly ((
      tx: Parameters<Parameters<typeof database.transaction>[0]>[0],
    ) => Promise<{ outcome: string }>)[] = [
      (tx) => changeRole(tx, stale, events, targetId, 'administrator'),
      (tx) => setActive(tx, stale, events, targetId, false),
      (tx) => setPassword(tx, stale, events, targetId, NEW_PASSWORD),
      (tx) => createUser(tx, stale, events, { email: 'new@example.org', role: 'administrator' }),
      (tx) => createGroup(tx, stale, app.app, { name: 'new' }),
      (tx) => grantToGroup(tx, stale, app.app, 'existing', ['task.view']),
      (tx) => revokeFromGroup(tx, stale, app.app, 'existing', ['task.view']),
      (tx) => addToGroup(tx, stale, app.app, 'existing', targetId),
      (tx) => removeFromGroup(tx, stale, app.app, 'existing', targetId),
    ];
    for (const [at, rule] of rules.entries()) {
      const { outcome } = await database.transaction(rule);
      assert.is(outcome, 'rejected', `${loss}: rule ${at}`);
    }
    assert.equal(await stateOfAccounts(), before, loss);
  }
});

test('reading the actor again costs one statement per transaction (F2)', async () => {
  const { client } = await signedIn();
  admitted = Promise.withResolvers();
  await client.get('/admin/tasks', { 'x-late': '1' });
  const context = auditContext(await admitted.promise);
  const cost = async (actor: AuditContext, rows: number): Promise<number> => {
    proxy.statements();
    await app.app.database.transaction(async (tx) => {
      for (let n = 0; n < rows; n += 1) await app.app.write.create(tx, actor, Task, { title: `row ${n}` });
    });
    return proxy.statements();
  };
  // The settings of the connection are reset after each of these transactions, which counts in the next one.
  await cost(cli, 1);
  for (const rows of [1, 5]) assert.is((await cost(context, rows)) - (await cost(cli, rows)), 1, `${rows} rows`);
});

async function stateOfAccounts(): Promise<unknown> {
  return app.app.database.one(sql.unsafe`
    select
      (select jsonb_agg(u order by id) from rustio_user u) as users,
      (select jsonb_agg(g order by id) from rustio_group g) as groups,
      (select jsonb_agg(p order by group_id, permission) from rustio_group_permission p) as permissions,
      (select jsonb_agg(m order by user_id, group_id) from rustio_user_group m) as members
  `);
}

function isWaiting(): Promise<boolean> {
  return app.app.reading.exists(sql.unsafe`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
  `);
}
