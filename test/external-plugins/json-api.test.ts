// A JSON API with bearer tokens: see json-api/.

import { findAccountByEmail } from 'rustio-admin/auth';
import { commandAuditContext } from 'rustio-admin/plugin';
import * as assert from 'uvu/assert';
import { defineAdmin, defineModel, defineRules, field, sql, z } from '../../index.ts';
import type { TestApp } from '../support/app.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { suite } from '../support/suite.ts';
import { jsonApi } from './json-api/index.ts';
import { createToken } from './json-api/tokens.ts';
import { appWith } from './support.ts';

const test = suite('external: json-api');
const Crate = defineModel('crate', {
  fields: {
    label: field.text({ max: 40, unique: true }),
    weight: field.decimal({ precision: 8, scale: 2, nullable: true }),
    packedOn: field.date({ nullable: true }),
    fragile: field.boolean({ default: false }),
    margin: field.integer({ nullable: true }),
    serial: field.bigint({ nullable: true }),
    details: field.json(z.unknown(), { nullable: true }),
    inside: field.belongsTo(() => Crate, { nullable: true }),
  },
  label: 'label',
});
let desk: TestApp;
test.before(async () => {
  desk = await appWith([jsonApi], {
    models: [Crate],
    rules: [defineRules(Crate, { fields: { margin: (actor) => actor.kind === 'user' && actor.role !== 'staff' } })],
    // It brings a scheme `bearer` of its own.
    plugins: { admin: { admins: [defineAdmin(Crate, {})] }, tokens: false },
  });
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

test('with the built-in tokens, which have the same scheme, startup fails and names both', async () => {
  const error = await rustioFailureOf(appWith([jsonApi]));
  assert.equal(error.details, ['plugin json-api: The authentication scheme "bearer" already belongs to tokens.']);
});

async function tokenFor(permissions: readonly string[], limited: readonly string[] | null = null): Promise<string> {
  const { app } = desk;
  const email = await desk.account('staff', permissions);
  const account = await findAccountByEmail(app.database, email);
  if (!account) throw new Error(email);
  return app.database.transaction((tx) =>
    createToken(tx, commandAuditContext(), app, { userId: account.id, name: email, permissions: limited }),
  );
}

interface JsonAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown> & { readonly error?: { code: string; issues?: { path: string }[] } };
}

async function call(
  method: string,
  path: string,
  token?: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<JsonAnswer> {
  const answer = await fetch(desk.url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, json: text === '' ? {} : JSON.parse(text) };
}

test('creates, reads, lists, changes and deletes records, and keeps every digit', async () => {
  const token = await tokenFor(['crate.view', 'crate.add', 'crate.change', 'crate.delete']);
  const created = await call('POST', '/api/crates', token, {
    label: 'Tea',
    weight: '12.50',
    packedOn: '2026-02-28',
    fragile: true,
  });
  assert.is(created.status, 201, JSON.stringify(created.json));
  const path = `/api/crates/${created.json.key}`;
  const read = await call('GET', path, token);
  assert.equal(
    [read.json.label, read.json.weight, read.json.packedOn, read.json.fragile],
    ['Tea', '12.50', '2026-02-28', true],
  );
  const listed = await call('GET', '/api/crates?f.fragile=true&size=10', token);
  assert.equal(
    (listed.json.records as { label: string }[]).map(({ label }) => label),
    ['Tea'],
  );
  const changed = await call('PATCH', path, token, { weight: null }, { 'if-match': String(read.json.version) });
  assert.equal(changed.json, { key: created.json.key, changed: true });
  const stale = await call('PATCH', path, token, { label: 'Coffee' }, { 'if-match': String(read.json.version) });
  assert.is(stale.status, 409);
  const gone = await call('DELETE', path, token);
  assert.is(gone.status, 204);
  assert.is((await call('GET', path, token)).status, 404);
});

test('numbers that JavaScript would round are stored with all their digits, and unchanged if they are sent back (T03)', async () => {
  const token = await tokenFor(['crate.view', 'crate.add', 'crate.change']);
  const body = `{"label": "Digits", "serial": 9007199254740993, "weight": 1.50, "details": {"id": 12345678901234567890, "p": 0.10}}`;
  const send = async (method: string, path: string, text: string) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(desk.url + path, { method, headers, body: text });
    return { status: answer.status, text: await answer.text() };
  };
  const created = await send('POST', '/api/crates', `\ufeff${body}`);
  assert.is(created.status, 201, created.text);
  const path = `/api/crates/${JSON.parse(created.text).key}`;
  const [stored] = await desk.app.database.any(
    sql.type(
      z.object({ serial: z.string(), weight: z.string(), details: z.string() }),
    )`select serial::text, weight::text, details::text from crate where label = 'Digits'`,
  );
  assert.equal(stored, {
    serial: '9007199254740993',
    weight: '1.50',
    details: '{"p": 0.10, "id": 12345678901234567890}',
  });
  const read = await fetch(desk.url + path, { headers: { authorization: `Bearer ${token}` } });
  const [, details] = /"details":(\{[^}]*\})/.exec(await read.text()) ?? [];
  const again = await send('PATCH', path, `{"serial": 9007199254740993, "details": ${details}}`);
  assert.is(JSON.parse(again.text).changed, false, details);
  const wrong = await send('POST', '/api/crates', '{"label": "Lost", "inside": 9007199254740993}');
  assert.is(wrong.status, 422, 'not the crate with the rounded number');
});

