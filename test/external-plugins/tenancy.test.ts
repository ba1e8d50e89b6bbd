// Tenancy by row-level security, written from outside: see tenancy/.
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../core/database/plain.ts';
import { withScope } from '../../core/public.ts';
import { defineAdmin, defineModel, field, sql, z } from '../../index.ts';
import type { TestApp } from '../support/app.ts';
import { suite } from '../support/suite.ts';
import { appWith } from './support.ts';
import { tenancy } from './tenancy/index.ts';

const test = suite('external: tenancy');
const Case = defineModel('case', {
  fields: { name: field.text(), tenant: field.text({ readOnly: true, default: '' }) },
});
const ROLE = 'tenancy_desk';
let desk: TestApp;
test.before(async () => {
  desk = await appWith([tenancy([Case])], {
    models: [Case],
    plugins: { admin: { admins: [defineAdmin(Case, { list: ['name'], search: ['name'] })] } },
  });
  // The role of the tests owns every table and passes every policy; the policy below is for everybody who does not.
  await withPlainConnection(desk.app.database.url, (client) =>
    client.query(`
      alter table "case" enable row level security;
      alter table "case" force row level security;
      create policy tenants on "case" using (tenant = current_setting('app.tenant', true));
    `),
  );
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const count = sql.type(z.object({ rows: z.number() }));

test('every statement of a request runs in the scope of its tenant, and none outside of it', async () => {
  const { app } = desk;
  const tenant = sql.type(z.object({ tenant: z.string().nullable() }));
  const inScope = await withScope({ settings: { 'app.tenant': 'acme' } }, () =>
    app.database.one(tenant`select current_setting('app.tenant', true) as tenant`),
  );
  assert.is(inScope.tenant, 'acme');
  for (const database of [app.database, app.reading]) {
    const after = await database.one(tenant`select nullif(current_setting('app.tenant', true), '') as tenant`);
    assert.is(after.tenant, null);
  }
});

test('a request without a tenant is refused, and one with a tenant writes and reads its own rows', async () => {
  const person = await desk.person('administrator');
  const at = (host: string) => ({ host: `${host}.desk.example` });
  assert.is((await person.get('/admin/cases', { accept: 'text/html' })).status, 404, 'an address is no tenant');
  const headers = at('acme');
  assert.is((await ask(person.cookie('rustio') ?? '', headers)).status, 200);
  const { app } = desk;
  const command = { actor: { kind: 'command', name: 'test' }, correlationId: 'x', ip: null, credential: null } as const;
  for (const name of ['acme', 'globex'] as const) {
    const written = await withScope({ settings: { 'app.tenant': name } }, () =>
      app.database.transaction((tx) => app.write.create(tx, command, Case, { name: `Case of ${name}` })),
    );
    assert.is(written.outcome, 'done');
  }
  const rows = await app.database.any(sql.type(z.object({ name: z.string(), tenant: z.string() }))`
    select name, tenant from "case" order by id
  `);
  assert.equal(
    rows.map((row) => [row.name, row.tenant]),
    [
      ['Case of acme', 'acme'],
      ['Case of globex', 'globex'],
    ],
  );
});

async function ask(cookie: string, { host }: { host: string }): Promise<{ status: number; text: string }> {
  const { request } = await import('node:http');
  const { hostname, port } = new URL(desk.url);
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, path: '/admin/cases', headers: { host, cookie: `rustio=${cookie}`, accept: 'text/html' } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

test('PostgreSQL keeps tenants apart for a role that does not pass its policies', async () => {
  await withPlainConnection(desk.app.database.url, async (client) => {
    await client.query(`do $$ begin create role ${ROLE}; exception when duplicate_object then null; end $$`);
    await client.query(`grant select on "case" to ${ROLE}`);
    await client.query(`set role ${ROLE}`);
    const seen = async (tenant: string): Promise<readonly string[]> => {
      await client.query('begin');
      await client.query(`select set_config('app.tenant', $1, true)`, [tenant]);
      const { rows } = await client.query('select name from "case"');
      await client.query('commit');
      return rows.map((row: { name: string }) => row.name);
    };
    assert.equal(await seen('acme'), ['Case of acme']);
    assert.equal(await seen('globex'), ['Case of globex']);
    assert.equal(await seen('nobody'), []);
  });
  assert.ok((await desk.app.database.one(count`select count(*)::integer as rows from "case"`)).rows >= 2);
});
