// Labels that consist of relations: they show the labels of the rows that they reference, to users who may see those (use.md §6.7).
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { ALL_ROWS, defineRules } from '../../../core/policy/policy.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { permissionsFor } from '../../support/permissions.ts';
import { suite } from '../../support/suite.ts';
import { run } from './desk.ts';
import { errorAt, linksOf, mainOf, noticesOf, textOf, titleOf } from './page.ts';

const test = suite('admin: labels of relations');
const Product = defineModel('product', { fields: { name: field.text({ max: 40 }), secret: field.boolean() } });
const Line = defineModel('line', {
  fields: { product: field.belongsTo(() => Product, { onDelete: 'restrict' }), quantity: field.integer() },
  label: ['product', 'quantity'],
});
const Note = defineModel('note', {
  fields: {
    line: field.belongsTo(() => Line, { nullable: true, onDelete: 'restrict' }),
    lines: field.manyToMany(() => Line, { through: () => NoteLine }),
    text: field.text({ max: 40 }),
  },
  label: 'text',
});
const NoteLine = defineModel('noteLine', {
  fields: {
    note: field.belongsTo(() => Note, { onDelete: 'cascade' }),
    line: field.belongsTo(() => Line, { onDelete: 'restrict' }),
  },
  key: ['note', 'line'],
  label: ['note', 'line'],
});
const models = [Product, Line, Note, NoteLine];

let desk: TestApp;
let clerk: Client;
test.before(async () => {
  desk = await testApp({
    models,
    plugins: { admin: { admins: [Product, Line, Note].map((model) => defineAdmin(model, {})) } },
    rules: [
      defineRules(Product, {
        rows: (actor) => (actor.kind === 'user' && actor.role === 'supervisor' ? sql.fragment`not t.secret` : ALL_ROWS),
      }),
    ],
  });
  await run(desk)`insert into product (name, secret) values ('Chair', false), ('Throne', true)`;
  await run(desk)`insert into line (product_id, quantity) values (1, 3), (2, 5)`;
  clerk = await desk.signInAs('staff', permissionsFor(models));
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

test('the heading, a saved message, the history and recent changes show the label of the referenced row', async () => {
  assert.match(titleOf((await clerk.get('/admin/lines/1')).text), 'Chair · 3');
  const saved = await clerk.submit('/admin/lines/1/+edit', { quantity: '4' });
  assert.match(noticesOf((await clerk.get(saved.location)).text).join(), '“Chair · 4”');
  assert.match(textOf(mainOf((await clerk.get('/admin')).text)), 'Chair · 4');
  const administrator = await desk.signInAs('administrator');
  assert.match(textOf(mainOf((await administrator.get('/admin/audit')).text)), 'Chair · 4');
});

test('options, a typed label and the lists of a many-to-many show it, and it is found by its words', async () => {
  const { text } = await clerk.get('/admin/notes/+options/line?q=thro');
  assert.equal(JSON.parse(text).options, [{ value: '2', label: 'Throne · 5' }]);
  const added = await clerk.submit('/admin/notes/+new', { text: 'typed', line: 'throne · 5', lines: ['1', '2'] });
  assert.is(added.status, 303, textOf(mainOf(added.text)));
  const note = linksOf((await clerk.get('/admin/notes')).text).find((url) => /^\/admin\/notes\/\d+$/.test(url)) ?? '';
  const page = textOf(mainOf((await clerk.get(note)).text));
  assert.match(page, 'Throne · 5');
  assert.match(page, 'Chair · 4');
  const wrong = await clerk.submit('/admin/notes/+new', { text: 'typed', line: 'Stool · 5' });
  assert.match(errorAt(wrong.text, 'line'), 'No line matches');
});

test('attack: users who may not see the referenced row see its key, in labels, options, history and the trail', async () => {
  const lacking = permissionsFor([Line, Note, NoteLine]);
  const blind = await desk.signInAs('staff', [...lacking, 'audit.view']);
  const some = await desk.signInAs('supervisor', [...permissionsFor(models), 'audit.view']);
  for (const [who, name] of [
    [blind, 'Chair'],
    [blind, 'Throne'],
    [some, 'Throne'],
  ] as const) {
    for (const path of [
      '/admin/lines/1',
      '/admin/lines/2',
      '/admin/lines/2/+history',
      '/admin/notes/+options/line?q=5',
      '/admin/notes/+options/line?q=thro',
      '/admin/audit',
      '/admin',
    ])
      assert.not.match((await who.get(path)).text, name, path);
  }
  assert.match(titleOf((await blind.get('/admin/lines/2')).text), '2 · 5');
  assert.match(titleOf((await some.get('/admin/lines/1')).text), 'Chair · 4');
  const typed = await blind.submit('/admin/notes/+new', { text: 'guess', line: 'Throne · 5' });
  assert.is(typed.status, 422, 'the label cannot be guessed');
});
