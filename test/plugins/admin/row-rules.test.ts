// Black box: rules for rows, where a form would leave a record that its user may not have.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { definePlugin } from '../../../core/plugin.ts';
import { defineRules } from '../../../core/policy.ts';
import { hooksFor } from '../../../core/write/hooks.ts';
import { fromWritten } from '../../../plugins/admin/run-action.ts';
import type { TestApp } from '../../support/app.ts';
import { type Client, formsOf } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { everything, openDesk, run, Thing } from './desk.ts';
import { linksOf, mainOf, noticesOf } from './page.ts';

const test = suite('admin: rules for rows');
const REFUSED = 'You do not have permission to save the record with these values.';

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
        values.name === 'Misspelt' ? { problems: [{ field: 'nmae', issue: { key: 'problem.taken' } }] } : undefined,
    }),
  ],
});

let desk: TestApp;
let clerk: Client;
test.before(async () => {
  const isNotDone = sql.fragment`t.state <> 'done'`;
  const rules = [defineRules(Thing, { rows: (_actor, action) => (action === 'view' ? undefined : isNotDone) })];
  desk = await openDesk({ rules, extend: [finishing] });
  clerk = await desk.person('staff', everything);
  await run(desk)`insert into thing (name) values ('Anvil')`;
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

test('a form whose record no rule allows is shown again with what was entered, for new records and changed ones', async () => {
  for (const page of ['/admin/things/+new', '/admin/things/1/+edit', '/admin/things/+new?~for=ticket.thing']) {
    const { status, text } = await clerk.submit(page, { name: 'Hammer', state: 'done' });
    assert.is(status, 422, page);
    assert.match(noticesOf(text).join(), REFUSED);
    const form = formsOf(text).find(({ fields }) => 'name' in fields);
    assert.is(form?.fields.name, 'Hammer');
    assert.is(form?.fields.state, 'done');
    assert.is(form?.fields['~for'], page.includes('~for') ? 'ticket.thing' : undefined);
  }
  assert.equal(await run(desk)`select name, state from thing`, [{ name: 'Anvil', state: 'open' }]);
  assert.is((await clerk.submit('/admin/things/1/+edit', { name: 'Hammer', state: 'lost' })).status, 303);
});

test('an action that a rule stops says so on its page', async () => {
  const { status, text } = await clerk.submit('/admin/things/1/+action/finish', {});
  assert.is(status, 422);
  assert.match(noticesOf(text).join() || mainOf(text), REFUSED);
});

test('without the permission for the model the answer stays 403', async () => {
  const viewer = await desk.person('staff', ['thing.view']);
  assert.is((await viewer.get('/admin/things/1/+edit')).status, 403);
  assert.is((await viewer.get('/admin/things/+new')).status, 403);
});

test('a problem of a hook for a field that does not exist is above the form, without a link', async () => {
  const { status, text } = await clerk.submit('/admin/things/+new', { name: 'Misspelt' });
  assert.is(status, 422);
  assert.match(noticesOf(text).join(), 'already taken');
  assert.not.match(text, '#f-nmae');
  assert.ok(linksOf(text).length > 0);
});
