// A form stopped by the reauthentication gate is kept, and offered again afterwards.

import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { takeInterruptedForm } from '../../../core/http/interrupted-form.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { definePlugin } from '../../../core/plugin.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { type Client, formFieldsOf, formTokenOf } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { expireRecency } from './expire-recency.ts';

const Airport = defineModel('airport', {
  fields: {
    iata: field.text({ max: 3 }),
    name: field.text({ max: 100 }),
    remarks: field.text({ max: 20_000, nullable: true, multiline: true }),
  },
  key: 'iata',
  label: 'name',
});

/** Of every kind of control, with names that are left out of a kept form. */
const Vault = defineModel('vault', {
  fields: {
    note: field.text({ max: 20 }),
    apiSecret: field.text({ max: 20, nullable: true }),
    tokenCount: field.integer({ nullable: true }),
    tokenActive: field.boolean(),
    secretTags: field.array(field.choice(['a', 'b']), { nullable: true }),
    secretKind: field.choice(['old', 'new'], { nullable: true }),
    tokenOrigin: field.belongsTo(() => Airport, { nullable: true, onDelete: 'restrict' }),
    secretAirports: field.manyToMany(() => Airport, { through: () => VaultAirport }),
  },
  label: 'note',
});
const VaultAirport = defineModel('vaultAirport', {
  fields: {
    vault: field.belongsTo(() => Vault, { onDelete: 'cascade' }),
    airport: field.belongsTo(() => Airport, { onDelete: 'restrict' }),
  },
  key: ['vault', 'airport'],
  label: 'airport',
});

/** Closed while a test sets it; it keeps forms as the reauthentication gate does. */
let isClosed = false;
let isHalfSignedIn = false;
const posted: string[] = [];
const access = { signedIn: true, recent: true } as const;
const delicate = definePlugin({
  name: 'delicate',
  api: 1,
  requires: ['sessions'],
  gates: [
    { name: 'wall', page: '/wall', keepsForms: true, passes: () => !isClosed },
    { name: 'half', page: '/wall', passes: () => !isHalfSignedIn },
  ],
  routes(routes) {
    const skipGates = ['wall', 'half'];
    routes.get('/wall', { access: { signedIn: true }, skipGates }, (ctx) => {
      ctx.body = 'wall';
    });
    routes.get('/transfer', { access }, (ctx) => {
      const typed = takeInterruptedForm(ctx);
      ctx.body = JSON.stringify(typed ? Object.fromEntries([...typed.names()].map((n) => [n, typed.all(n)])) : null);
    });
    routes.post('/transfer', { access, resumable: true, responses: [200] }, (ctx) => {
      posted.push(ctx.state.form?.get('amount') ?? '');
      ctx.body = 'done';
    });
    routes.post('/forgetful', { access, responses: [200] }, (ctx) => {
      ctx.body = 'done';
    });
    routes.post('/no-page', { access, resumable: true, responses: [200] }, (ctx) => {
      ctx.body = 'done';
    });
  },
});

const test = suite('sessions: interrupted forms');
let desk: TestApp;
test.before(async () => {
  desk = await testApp({
    models: [Airport, Vault, VaultAirport],
    extend: [delicate],
    plugins: { admin: { admins: [defineAdmin(Airport, {}), defineAdmin(Vault, {})] } },
  });
});
test.before.each(() => {
  isClosed = false;
  isHalfSignedIn = false;
  posted.length = 0;
});
test.after(() => desk.close());

const tokenOf = async (client: Client): Promise<string> =>
  formTokenOf((await client.get('/admin/account/sessions')).text);

test('the input is restored once after the password was entered', async () => {
  const client = await desk.signInAs('staff');
  const token = await tokenOf(client);
  await expireRecency(desk);
  const form = {
    '~token': token,
    amount: '12 €',
    to: ['ana', 'bob'],
    password: 'hunter2',
    apiSecret: 's',
    note: 'ß\0x',
  };
  const wall = await client.post('/admin/transfer?x=1', form);
  assert.is(wall.status, 303);
  assert.is(wall.location, '/admin/reauth?next=%2Fadmin%2Ftransfer%3Fx%3D1');
  assert.equal(posted, [], 'it is not carried out');
  const back = await client.submit(wall.location, { password: PASSWORD }, '/admin/reauth');
  assert.is(back.location, '/admin/transfer?x=1');
  const kept = { amount: ['12 €'], to: ['ana', 'bob'], note: ['ßx'] };
  assert.equal(JSON.parse((await client.get(back.location)).text), kept, 'without token, passwords and secrets');
  assert.is((await client.get(back.location)).text, 'null');
});

test('attack: a form from another page, or without the token of the session, is not kept', async () => {
  const client = await desk.signInAs('staff');
  await expireRecency(desk);
  for (const token of ['', 'x'.repeat(86)]) {
    const answer = await client.post('/admin/transfer', { '~token': token, amount: '1' });
    assert.is(answer.location, '/admin/reauth');
  }
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  assert.is((await client.post('/admin/transfer', { amount: '1' }, foreign)).status, 403);
  await client.submit('/admin/reauth', { password: PASSWORD });
  assert.is((await client.get('/admin/transfer')).text, 'null');
});

