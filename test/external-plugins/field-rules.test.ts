// Field and row rules for the model of another plugin: see field-rules/.
import * as assert from 'uvu/assert';
import { defineAdmin, defineModel, field, sql, z } from '../../index.ts';
import type { TestApp } from '../support/app.ts';
import type { Client } from '../support/client.ts';
import { suite } from '../support/suite.ts';
import { fieldRules } from './field-rules/index.ts';
import { appWith } from './support.ts';

const test = suite('external: field-rules');
const Deal = defineModel('deal', {
  fields: {
    name: field.text(),
    owner: field.email(),
    margin: field.integer(),
    stage: field.choice(['open', 'won'], { default: 'open' }),
  },
});
const ALL = ['deal.view', 'deal.add', 'deal.change', 'deal.delete'];
let desk: TestApp;
let staff: Client;
let senior: Client;
test.before(async () => {
  const rules = fieldRules({ model: Deal, ownerColumn: 'owner', confidential: ['margin'], locked: ['stage'] });
  const admins = [
    defineAdmin(Deal, { list: ['name', 'owner', 'margin', 'stage'], filters: ['margin', 'stage'], search: ['name'] }),
  ];
  desk = await appWith([rules], { models: [Deal], plugins: { admin: { admins } } });
  staff = await desk.signInAs('staff', ALL);
  senior = await desk.signInAs('supervisor', ALL);
  await desk.app.database.query(sql.unsafe`
    insert into deal (name, owner, margin) values ('Mine', 'staff-1@example.org', 77123), ('Theirs', 'other@example.org', 88123)
  `);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

test('staff see their own rows and no confidential field, in lists, records, filters and sort orders', async () => {
  const list = await staff.get('/admin/deals');
  assert.match(list.text, 'Mine');
  for (const hidden of ['Theirs', '77,123', '88,123', 'Margin']) assert.not.match(list.text, hidden);
  assert.is((await staff.get('/admin/deals?sort=margin')).status, 400);
  assert.is((await staff.get('/admin/deals?f.margin.from=1')).status, 400);
  assert.not.match((await staff.get('/admin/deals/1')).text, '77,123');
  assert.is((await staff.get('/admin/deals/2')).status, 404);
  const all = await senior.get('/admin/deals');
  for (const text of ['Mine', 'Theirs', '77,123', '88,123']) assert.match(all.text, text);
});

test('staff can change only what they are allowed to, regardless of what they post', async () => {
  const saved = await staff.submit('/admin/deals/1/+edit', { name: 'Mine too' });
  assert.is(saved.status, 303);
  const page = await staff.get('/admin/deals/1/+edit');
  assert.not.match(page.text, 'name="margin"');
  assert.not.match(page.text, 'name="stage"');
  await staff.submit('/admin/deals/1/+edit', { name: 'Mine', stage: 'won', margin: '1' });
  const change = await staff.submit('/admin/deals/1/+edit', { owner: 'other@example.org' });
  assert.is(change.status, 422, 'the new row must be theirs as well');
  const row = z.object({ name: z.string(), owner: z.string(), margin: z.number(), stage: z.string() });
  const deal = await desk.app.database.one(sql.type(row)`select name, owner, margin, stage from deal where id = 1`);
  assert.equal({ ...deal }, { name: 'Mine', owner: 'staff-1@example.org', margin: 77123, stage: 'open' });
  assert.is((await staff.post('/admin/deals/2/+delete', {})).status, 403, 'no token');
});

test('staff can neither delete nor find the rows of others', async () => {
  const { status } = await staff.submit('/admin/deals/1/+delete', {}, '/admin/deals/1/+delete');
  assert.is(status, 303);
  assert.is((await staff.get('/admin/deals/2/+delete')).status, 404);
});
