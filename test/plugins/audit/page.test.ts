// Over HTTP: the audit page, and what its user can see.
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { loadHistory } from '../../../plugins/audit/history.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { linkTo, mainOf, markedFilters, noticesOf, openFilters, textOf } from '../admin/page.ts';
import { personAs } from '../auth/rules-database.ts';

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

test('every change through `app.write` is on the page, before and after, with a link to the record', async () => {
  const boat = await build('Maria <b>');
  if (boat.outcome !== 'done') throw new Error(boat.outcome);
  await desk.app.database.transaction((tx) => desk.app.write.update(tx, cli, Boat, boat.key, { state: 'ashore' }));
  const reader = await desk.signInAs('administrator');
  const { status, text } = await reader.get('/admin/audit?model=boat');
  assert.is(status, 200);
  assert.match(text, 'Maria &lt;b&gt;');
  assert.not.match(text, 'Maria <b>');
  assert.match(text, '<ins class="is">On land</ins>');
  assert.match(text, `/admin/boats/${boat.key}/+history`);
});

test('only users with audit.view open it', async () => {
  assert.is((await desk.client().get('/admin/audit')).status, 303);
  assert.is((await (await desk.signInAs('supervisor')).get('/admin/audit')).status, 403);
  assert.is((await (await desk.signInAs('user', ['audit.view'])).get('/admin/audit')).status, 403);
  assert.is((await (await desk.signInAs('staff', ['audit.view'])).get('/admin/audit')).status, 200);
});

test('attack: users who cannot view a model see nothing of its records in the audit trail', async () => {
  await build('Secret of the shipyard');
  const auditor = await desk.signInAs('staff', ['audit.view']);
  const blind = await auditor.get('/admin/audit');
  assert.is(blind.status, 200);
  assert.not.match(blind.text, 'Secret of the shipyard');
  const seeing = await desk.signInAs('staff', ['audit.view', 'boat.view']);
  assert.match((await seeing.get('/admin/audit')).text, 'Secret of the shipyard');
});

test('attack: users who cannot view a model do not see the data of events about its records', async () => {
  const { database, events } = desk.app;
  const subject = { model: 'boat', key: '1', label: 'Maria' };
  await database.transaction((tx) =>
    events.record(tx, cli, 'file_read', { subject, data: { field: 'secret-drawing' } }),
  );
  const auditor = await desk.signInAs('staff', ['audit.view']);
  assert.not.match((await auditor.get('/admin/audit')).text, 'secret-drawing');
  const seeing = await desk.signInAs('staff', ['audit.view', 'boat.view']);
  assert.match((await seeing.get('/admin/audit')).text, 'secret-drawing');
});

test('filters by event, user, model and period combine, and are shown in the form', async () => {
  const reader = await desk.signInAs('administrator');
  await build('Sandpiper');
  const today = new Date().toISOString().slice(0, 10);
  const page = await reader.get(`/admin/audit?event=create&event=update&model=boat&from=${today}&to=${today}`);
  assert.match(page.text, 'Sandpiper');
  assert.match(page.text, 'value="create" checked');
  const nobodys = await reader.get('/admin/audit?model=boat&user=nobody@example.org');
  assert.is(nobodys.status, 200);
  assert.not.match(nobodys.text, 'Sandpiper');
});

test('the filters for a record and for an IP address show only its entries', async () => {
  const reader = await desk.signInAs('administrator');
  const one = await build('Curlew');
  const other = await build('Dunlin');
  if (one.outcome !== 'done' || other.outcome !== 'done') throw new Error('not created');
  const ofRecord = await reader.get(`/admin/audit?model=boat&key=${one.key}`);
  assert.match(textOf(mainOf(ofRecord.text)), 'Curlew');
  assert.not.match(textOf(mainOf(ofRecord.text)), 'Dunlin');
  await desk.app.database.transaction((tx) =>
    desk.app.write.create(tx, { ...cli, ip: '2001:db8::7' }, Boat, { name: 'From afar' }),
  );
  // Another spelling of the same address.
  const fromThere = await reader.get('/admin/audit?address=2001:0DB8:0::7');
  assert.match(textOf(mainOf(fromThere.text)), 'From afar');
  assert.not.match(textOf(mainOf(fromThere.text)), 'Curlew');
  const fromElsewhere = await reader.get('/admin/audit?address=192.0.2.77');
  assert.match(textOf(mainOf(fromElsewhere.text)), 'No entries match these filters');
});

test('attack: the filter for a record does not reveal records that the user cannot see', async () => {
  const boat = await build('Unseen');
  if (boat.outcome !== 'done') throw new Error(boat.outcome);
  const auditor = await desk.signInAs('staff', ['audit.view']);
  for (const key of [boat.key, '999999']) {
    const { status, text } = await auditor.get(`/admin/audit?model=boat&key=${key}`);
    assert.is(status, 200);
    assert.match(noticesOf(text).join(), 'One filter was ignored: Record key.', key);
  }
});