test('forms are not kept if they are too large, have no page or their route does not keep them', async () => {
  const client = await desk.signInAs('staff');
  const token = await tokenOf(client);
  await expireRecency(desk);
  const lost = [
    await client.post('/admin/forgetful', { '~token': token, amount: '1' }),
    await client.post('/admin/no-page', { '~token': token, amount: '1' }),
    await client.post('/admin/transfer', { '~token': token, amount: 'x'.repeat(65_536) }),
    // Each of these letters is two bytes.
    await client.post('/admin/transfer', { '~token': token, amount: 'ع'.repeat(32_768) }),
  ];
  for (const answer of lost) assert.equal([answer.status, answer.location], [303, '/admin/reauth']);
  await client.submit('/admin/reauth', { password: PASSWORD });
  assert.is((await client.get('/admin/transfer')).text, 'null');
});

test('a form of up to 64 KB is kept', async () => {
  const client = await desk.signInAs('staff');
  const token = await tokenOf(client);
  await expireRecency(desk);
  const amount = 'ع'.repeat(32_600);
  const wall = await client.post('/admin/transfer', { '~token': token, amount });
  assert.is(wall.location, '/admin/reauth?next=%2Fadmin%2Ftransfer');
  const back = await client.submit(wall.location, { password: PASSWORD }, '/admin/reauth');
  assert.equal(JSON.parse((await client.get(back.location)).text), { amount: [amount] });
});

test('attack: while another gate is closed, no response depends on the user’s permissions', async () => {
  const client = await desk.signInAs('user');
  const token = await tokenOf(client);
  isClosed = true;
  isHalfSignedIn = true;
  const answers = [];
  for (const path of ['/admin/transfer', '/admin/airports/+new', '/admin/airports/ATL/+edit'])
    answers.push(await client.post(path, { '~token': token, name: 'x' }));
  for (const { status, location } of answers) assert.equal([status, location], [303, '/admin/wall']);
});

test('the admin fills in its form again: a new record', async () => {
  const client = await desk.signInAs('administrator');
  const token = await tokenOf(client);
  isClosed = true;
  const form = { '~token': token, iata: 'ATL', name: 'Hartsfield <b>', remarks: 'two\nlines', '~then': 'stay' };
  const wall = await client.post('/admin/airports/+new', form);
  assert.is(wall.location, '/admin/wall?next=%2Fadmin%2Fairports%2F%2Bnew');
  isClosed = false;
  const page = await client.get('/admin/airports/+new');
  assert.match(page.text, 'Your previous entries have been restored.');
  const saved = await client.submit('/admin/airports/+new', { iata: 'ATL', name: 'x' });
  assert.is(saved.status, 303);
  assert.not.match((await client.get('/admin/airports/+new')).text, 'filled in again');
});

test('the admin fills in its form again: an edit, with the version that was edited', async () => {
  const client = await desk.signInAs('administrator');
  const page = await client.get('/admin/airports/ATL/+edit');
  const version = /name="~version" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const token = await tokenOf(client);
  isClosed = true;
  await client.post('/admin/airports/ATL/+edit', {
    '~token': token,
    '~version': version,
    iata: 'ATL',
    name: 'Atlanta',
    remarks: '',
  });
  isClosed = false;
  await desk.app.database.query(sql.unsafe`update airport set remarks = 'of somebody else'`);
  const again = await client.submit('/admin/airports/ATL/+edit', {});
  assert.is(again.status, 409, 'somebody else has changed it meanwhile');
  assert.match(again.text, 'value="Atlanta"');
});

test('fields that are left out of a kept form keep their values', async () => {
  const { database, write } = desk.app;
  await database.transaction(async (tx) => {
    const context = commandAuditContext();
    await write.create(tx, context, Airport, { iata: 'LHR', name: 'Heathrow' });
    await write.create(tx, context, Vault, {
      note: 'old',
      apiSecret: 's3',
      tokenCount: 7,
      tokenActive: true,
      secretTags: ['a', 'b'],
      secretKind: 'old',
      tokenOrigin: 'LHR',
    });
    await write.create(tx, context, VaultAirport, { vault: 1, airport: 'LHR' });
  });
  const stored = () =>
    database.oneFirst(sql.type(z.object({ row: z.string() }))`
      select (to_jsonb(v) - 'updated_at' || jsonb_build_object('links', (select count(*) from vault_airport)))::text as row from vault v
    `);
  const before = await stored();
  const client = await desk.signInAs('administrator');
  const edit = '/admin/vaults/1/+edit';
  const fields = formFieldsOf((await client.get(edit)).text, edit);
  isClosed = true;
  await client.post(edit, { ...fields, note: 'new' });
  isClosed = false;
  const again = await client.get(edit);
  assert.match(again.text, 'Your previous entries have been restored.');
  assert.is((await client.post(edit, formFieldsOf(again.text, edit))).status, 303);
  assert.is(await stored(), before.replace('"note": "old"', '"note": "new"'));
});

test('no response was undeclared, and no error was logged', () => {
  assert.equal(desk.errors, []);
});
