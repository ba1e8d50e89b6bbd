// Black box: the audit page, and what of the trail its reader may see.
import * as assert from 'uvu/assert';
import { commandAuditContext } from '../../../core/command-context.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { historyOf } from '../../../plugins/audit/history.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { personAs } from '../auth/house.ts';

const Boat = defineModel('boat', {
  fields: {
    name: field.text({ max: 100 }),
    state: field.choice(['afloat', 'ashore'], { default: 'afloat', labels: { ashore: 'On land' } }),
  },
});

const test = suite('audit: page');
let desk: TestApp;
test.before(async () => {
  desk = await testApp({ models: [Boat] });
});
test.after(() => desk.close());

const cli = commandAuditContext();
const build = (name: string) => desk.app.database.transaction((tx) => desk.app.write.create(tx, cli, Boat, { name }));

test('every change through the writing door stands on the page, before and after, with a link to the record', async () => {
  const made = await build('Maria <b>');
  if (made.outcome !== 'done') throw new Error(made.outcome);
  await desk.app.database.transaction((tx) => desk.app.write.update(tx, cli, Boat, made.key, { state: 'ashore' }));
  const reader = await desk.person('administrator');
  const { status, text } = await reader.get('/admin/audit?model=boat');
  assert.is(status, 200);
  assert.match(text, 'Maria &lt;b&gt;');
  assert.not.match(text, 'Maria <b>');
  assert.match(text, '<ins class="is">On land</ins>');
  assert.match(text, `/admin/boats/${made.key}/+history`);
});

test('only holders of audit.view open it', async () => {
  assert.is((await desk.client().get('/admin/audit')).status, 303);
  assert.is((await (await desk.person('supervisor')).get('/admin/audit')).status, 403);
  assert.is((await (await desk.person('user', ['audit.view'])).get('/admin/audit')).status, 403);
  assert.is((await (await desk.person('staff', ['audit.view'])).get('/admin/audit')).status, 200);
});

test('attack: who may not view a model reads nothing of its records in the trail', async () => {
  await build('Secret of the shipyard');
  const auditor = await desk.person('staff', ['audit.view']);
  const blind = await auditor.get('/admin/audit');
  assert.is(blind.status, 200);
  assert.not.match(blind.text, 'Secret of the shipyard');
  const seeing = await desk.person('staff', ['audit.view', 'boat.view']);
  assert.match((await seeing.get('/admin/audit')).text, 'Secret of the shipyard');
});

test('filters by event, person, model and period combine, and come back in the form', async () => {
  const reader = await desk.person('administrator');
  await build('Filtered');
  const today = new Date().toISOString().slice(0, 10);
  const shown = await reader.get(`/admin/audit?event=create&event=update&model=boat&from=${today}&to=${today}`);
  assert.match(shown.text, 'Filtered');
  assert.match(shown.text, 'value="create" checked');
  const nobodys = await reader.get('/admin/audit?model=boat&person=nobody@example.org');
  assert.is(nobodys.status, 200);
  assert.not.match(nobodys.text, 'Filtered');
});

test('nonsense in the address is a 400, never a page that shows too much', async () => {
  const reader = await desk.person('administrator');
  const nonsense = [
    'evnt=create',
    'event=creat',
    'event=create&event=x',
    'model=nothing',
    'model=__proto__',
    'person=x',
    'from=2026-02-30',
    'from=tomorrow',
    'to=99999-01-01',
    'before=x',
    'before=-1',
    'before=99999999999999999999',
    'before=1&after=1',
    'before=1&before=2',
    'correlation=x',
    'correlation=%00',
    "person=a@b.example'%20or%201=1",
  ];
  for (const query of nonsense) assert.is((await reader.get(`/admin/audit?${query}`)).status, 400, query);
});

test('pages lead older and newer, and keep the filter', async () => {
  const reader = await desk.person('administrator');
  for (let i = 0; i < 60; i++) await build(`Fleet ${i}`);
  const first = await reader.get('/admin/audit?model=boat');
  const older = /href="([^"]*before=[^"]*)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  assert.match(older, 'model=boat');
  const second = await reader.get(older);
  assert.is(second.status, 200);
  assert.not.match(second.text, 'Fleet 59');
  const newer = /href="([^"]*after=[^"]*)"/.exec(second.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  assert.match((await reader.get(newer)).text, 'Fleet 59');
});

test('the history of a record is its own, newest first, and shows only fields that its reader may see', async () => {
  const [one, other] = [await build('Ada'), await build('Bea')];
  if (one.outcome !== 'done' || other.outcome !== 'done') throw new Error('both are built');
  await desk.app.database.transaction((tx) => desk.app.write.update(tx, cli, Boat, one.key, { name: 'Ada II' }));
  const { app } = desk;
  const model = app.models.of(Boat);
  const clerk = personAs(1, 'staff', 'clerk@example.org', ['boat.view']);
  const history = await historyOf(app, clerk, model, one.key);
  assert.equal(
    history.entries.map(({ event, changes }) => [event, changes.find(({ name }) => name === 'name')?.after]),
    [
      ['update', 'Ada II'],
      ['create', 'Ada'],
    ],
  );
  assert.is(history.older, undefined);

  const narrow = {
    ...app,
    policy: { ...app.policy, mayField: (_: unknown, __: unknown, f: { name: string }) => f.name !== 'name' },
  };
  const blinkered = await historyOf({ ...narrow, models: app.models }, clerk, model, one.key);
  assert.not.match(JSON.stringify(blinkered.entries.map(({ changes }) => changes.map(({ name }) => name))), '"name"');
  assert.is(history.label, 'Ada II');
  assert.is(blinkered.label, one.key, 'a name that he may not see is not told');
  const none = { entries: [], older: undefined, label: undefined };
  assert.equal(await historyOf(app, personAs(2, 'staff'), model, one.key), none);
});

test('the history goes on where a page ends, and a garbage cursor starts at the newest', async () => {
  const made = await build('Long story 0');
  if (made.outcome !== 'done') throw new Error(made.outcome);
  for (let i = 1; i < 5; i++)
    await desk.app.database.transaction((tx) =>
      desk.app.write.update(tx, cli, Boat, made.key, { name: `Long story ${i}` }),
    );
  const { app } = desk;
  const model = app.models.of(Boat);
  const reader = personAs(1, 'developer');
  const first = await historyOf(app, reader, model, made.key, { size: 3 });
  const second = await historyOf(app, reader, model, made.key, { size: 3, before: first.older });
  assert.is(first.entries.length + second.entries.length, 5);
  assert.is(second.older, undefined);
  assert.equal([first.label, second.label], ['Long story 4', 'Long story 4'], 'what it was called last');
  for (const garbage of ['x', '', '-1', '9'.repeat(30), null, undefined])
    assert.equal((await historyOf(app, reader, model, made.key, { size: 3, before: garbage })).entries, first.entries);
});

test('nothing of all this was an undeclared answer or an error in the log', () => {
  assert.equal(desk.errors, []);
});
