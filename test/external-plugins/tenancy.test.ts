// Tenancy by row-level security: see tenancy/.
import { request } from 'node:http';
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { withScope } from '../../core/database/scope.ts';
import { type AnyModel, commandAuditContext, defineAdmin, defineModel, field, sql, z } from '../../index.ts';
import type { TestApp } from '../support/app.ts';
import { parseForms } from '../support/client.ts';
import { SESSION_COOKIE } from '../support/session-cookie.ts';
import { suite } from '../support/suite.ts';
import { appWith } from './support.ts';
import { tenancy } from './tenancy/index.ts';

const test = suite('external: tenancy');
const Case = defineModel('case', {
  fields: {
    name: field.text(),
    tenant: field.text({ readOnly: true, default: '' }),
    parent: field.belongsTo((): AnyModel => Case, { nullable: true }),
  },
});
const ROLE = 'tenancy_desk';
let desk: TestApp;
let cookie: string;
test.before(async () => {
  desk = await appWith([tenancy([Case])], {
    models: [Case],
    plugins: { tenancy: { role: ROLE }, admin: { admins: [defineAdmin(Case, { list: ['name'], search: ['name'] })] } },
  });
  await withPlainConnection(desk.app.database.url, (client) =>
    client.query(`
      alter table "case" enable row level security;
      create policy tenants on "case" using (tenant = current_setting('app.tenant', true));
      do $$ begin create role ${ROLE}; exception when duplicate_object or unique_violation then null; end $$;
      grant select, insert, update, delete on all tables in schema public to ${ROLE};
      grant usage on all sequences in schema public to ${ROLE};
    `),
  );
  cookie = `${SESSION_COOKIE}=${(await desk.signInAs('administrator')).cookie(SESSION_COOKIE)}`;
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

interface TestResponse {
  readonly status: number;
  readonly text: string;
  readonly location: string;
}

/** `fetch` sets the Host header itself. */
function ask(tenant: string, path: string, form?: Readonly<Record<string, string>>): Promise<TestResponse> {
  const { hostname, port } = new URL(desk.url);
  const headers = {
    host: `${tenant}.desk.example`,
    cookie,
    accept: 'text/html',
    ...(form && { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers, method: form ? 'POST' : 'GET' }, async (answer) => {
      const chunks = await answer.toArray();
      const { location = '' } = answer.headers;
      resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString(), location });
    });
    sent.on('error', reject);
    sent.end(form && new URLSearchParams(form).toString());
  });
}

async function add(tenant: string, name: string): Promise<TestResponse> {
  const { text } = await ask(tenant, '/admin/cases/+new');
  const form = parseForms(text).find(({ action }) => action === '/admin/cases/+new');
  return ask(tenant, '/admin/cases/+new', { ...(form?.fields as Record<string, string>), name });
}

test('each tenant adds, lists, searches and counts its own rows', async () => {
  for (const [tenant, name] of [
    ['acme', 'Anvil'],
    ['acme', 'Rocket'],
    ['globex', 'Laser'],
  ] as const) {
    assert.is((await add(tenant, name)).status, 303, name);
  }
  // The message about the last one is shown once, on the next page.
  await ask('globex', '/admin/cases');
  const [acme, globex] = [await ask('acme', '/admin/cases'), await ask('globex', '/admin/cases')];
  for (const own of ['Anvil', 'Rocket']) assert.match(acme.text, own);
  assert.not.match(acme.text, 'Laser');
  assert.match(globex.text, 'Laser');
  assert.not.match(globex.text, 'Anvil');
  assert.match((await ask('acme', '/admin/cases?q=Laser')).text, 'No ');
  // The same list has another count for each tenant, despite caches.
  assert.match((await ask('acme', '/admin/cases?count=exact')).text, />2</);
  assert.match((await ask('globex', '/admin/cases?count=exact')).text, />1</);
});

test("another tenant's record cannot be found by any URL", async () => {
  const id = await desk.app.database.oneFirst(sql.type(z.object({ id: z.string() }))`
    select id from "case" where name = 'Laser'
  `);
  for (const path of [`/admin/cases/${id}`, `/admin/cases/${id}/+edit`, `/admin/cases/${id}/+delete`]) {
    assert.is((await ask('acme', path)).status, 404, path);
    assert.is((await ask('globex', path)).status, 200, path);
  }
});

test("another tenant's record cannot be referenced, although the foreign key would be satisfied", async () => {
  const { database, models, write } = desk.app;
  const ids = await database.anyFirst(sql.type(z.object({ id: z.string() }))`
    select id from "case" where name in ('Anvil', 'Laser') order by name
  `);
  const settings = { role: ROLE, 'app.tenant': 'acme' };
  const outcomes = await withScope({ settings }, () =>
    database.transaction(async (tx) => {
      const [own, foreign] = ids.map(Number);
      const create = (parent: unknown) =>
        write.createAny(tx, commandAuditContext(), models.of(Case), { name: 'Child', parent });
      return [await create(foreign), await create(own)].map(({ outcome }) => outcome);
    }),
  );
  assert.equal(outcomes, ['invalid', 'done']);
  await database.query(sql.unsafe`delete from "case" where name = 'Child'`);
});

test("another tenant's changes are on no page: not in the history, the dashboard or the audit trail", async () => {
  const id = await desk.app.database.oneFirst(sql.type(z.object({ id: z.string() }))`
    select id from "case" where name = 'Laser'
  `);
  assert.match((await ask('globex', `/admin/cases/${id}/+history`)).text, 'Laser');
  assert.is((await ask('acme', `/admin/cases/${id}/+history`)).status, 404);
  for (const path of ['/admin', '/admin/audit', '/admin/audit?model=case']) {
    const { status, text } = await ask('acme', path);
    assert.is(status, 200, path);
    assert.not.match(text, 'Laser', path);
  }
});

test('a host without a tenant shows no rows', async () => {
  assert.is((await ask('127', '/admin/cases')).status, 200);
  assert.not.match((await ask('127', '/admin/cases')).text, 'Anvil');
});

test('concurrent requests of two tenants stay separate, and no connection keeps a setting', async () => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, at) => ask(at % 2 === 0 ? 'acme' : 'globex', '/admin/cases')),
  );
  answers.forEach(({ text }, at) => {
    assert.match(text, at % 2 === 0 ? 'Anvil' : 'Laser');
    assert.not.match(text, at % 2 === 0 ? 'Laser' : 'Anvil');
  });
  const left = sql.type(z.object({ tenant: z.string().nullable(), role: z.string() }))`
    select nullif(current_setting('app.tenant', true), '') as tenant, current_setting('role') as role
  `;
  for (const database of [desk.app.database, desk.app.reading]) {
    const settings = await Promise.all(Array.from({ length: 10 }, () => database.one(left)));
    for (const { tenant, role } of settings) assert.equal([tenant, role], [null, 'none']);
  }
});

test('every row belongs to the tenant that added it, regardless of the form', async () => {
  const rows = await desk.app.database.any(sql.type(z.object({ name: z.string(), tenant: z.string() }))`
    select name, tenant from "case" order by id
  `);
  assert.equal(
    rows.map(({ name, tenant }) => [name, tenant]),
    [
      ['Anvil', 'acme'],
      ['Rocket', 'acme'],
      ['Laser', 'globex'],
    ],
  );
});