test('the page of a request shows everything that it did, oldest first, with all changes', async () => {
  const reader = await desk.signInAs('administrator');
  const context = { ...cli, correlationId: 'a-request-of-this-test', ip: '192.0.2.8' };
  await desk.app.database.transaction(async (tx) => {
    const boat = await desk.app.write.create(tx, context, Boat, { name: 'Fulmar' });
    if (boat.outcome !== 'done') throw new Error(boat.outcome);
    await desk.app.write.update(tx, context, Boat, boat.key, { state: 'ashore', name: 'Gannet' });
    await desk.app.write.remove(tx, context, Boat, boat.key);
  });
  const { status, text } = await reader.get('/admin/audit/requests/a-request-of-this-test');
  assert.is(status, 200);
  assert.match(textOf(mainOf(text)), /192\.0\.2\.8.*Added.*Fulmar.*Edited.*Gannet.*Deleted/s);
  assert.match(text, '<ins class="is">On land</ins>');
  assert.is(
    linkTo((await reader.get('/admin/audit?address=192.0.2.8')).text, 'a-reques'),
    '/admin/audit/requests/a-request-of-this-test',
  );
});

test('the page of a request has at most 100 entries, and a link to the later ones', async () => {
  const reader = await desk.signInAs('administrator');
  const context = { ...cli, correlationId: 'a-request-with-103-entries' };
  await desk.app.database.transaction(async (tx) => {
    for (let n = 1; n <= 103; n++) await desk.app.write.create(tx, context, Boat, { name: `Tern ${n}` });
  });
  const first = (await reader.get('/admin/audit/requests/a-request-with-103-entries')).text;
  assert.is(first.match(/Tern \d+<\/a>/g)?.length, 100);
  assert.match(first, 'Tern 1<');
  const later = (await reader.get(linkTo(first, 'Later entries'))).text;
  assert.is(later.match(/Tern \d+<\/a>/g)?.length, 3);
  assert.match(later, 'Tern 103<');
  assert.not.match(later, 'Later entries');
});

test('a request without entries is a 404', async () => {
  const reader = await desk.signInAs('administrator');
  for (const id of ['no-request-has-this-id', 'short', '%00', 'a'.repeat(65)])
    assert.is((await reader.get(`/admin/audit/requests/${id}`)).status, 404, id);
});

test('attack: the page of a request shows nothing of records that the user cannot see', async () => {
  const context = { ...cli, correlationId: 'a-request-with-secrets' };
  await desk.app.database.transaction((tx) =>
    desk.app.write.create(tx, context, Boat, { name: 'Hidden from auditors' }),
  );
  const auditor = await desk.signInAs('staff', ['audit.view']);
  const { status, text } = await auditor.get('/admin/audit/requests/a-request-with-secrets');
  assert.is(status, 200);
  assert.not.match(text, 'Hidden from auditors');
  assert.is((await (await desk.signInAs('staff')).get('/admin/audit/requests/a-request-with-secrets')).status, 403);
});

test('an unknown filter or position is a 400 with a link to the page without filters', async () => {
  const reader = await desk.signInAs('administrator');
  const nonsense = [
    'f.event=create',
    'before=x',
    'before=-1',
    'before=99999999999999999999',
    'before=1&after=1',
    'before=1&before=2',
  ];
  for (const query of nonsense) {
    const { status, text } = await reader.get(`/admin/audit?${query}`);
    assert.is(status, 400, query);
    assert.is(linkTo(text, 'Open the audit trail without filters'), '/admin/audit', query);
  }
});

