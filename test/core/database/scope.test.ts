// Row-level security with a role that does not own the table: a leak between scopes shows rows of another tenant.

import { randomBytes } from 'node:crypto';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { type Database, openDatabase, type Query } from '../../../core/database/pool.ts';
import { currentScope, mergeScopes, scopeKey, withoutScope, withScope } from '../../../core/database/scope.ts';
import { buildModels } from '../../../core/model/resolve.ts';
import { Counts } from '../../../core/query/count.ts';
import { type Context, defineAdmin, defineModel, definePlugin, field } from '../../../index.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { testDatabase } from '../../support/database.ts';
import { databaseProxy } from '../../support/database-proxy.ts';
import { failureOf, rustioFailureOf } from '../../support/failure.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';

const test = suite('request scope');

const Note = defineModel('note', {
  fields: { id: field.integer(), tenant: field.text({ max: 20 }), text: field.text({ max: 20 }) },
  key: 'id',
  label: 'text',
});

const ROLE = `rustio_tenant_${randomBytes(4).toString('hex')}`;
const POLICY = `
  alter table note enable row level security;
  create policy of_tenant on note
    using (tenant = current_setting('app.tenant', true))
    with check (tenant = current_setting('app.tenant', true));
`;

/** The URL of the same database, for a role that owns nothing in it. */
async function asTenantRole(url: string): Promise<string> {
  await withPlainConnection(url, async (owner) => {
    await owner.query(`
      do $$ begin
        create role ${ROLE} login password 'tenant';
      exception when duplicate_object then null; end $$;
      grant select, insert, update, delete on all tables in schema public to ${ROLE};
      grant usage on all sequences in schema public to ${ROLE};
      alter default privileges grant select, insert, update, delete on tables to ${ROLE};
      alter default privileges grant usage on sequences to ${ROLE};
    `);
  });
  const own = new URL(url);
  own.username = ROLE;
  own.password = 'tenant';
  return own.href;
}

const base = await testDatabase();
/** With one connection, so that each statement uses the connection of the previous one. */
let database: Database;

test.before(async () => {
  await withPlainConnection(base.url, async (owner) => {
    await owner.query('create table note (id int primary key, tenant text not null, text text not null)');
    await owner.query("insert into note values (1, 'north', 'n1'), (2, 'north', 'n2'), (3, 'south', 's1')");
    await owner.query(POLICY);
  });
  database = await openDatabase(await asTenantRole(base.url), { maximumPoolSize: 1 });
});
test.after(async () => {
  await database.close();
  await base.drop();
});

const tenant = (name: string) => ({ settings: { 'app.tenant': name } });
const ids = (on: Query) => on.anyFirst(sql.type(z.object({ id: z.number() }))`select id from note order by id`);
const setting = (on: Query, name: string) =>
  on.oneFirst(sql.type(z.object({ value: z.string().nullable() }))`select current_setting(${name}, true) as value`);
const insert = (on: Query, id: number, name: string) =>
  on.query(sql.unsafe`insert into note (id, tenant, text) values (${id}, ${name}, 'x')`);

test('a statement sees only the rows of its scope, and no rows without a scope', async () => {
  assert.equal(await ids(database), []);
  assert.equal(await withScope(tenant('north'), () => ids(database)), [1, 2]);
  assert.equal(await withScope(tenant('south'), () => ids(database)), [3]);
  assert.equal(await ids(database), [], 'the connection keeps nothing');
});

test('every query method runs in the scope', async () => {
  const all = sql.type(z.object({ id: z.number() }))`select id from note order by id`;
  const first = sql.type(z.object({ id: z.number() }))`select id from note order by id limit 1`;
  await withScope(tenant('south'), async () => {
    assert.equal(await database.any(all), [{ id: 3 }]);
    assert.equal(await database.many(all), [{ id: 3 }]);
    assert.equal(await database.manyFirst(all), [3]);
    assert.equal(await database.one(first), { id: 3 });
    assert.equal(await database.oneFirst(first), 3);
    assert.equal(await database.maybeOne(first), { id: 3 });
    assert.equal(await database.maybeOneFirst(first), 3);
    assert.is(await database.exists(first), true);
    assert.is((await database.query(all)).rowCount, 1);
  });
});

