// Fields that users can set but not see, and records that they can change but not view.
import * as assert from 'uvu/assert';
import { defineAdmin, defineModel, field, sql, z } from '../../../index.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { type Client, formTokenOf } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';

const test = suite('admin: fields that can be set but not viewed');
const Card = defineModel('card', {
  fields: { name: field.text({ max: 80 }), pin: field.text({ max: 9, nullable: true }) },
});
const Row = z.object({ name: z.string(), pin: z.string().nullable() });
const Count = z.object({ n: z.number() });
let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await testApp({ models: [Card], plugins: { admin: { admins: [defineAdmin(Card, { search: ['pin'] })] } } });
  const { policy } = desk.app;
  const may = policy.mayField.bind(policy);
  policy.mayField = (actor, action, f) =>
    !(actor.kind === 'user' && actor.role === 'staff' && action === 'view' && f.name === 'pin') &&
    may(actor, action, f);
  clerk = await desk.signInAs('staff', ['card.view', 'card.add', 'card.change']);
});
test.before.each(async () => {
  await desk.app.database.query(sql.unsafe`truncate card restart identity`);
  await desk.app.database.query(sql.unsafe`insert into card (name, pin) values ('Ada', '4711')`);
});
test.after(() => desk.close());

const card = () => desk.app.database.one(sql.type(Row)`select name, pin from card where id = 1`);

test('saving a form unchanged keeps values that it could not show', async () => {
  const { status } = await clerk.submit('/admin/cards/1/+edit', { name: 'Ada L.' });
  assert.is(status, 303);
  assert.equal({ ...(await card()) }, { name: 'Ada L.', pin: '4711' });
});

test('the field can be set, and the response does not reveal whether the value was the same', async () => {
  const answers = [];
  for (const pin of ['4711', '0000']) {
    const saved = await clerk.submit('/admin/cards/1/+edit', { pin });
    answers.push([saved.status, saved.location, await updates()]);
  }
  assert.equal(answers, [
    [303, '/admin/cards', 1],
    [303, '/admin/cards', 2],
  ]);
});

test('with a stale version, right and wrong guesses get the same response', async () => {
  const statuses = [];
  for (const pin of ['4711', '0000']) {
    statuses.push((await clerk.submit('/admin/cards/1/+edit', { pin, '~version': '1' })).status);
  }
  assert.equal(statuses, [409, 409]);
});

test('a list whose searched fields are all hidden has no search, and its URL rejects the parameter', async () => {
  const chief = await desk.signInAs('administrator');
  assert.match((await chief.get('/admin/cards?q=4711')).text, 'name="q"');
  const { status, text } = await clerk.get('/admin/cards');
  assert.is(status, 200);
  assert.not.match(text, 'name="q"');
  for (const pin of ['4711', '0000']) assert.is((await clerk.get(`/admin/cards?q=${pin}`)).status, 400);
});

test('users who can change but not view learn nothing from guesses', async () => {
  const blind = await desk.signInAs('staff', ['card.change', 'card.add']);
  const page = await blind.get('/admin/cards/+new');
  const token = formTokenOf(page.text);
  const statuses = [];
  for (const pin of ['4711', '0000']) {
    statuses.push((await blind.post('/admin/cards/1/+edit', { '~token': token, '~version': '1', pin })).status);
  }
  assert.is(new Set(statuses).size, 1, String(statuses));
});

test('a cached page that is corrected and submitted again is a new submission: the correction is stored', async () => {
  const first = await clerk.get('/admin/cards/1/+edit');
  const value = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(first.text)?.[1] ?? '';
  const fields = { '~token': value('~token'), '~form': value('~form'), '~version': value('~version') };
  assert.is((await clerk.post('/admin/cards/1/+edit', { ...fields, name: 'One' })).status, 303);
  assert.is((await clerk.post('/admin/cards/1/+edit', { ...fields, name: 'One' })).status, 303, 'the very same again');
  assert.is(
    (await clerk.post('/admin/cards/1/+edit', { ...fields, name: 'Corrected' })).status,
    409,
    'told, not dropped',
  );
  assert.is((await card()).name, 'One');
});

const updates = () =>
  desk.app.database.oneFirst(
    sql.type(
      Count,
    )`select count(*)::integer as n from rustio_audit where event = 'update' and subject_model = 'card' and subject_key = '1' and after ? 'pin'`,
  );
