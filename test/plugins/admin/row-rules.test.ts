// Over HTTP: row rules, where a form would save a record that its user is not allowed to have.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { definePlugin } from '../../../core/plugin.ts';
import { ALL_ROWS, defineRules, type RowRule } from '../../../core/policy/policy.ts';
import { hooksFor } from '../../../core/write/hooks.ts';
import { fromWritten } from '../../../plugins/admin/run-action.ts';
import type { TestApp } from '../../support/app.ts';
import { type Client, parseForms } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, run, Thing } from './desk.ts';
import { linksOf, mainOf, noticesOf } from './page.ts';

const test = suite('admin: row rules');
const REFUSED = 'You do not have permission to save this record with these values.';

const finishing = definePlugin({
  name: 'finishing',
  api: 1,
  contributes: {
    'record.actions': [
      {
        name: 'finish',
        label: 'Finish',
        models: [Thing],
        access: { permission: 'change' },
        run: async (tx, context, { app, record }) =>
          fromWritten(await app.write.update(tx, context, Thing, record.key, { state: 'done' })),
      },
    ],
  },
  hooks: () => [
    hooksFor('*', {
      beforeValidate: (_tx, { values }) =>
        values.name === 'Misspelt' ? { problems: [{ field: 'nmae', issue: { key: 'problem.notUnique' } }] } : undefined,
    }),
  ],
});

let desk: TestApp;
let clerk: Client;
test.before(async () => {
  const isNotDone = sql.fragment`t.state <> 'done'`;
  const rules = [defineRules(Thing, { rows: (_actor, action) => (action === 'view' ? ALL_ROWS : isNotDone) })];
  desk = await openDesk({ rules, extend: [finishing] });
  clerk = await desk.signInAs('staff', allPermissions);
  await run(desk)`insert into thing (name) values ('Anvil')`;
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

test('a form whose record violates the row rules is shown again with the input, for new and changed records', async () => {
  for (const page of ['/admin/things/+new', '/admin/things/1/+edit', '/admin/things/+new?~for=ticket.thing']) {
    const { status, text } = await clerk.submit(page, { name: 'Hammer', state: 'done' });
    assert.is(status, 422, page);
    assert.match(noticesOf(text).join(), REFUSED);
    const form = parseForms(text).find(({ fields }) => 'name' in fields);
    assert.is(form?.fields.name, 'Hammer');
    assert.is(form?.fields.state, 'done');
    assert.is(form?.fields['~for'], page.includes('~for') ? 'ticket.thing' : undefined);
  }
  assert.equal(await run(desk)`select name, state from thing`, [{ name: 'Anvil', state: 'open' }]);
  assert.is((await clerk.submit('/admin/things/1/+edit', { name: 'Hammer', state: 'lost' })).status, 303);
});

test('an action rejected by a row rule reports this on its page', async () => {
  const { status, text } = await clerk.submit('/admin/things/1/+action/finish', {});
  assert.is(status, 422);
  assert.match(noticesOf(text).join() || mainOf(text), REFUSED);
});

test('without permission for the model, the response is still 403', async () => {
  const viewer = await desk.signInAs('staff', ['thing.view']);
  assert.is((await viewer.get('/admin/things/1/+edit')).status, 403);
  assert.is((await viewer.get('/admin/things/+new')).status, 403);
});

test("a hook's problem for an unknown field is shown above the form, without a link", async () => {
  const { status, text } = await clerk.submit('/admin/things/+new', { name: 'Misspelt' });
  assert.is(status, 422);
  assert.match(noticesOf(text).join(), 'Another record already has this value');
  assert.not.match(text, '#f-nmae');
  assert.ok(linksOf(text).length > 0);
});

test('a rule that returns nothing hides every row, even from administrators, and nothing is saved', async () => {
  const silent = (() => undefined) as unknown as () => RowRule;
  const closed = await openDesk({ rules: [defineRules(Thing, { rows: silent })] });
  try {
    await run(closed)`insert into thing (name) values ('Anvil')`;
    const admin = await closed.signInAs('administrator');
    assert.not.match((await admin.get('/admin/things')).text, 'Anvil');
    assert.is((await admin.get('/admin/things/1')).status, 404);
    assert.is((await admin.get('/admin/things/1/+history')).status, 404);
    assert.is((await admin.submit('/admin/things/+new', { name: 'Hammer' })).status, 422);
    assert.equal(await run(closed)`select name from thing`, [{ name: 'Anvil' }]);
  } finally {
    await closed.close();
  }
});