test('a transaction keeps its scope through savepoints, including those that are rolled back', async () => {
  const results = await withScope(tenant('north'), () =>
    database.transaction(async (tx) => {
      const before = await ids(tx);
      await failureOf(
        tx.savepoint(async (inner) => {
          await insert(inner, 10, 'north');
          assert.equal(await ids(inner), [1, 2, 10]);
          throw new Error('undo');
        }),
      );
      const nested = await tx.savepoint((inner) => ids(inner));
      return [before, nested, await ids(tx)];
    }),
  );
  assert.equal(results, [
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
  assert.equal(await ids(database), []);
});

test('changes of a single statement are committed, and the policy rejects rows of another tenant', async () => {
  await withScope(tenant('south'), () => insert(database, 20, 'south'));
  const rejected = await failureOf(withScope(tenant('south'), () => insert(database, 21, 'north')));
  assert.match(String(rejected), 'row-level security');
  assert.equal(await withScope(tenant('south'), () => ids(database)), [3, 20]);
  assert.is((await withScope(tenant('south'), () => database.query(sql.unsafe`delete from note`))).rowCount, 2);
  assert.equal(await withScope(tenant('north'), () => ids(database)), [1, 2]);
  await withScope(tenant('south'), () => insert(database, 3, 'south'));
});

test('after an error or a rollback, the connection keeps no settings', async () => {
  const backend = () => database.oneFirst(sql.type(z.object({ pid: z.number() }))`select pg_backend_pid() as pid`);
  const pid = await backend();
  await failureOf(withScope(tenant('north'), () => database.query(sql.unsafe`select 1 / 0`)));
  assert.equal(await ids(database), []);
  await failureOf(
    withScope(tenant('north'), () =>
      database.transaction(async () => {
        throw new Error('ours');
      }),
    ),
  );
  assert.equal(await ids(database), []);
  assert.is(await backend(), pid, 'it is still the same connection');
});

test("parallel scopes on few connections never see each other's rows", async () => {
  const wide = await openDatabase(database.url, { maximumPoolSize: 3 });
  try {
    const results = await Promise.all(
      Array.from({ length: 60 }, async (_, at) => {
        const name = at % 3 === 0 ? 'north' : at % 3 === 1 ? 'south' : undefined;
        const query = () => (at % 2 === 0 ? ids(wide) : wide.transaction((tx) => ids(tx)));
        return [name, await (name === undefined ? query() : withScope(tenant(name), query))];
      }),
    );
    for (const [name, rows] of results) assert.equal(rows, name === 'north' ? [1, 2] : name === 'south' ? [3] : []);
  } finally {
    await wide.close();
  }
});

test('an inner scope adds to the outer one and overrides it, until it ends', async () => {
  await withScope({ settings: { 'app.tenant': 'north', 'app.locale': 'ar' } }, async () => {
    await withScope({ settings: { 'app.tenant': 'south', 'app.desk': '7' } }, async () => {
      assert.equal(await ids(database), [3]);
      assert.is(await setting(database, 'app.locale'), 'ar');
      assert.is(await setting(database, 'app.desk'), '7');
    });
    assert.equal(await ids(database), [1, 2]);
    assert.not.equal(await setting(database, 'app.desk'), '7');
    assert.equal(await withoutScope(() => ids(database)), []);
  });
  assert.is(currentScope(), undefined);
});

test('a transaction cannot be used in another scope than its own', async () => {
  const inner = await rustioFailureOf(
    withScope(tenant('north'), () => database.transaction((tx) => withScope(tenant('south'), () => ids(tx)))),
  );
  const around = await rustioFailureOf(database.transaction((tx) => withScope(tenant('south'), () => ids(tx))));
  assert.equal([inner.code, around.code], ['RIO-DATABASE-SCOPE', 'RIO-DATABASE-SCOPE']);
  const same = await withScope(tenant('north'), () =>
    database.transaction((tx) => withScope(tenant('north'), () => ids(tx))),
  );
  assert.equal(same, [1, 2]);
});

test('afterCommit work runs in the scope of its transaction', async () => {
  let seen: readonly number[] = [];
  await withScope(tenant('north'), () =>
    database.transaction(async (tx) => {
      tx.afterCommit(async () => {
        seen = await ids(database);
      });
    }),
  );
  assert.equal(seen, [1, 2]);
});

test('a statement whose plan is outdated by a change of the table is prepared again', async () => {
  const all = sql.type(z.record(z.string(), z.unknown()))`select * from note where id = 1`;
  await withScope(tenant('north'), () => database.any(all));
  await runSql(base.url, 'alter table note add column extra text');
  assert.equal(await withScope(tenant('north'), () => database.any(all)), [
    { id: 1, tenant: 'north', text: 'n1', extra: null },
  ]);
  await runSql(base.url, 'alter table note drop column extra');
});

test('outside a scope only the statement is sent', async () => {
  const proxy = await databaseProxy(database.url);
  const counted = await openDatabase(proxy.url, { maximumPoolSize: 1 });
  const statements = async (work: () => Promise<unknown>): Promise<number> => {
    await work();
    return proxy.statements();
  };
  try {
    await statements(() => ids(counted));
    assert.is(await statements(() => ids(counted)), 1);
    assert.is(await statements(() => counted.transaction((tx) => ids(tx))), 3);
    assert.is(await statements(() => withScope({ settings: {} }, () => counted.transaction((tx) => ids(tx)))), 3);
    assert.is(await statements(() => withScope(tenant('north'), () => ids(counted))), 4);
  } finally {
    await counted.close();
  }
});

for (const [what, settings] of Object.entries({
  'a name with a quote': { "app.x'": '1' },
  'a name with a space': { 'app x': '1' },
  'an empty name': { '': '1' },
  'a name that PostgreSQL would truncate': { [`app.${'x'.repeat(60)}`]: '1' },
  'a long value': { 'app.tenant': 'x'.repeat(1_001) },
  'a NUL': { 'app.tenant': 'a\0b' },
  'many settings': Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`app.s${at}`, '1'])),
})) {
  test(`${what} is rejected before any statement`, async () => {
    const error = await rustioFailureOf(Promise.resolve().then(() => withScope({ settings }, () => 'ran')));
    assert.is(error.code, 'RIO-DATABASE-SCOPE');
  });
}