test('problems are reported by field, with 422', async () => {
  const token = await tokenFor(['crate.view', 'crate.add']);
  const { status, json } = await call('POST', '/api/crates', token, {
    label: 'x'.repeat(41),
    weight: 'heavy',
    colour: 'red',
  });
  assert.is(status, 422);
  assert.is(json.error?.code, 'RIO-API-REFUSED');
  assert.equal(
    json.error?.issues?.map(({ path }) => path),
    ['label', 'weight'],
  );
  const unknown = await call('POST', '/api/crates', token, { label: 'y', colour: 'red' });
  assert.equal(
    unknown.json.error?.issues?.map(({ path }) => path),
    ['colour'],
  );
});

test('a field that the owner cannot see is absent, regardless of the request', async () => {
  const token = await tokenFor(['crate.view', 'crate.add', 'crate.change']);
  const messages = async (method: string, path: string, name: string) => {
    const { status, json } = await call(method, path, token, { label: `for ${name}`, [name]: 'not a number' });
    return [status, JSON.stringify(json.error?.issues).replaceAll(name, 'NAME')];
  };
  assert.equal(await messages('POST', '/api/crates', 'margin'), await messages('POST', '/api/crates', 'nowhere'));
  const { json } = await call('POST', '/api/crates', token, { label: 'plain' });
  const path = `/api/crates/${json.key}`;
  assert.equal(await messages('PATCH', path, 'margin'), await messages('PATCH', path, 'nowhere'));
  assert.equal((await call('GET', path, token)).json.margin, undefined);
  assert.equal(
    [
      (await call('GET', '/api/crates?f.margin=1', token)).status,
      (await call('GET', '/api/crates?sort=margin', token)).status,
    ],
    [400, 400],
  );
});

test('without a token, or with a wrong one, the response is 401 as JSON and never a redirect', async () => {
  for (const token of [undefined, 'desk_wrong', `desk_${'x'.repeat(32)}`]) {
    const { status, headers, json } = await call('GET', '/api/crates', token, undefined, { accept: 'text/html' });
    assert.is(status, 401);
    assert.is(headers.get('www-authenticate'), 'Bearer');
    assert.is(json.error?.code, 'RIO-HTTP-SIGN-IN');
  }
});

test('a cookie does not authenticate the API, and a token does not open pages', async () => {
  const user = await desk.signInAs('administrator');
  assert.is((await user.get('/api/crates')).status, 401);
  const token = await tokenFor(['crate.view']);
  const page = await fetch(`${desk.url}/admin/crates`, {
    redirect: 'manual',
    headers: { accept: 'text/html', authorization: `Bearer ${token}` },
  });
  assert.is(page.status, 303);
});

test('a token has at most the permissions of its owner, and only those that it was granted', async () => {
  const readOnly = await tokenFor(['crate.view', 'crate.add'], ['crate.view', 'crate.delete']);
  assert.is((await call('GET', '/api/crates', readOnly)).status, 200);
  assert.is((await call('POST', '/api/crates', readOnly, { label: 'z' })).status, 403);
  assert.is((await call('DELETE', '/api/crates/1', readOnly)).status, 403);
});

test('the audit trail names the token and its owner', async () => {
  const token = await tokenFor(['crate.view', 'crate.add']);
  const { json } = await call('POST', '/api/crates', token, { label: 'Audited' });
  const row = z.object({
    actor_kind: z.string(),
    actor_id: z.string().nullable(),
    credential_scheme: z.string().nullable(),
  });
  const entry = await desk.app.database.one(sql.type(row)`
    select actor_kind, actor_id::text, credential_scheme from rustio_audit
    where subject_model = 'crate' and subject_key = ${String(json.key)}
  `);
  assert.is(entry.actor_kind, 'token');
  assert.is(entry.credential_scheme, 'bearer');
  assert.ok(entry.actor_id);
});

test('unsupported methods, models and bodies get JSON errors', async () => {
  const token = await tokenFor(['crate.view', 'crate.add']);
  const put = await call('PUT', '/api/crates', token, {});
  assert.is(put.status, 405);
  assert.is(put.headers.get('allow'), 'GET, HEAD, POST');
  assert.is((await call('GET', '/api/nothing', token)).status, 404);
  const form = await fetch(`${desk.url}/api/crates`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'label=x',
  });
  assert.is(form.status, 415);
});