const unreadable: readonly (readonly [query: string, label: string, message: string])[] = [
  ['event=creat', 'Action', '“creat” is not one of the options'],
  ['event=create&event=x', 'Action', '“x” is not one of the options'],
  ['model=nothing', 'Record type', '“nothing” is not one of the options'],
  ['model=__proto__', 'Record type', '“__proto__” is not one of the options'],
  ['user=x', 'User', '“x” is not a valid email address'],
  ["user=a@b.example'%20or%201=1", 'User', 'is not a valid email address'],
  ['from=2026-02-30', 'Date range', '“2026-02-30” is not a valid date'],
  ['from=tomorrow&to=2000-01-01', 'Date range', '“tomorrow” is not a valid date'],
  ['to=99999-01-01', 'Date range', '“99999-01-01” is not a valid date'],
  ['key=1', 'Record key', '“1” is not the key of a record'],
  ['model=boat&key=x', 'Record key', '“x” is not the key of a record'],
  ['address=10.0.0.0/8', 'IP address', '“10.0.0.0/8” is not an IP address'],
  ['address=x', 'IP address', '“x” is not an IP address'],
  ['correlation=x', 'Request ID', '“x” is not a valid request ID'],
  ['correlation=%00', 'Request ID', 'is not a valid request ID'],
];
for (const [query, label, message] of unreadable) {
  test(`?${query} is reported at its filter, and the other filters apply`, async () => {
    const reader = await desk.signInAs('administrator');
    const name = `Reported ${query}`;
    await build(name);
    const { status, text } = await reader.get(`/admin/audit?${query}`);
    assert.is(status, 200);
    assert.match(noticesOf(text).join(), `One filter was ignored: ${label}.`);
    assert.match(textOf(mainOf(text)), message);
    if (label !== 'Request ID') assert.is(openFilters(text).join(), label);
    assert.match(textOf(mainOf(text)), name, 'entries are shown');
    if (label === 'Date range') return;
    const narrowed = await reader.get(`/admin/audit?${query}&from=2000-01-01&to=2000-01-01`);
    assert.match(textOf(mainOf(narrowed.text)), 'No entries match these filters');
  });
}

test('two invalid filters are both marked; the first is open', async () => {
  const reader = await desk.signInAs('administrator');
  const { text } = await reader.get('/admin/audit?from=yesterday&event=x');
  assert.match(noticesOf(text).join(), 'Some filters were ignored: Action, Date range. Open a filter to correct it.');
  assert.equal(openFilters(text), ['Action']);
  assert.equal(markedFilters(text), ['Action', 'Date range']);
});

test('there are no page links if all entries are on one page', async () => {
  const reader = await desk.signInAs('administrator');
  const { text } = await reader.get('/admin/audit?event=group_created');
  assert.not.match(text, 'class="pager"');
});

test('a long list of values is collapsed', async () => {
  const reader = await desk.signInAs('administrator');
  const { text } = await reader.get('/admin/audit?event=group_updated');
  assert.not.match(text, /Show \d+ permissions/);
  await desk.signInAs('staff', ['boat.view', 'boat.add', 'boat.change', 'boat.delete', 'audit.view', 'user.view']);
  const page = (await reader.get('/admin/audit?event=group_updated')).text;
  assert.match(page, /<details><summary><span class="badge">Show 6 permissions<\/span><\/summary>[^\n]*boat\.add/);
});

test('pages lead to older and newer entries, and keep the filter', async () => {
  const reader = await desk.signInAs('administrator');
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

test('the history of a record has only its entries, newest first, and only fields that the user can see', async () => {
  const [one, other] = [await build('Ada'), await build('Bea')];
  if (one.outcome !== 'done' || other.outcome !== 'done') throw new Error('both are built');
  await desk.app.database.transaction((tx) => desk.app.write.update(tx, cli, Boat, one.key, { name: 'Ada II' }));
  const { app } = desk;
  const model = app.models.of(Boat);
  const clerk = personAs(1, 'staff', 'clerk@example.org', ['boat.view']);
  const history = await loadHistory(app, clerk, model, one.key);
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
  const blinkered = await loadHistory({ ...narrow, models: app.models }, clerk, model, one.key);
  assert.not.match(JSON.stringify(blinkered.entries.map(({ changes }) => changes.map(({ name }) => name))), '"name"');
  assert.is(history.label, 'Ada II');
  assert.is(blinkered.label, one.key, 'a name that the user cannot see is not shown');
  const none = { entries: [], older: undefined, label: undefined };
  assert.equal(await loadHistory(app, personAs(2, 'staff'), model, one.key), none);
});

test('the history continues at the end of a page, and an invalid cursor starts at the newest', async () => {
  const boat = await build('Long story 0');
  if (boat.outcome !== 'done') throw new Error(boat.outcome);
  for (let i = 1; i < 5; i++)
    await desk.app.database.transaction((tx) =>
      desk.app.write.update(tx, cli, Boat, boat.key, { name: `Long story ${i}` }),
    );
  const { app } = desk;
  const model = app.models.of(Boat);
  const reader = personAs(1, 'developer');
  const first = await loadHistory(app, reader, model, boat.key, { size: 3 });
  const second = await loadHistory(app, reader, model, boat.key, { size: 3, before: first.older });
  assert.is(first.entries.length + second.entries.length, 5);
  assert.is(second.older, undefined);
  assert.equal([first.label, second.label], ['Long story 4', 'Long story 4'], 'what it was called last');
  for (const garbage of ['x', '', '-1', '9'.repeat(30), null, undefined])
    assert.equal(
      (await loadHistory(app, reader, model, boat.key, { size: 3, before: garbage })).entries,
      first.entries,
    );
});

test('no response was undeclared, and no error was logged', () => {
  assert.equal(desk.errors, []);
});