test('two plugins cannot set the same name to different values', () => {
  assert.throws(() => mergeScopes([tenant('north'), tenant('south')]), /different values/);
  assert.equal(mergeScopes([tenant('north'), undefined, tenant('north')]), tenant('north'));
  assert.is(mergeScopes([undefined, undefined]), undefined);
});

test('the cache key does not depend on the order of the settings', () => {
  const one = withScope({ settings: { 'app.a': '1', 'app.b': '2' } }, () => scopeKey());
  const other = withScope({ settings: { 'app.b': '2', 'app.a': '1' } }, () => scopeKey());
  assert.is(one, other);
  assert.not.equal(
    one,
    withScope({ settings: { 'app.a': '2', 'app.b': '1' } }, () => scopeKey()),
  );
  assert.is(scopeKey(), '');
});

test('a count that is cached for one scope is not used for another', async () => {
  const { models } = buildModels([{ owner: 'test', model: Note }]);
  const counts = new Counts();
  const condition = [sql.fragment`t.text <> 'nothing'`];
  await withPlainConnection(base.url, async (owner) => {
    await owner.query("insert into note select 1000 + n, 'north', 'n' from generate_series(1, 60000) n");
    await owner.query('analyze note');
  });
  const north = await withScope(tenant('north'), () => counts.count(database, models.of(Note), condition, 0));
  const south = await withScope(tenant('south'), () => counts.count(database, models.of(Note), condition, 0));
  assert.equal(north, { kind: 'more', rows: 1_000 });
  assert.equal(south, { kind: 'exact', rows: 1 });
  await runSql(base.url, 'delete from note where id > 1000');
});

const requests = suite('request scope over HTTP');
let app: TestApp;
let ownerUrl = '';

/** Resolves for all callers once `count` of them are waiting, so that requests run in parallel. */
function barrier(count: number): () => Promise<void> {
  const complete = Promise.withResolvers<void>();
  let missing = count;
  return () => {
    missing -= 1;
    if (missing === 0) complete.resolve();
    return complete.promise;
  };
}
let everyone = barrier(2);

const tenancy = definePlugin({
  name: 'tenancy',
  api: 1,
  scope: (ctx: Context) => {
    const name = ctx.get('x-tenant');
    return name === '' ? undefined : { settings: { 'app.tenant': name } };
  },
  routes(routes) {
    routes.get('/+parallel', { access: { signedIn: true } }, async (ctx, { database, reading, readingFor }) => {
      await everyone();
      const seen = [
        await texts(database),
        await texts(reading),
        await texts(readingFor(ctx.state.actor)),
        await database.transaction((tx) => texts(tx)),
      ];
      ctx.body = { seen };
    });
  },
});
const texts = (on: Query) => on.anyFirst(sql.type(z.object({ text: z.string() }))`select text from note order by text`);

requests.before(async () => {
  app = await testApp(
    { models: [Note], plugins: { admin: { admins: [defineAdmin(Note, {})] } }, extend: [tenancy] },
    {
      connectVia: (url) => {
        ownerUrl = url;
        return asTenantRole(url);
      },
    },
  );
  await withPlainConnection(ownerUrl, async (owner) => {
    await owner.query("insert into note (id, tenant, text) values (1, 'north', 'snow'), (2, 'south', 'sand')");
    await owner.query(POLICY);
  });
});
requests.after(async () => {
  await app.close();
  await withPlainConnection(base.url.replace(/\/[^/]*$/, '/postgres'), async (owner) => {
    await owner.query(`drop role ${ROLE}`);
  }).catch(() => {}); // the first database may still have grants; the server of a test run is deleted
});

requests('two tenants in parallel requests see their own rows on every connection', async () => {
  const client = await app.signInAs('administrator');
  const headers = ['north', 'south'].map((name) => ({ 'x-tenant': name }));
  everyone = barrier(2);
  const [north, south] = await Promise.all(headers.map((each) => client.get('/admin/+parallel', each)));
  const four = (text: string) => ({ seen: [[text], [text], [text], [text]] });
  assert.equal(JSON.parse(north?.text ?? ''), four('snow'));
  assert.equal(JSON.parse(south?.text ?? ''), four('sand'));
  everyone = barrier(1);
  const none = await client.get('/admin/+parallel');
  assert.equal(JSON.parse(none.text), { seen: [[], [], [], []] }, 'no scope, no rows');
});

requests("the pages of the admin show and change only the tenant's rows", async () => {
  const client = await app.signInAs('administrator');
  const list = async (name: string) => (await client.get('/admin/notes', { 'x-tenant': name })).text;
  assert.match(await list('north'), 'snow');
  assert.not.match(await list('north'), 'sand');
  assert.match(await list('south'), 'sand');
  assert.is((await client.get('/admin/notes/2', { 'x-tenant': 'south' })).status, 200);
  assert.is((await client.get('/admin/notes/2', { 'x-tenant': 'north' })).status, 404);
});
