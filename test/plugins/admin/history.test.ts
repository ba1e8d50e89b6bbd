// Over HTTP: the history of a record, and the audit trail.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, run } from './desk.ts';
import { linksOf, linkTo, mainOf, rowsOf, textOf } from './page.ts';

const test = suite('admin: history and audit trail');
let desk: TestApp;
let clerk: Client;
/** What must be in the log. */
const expectedErrors: string[] = [];

test.before(async () => {
  desk = await openDesk({ timeZone: 'Europe/Berlin' });
  clerk = await desk.signInAs('staff', [...allPermissions, 'audit.view']);
  await run(desk)`insert into place (code, name) values ('ATL', 'Atlanta'), ('LAX', 'Los Angeles')`;
  await run(desk)`insert into tag (name) values ('old'), ('blue')`;
});
test.after(async () => {
  assert.equal(
    desk.errors.map(({ code }) => code),
    expectedErrors,
  );
  await desk.close();
});

async function added(fields: Record<string, string | readonly string[]>): Promise<string> {
  const { location } = await clerk.submit('/admin/things/+new', { ...fields, '~then': 'stay' });
  return location.replace('/+edit', '');
}

/** The tables of a history page: field, before, after; the newest entry first. */
function changesOf(page: string): readonly (readonly (readonly string[])[])[] {
  const entries = mainOf(page).matchAll(/<li class="tone-[^"]*">([\s\S]*?)<\/li>/g);
  return [...entries].map(([, entry = '']) => rowsOf(`<main>${entry}</main>`));
}

test('each change is shown with user, time, before and after, by the labels of the fields', async () => {
  const page = await added({ name: 'Anvil', state: 'open', amount: '5', place: 'ATL', tags: ['1'] });
  await clerk.submit(`${page}/+edit`, {
    state: 'done',
    amount: '',
    price: '1.5',
    place: 'LAX',
    sure: 'true',
    tags: ['2', '1'],
    notes: 'new\nlines',
  });
  const { status, text } = await clerk.get(`${page}/+history`);
  assert.is(status, 200);
  const said = textOf(mainOf(text));
  assert.match(said, 'staff-1@example.org edited 7 fields');
  assert.match(said, 'staff-1@example.org added this');
  assert.match(text, /<time datetime="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z">\d\d:\d\d<\/time>/);
  const [update = [], create = []] = changesOf(text);
  const byField = Object.fromEntries(update.map(([field = '', before, after]) => [field, [before, after]]));
  assert.equal(byField.State, ['Open', 'Finished']);
  assert.equal(byField.Amount, ['5', '–']);
  assert.equal(byField.Price, ['–', '1.50']);
  assert.equal(byField.Sure, ['–', 'Yes']);
  assert.equal(byField.Tags, ['old', 'old, blue']);
  assert.equal(byField.Notes, ['–', 'new lines']);
  assert.not.ok('Name' in byField, 'what stayed is not told');
  assert.ok(create.some(([field, , after]) => field === 'Name' && after === 'Anvil'));
});

test('values are formatted as on the page of the record: timestamps in the user’s time zone, grouped numbers', async () => {
  const page = await added({ name: 'Clock', amount: '1000', moment: '2026-01-01T12:00', wall: '2026-02-02T08:30' });
  const [create = []] = changesOf((await clerk.get(`${page}/+history`)).text);
  const byField = Object.fromEntries(create.map(([field = '', , after]) => [field, after]));
  assert.is(byField.Moment, '2026-01-01 12:00');
  assert.is(byField.Wall, '2026-02-02 08:30');
  assert.is(byField.Amount, '1,000');
  assert.match(String(byField.Created), /^\d{4}-\d\d-\d\d \d\d:\d\d$/);
  const trail = await clerk.get('/admin/audit?model=thing&event=create');
  assert.match(rowsOf(trail.text)[0]?.[4] ?? '', 'Moment: after 2026-01-01 12:00');
});

test('pages show the time zone, and forms show it next to the input of a timestamp', async () => {
  const { text } = await clerk.get('/admin/things/+new');
  assert.match(text, '<p class="help">Time zone: Europe/Berlin</p>');
  assert.match(text, /name="moment"[^>]*aria-describedby="f-moment-unit">\s*<span id="f-moment-unit">Europe\/Berlin</);
  assert.not.match(text, 'f-wall-unit');
  assert.match((await clerk.get('/admin/audit')).text, 'Time zone: Europe/Berlin');
});

test('a form that changed nothing leaves no entry', async () => {
  const page = await added({ name: 'Bell' });
  const before = (await clerk.get(`${page}/+history`)).text;
  await clerk.submit(`${page}/+edit`, {});
  assert.is(changesOf((await clerk.get(`${page}/+history`)).text).length, changesOf(before).length);
});

test('the history of a record without changes is empty and says so', async () => {
  const [row] = await run(desk)`insert into thing (name) values ('Silent') returning id`;
  const { status, text } = await clerk.get(`/admin/things/${row?.id}/+history`);
  assert.is(status, 200);
  assert.match(textOf(mainOf(text)), 'No changes yet');
});

test('the history of a deleted record remains visible to users who can view the model; one that never existed is 404', async () => {
  const page = await added({ name: 'Short-lived' });
  await clerk.submit(`${page}/+delete`, {});
  assert.is((await clerk.get(page)).status, 404);
  const { status, text } = await clerk.get(`${page}/+history`);
  assert.is(status, 200);
  assert.match(textOf(mainOf(text)), 'deleted this');
  assert.match(text, /<h1>History <small>Short-lived<\/small><\/h1>/);
  assert.match(textOf(mainOf(text)), 'Short-lived');
  const stranger = await desk.signInAs('staff', ['place.view']);
  assert.is((await stranger.get(`${page}/+history`)).status, 403);
  for (const key of ['999999', 'x', '~', '~00', '%00', '%ff', '1,2', '%E0%A4%A']) {
    assert.is((await clerk.get(`/admin/things/${key}/+history`)).status, 404, key);
  }
  for (const key of ['NIX', '~00', '%00', '~ff', '~2f', 'a~'])
    assert.is((await clerk.get(`/admin/places/${key}/+history`)).status, 404, key);
});

test('a long history has older pages, and an invalid position starts at the newest', async () => {
  const page = await added({ name: 'Busy' });
  const [row] = await run(desk)`select max(id) as id from thing`;
  await run(desk)`
    insert into rustio_audit (event, actor_kind, actor_label, subject_model, subject_key, subject_label, before, after, correlation_id)
    select 'update', 'job', 'robot', 'thing', ${String(row?.id)}, 'Busy',
      jsonb_build_object('amount', n - 1), jsonb_build_object('amount', n), 'a-correlation-of-tests'
    from generate_series(1, 120) n order by n
  `;
  const seen: string[] = [];
  let url = `${page}/+history`;
  for (let pages = 0; url !== ''; pages++) {
    assert.ok(pages < 5);
    const { text } = await clerk.get(url);
    seen.push(
      ...changesOf(text).flatMap((rows) =>
        rows.flatMap(([field, , after = '']) => (field === 'Amount' ? [after] : [])),
      ),
    );
    url = linkTo(text, 'Older changes');
  }
  assert.equal(
    seen.slice(0, 120),
    Array.from({ length: 120 }, (_, at) => String(120 - at)),
  );
  for (const before of ['x', '-1', '9'.repeat(30), "1'", '']) {
    const { status, text } = await clerk.get(`${page}/+history?before=${encodeURIComponent(before)}`);
    assert.is(status, 200);
    assert.match(changesOf(text)[0]?.[0]?.join(' ') ?? '', '120');
  }
});

test('the audit trail has every change with actor, IP address and correlation ID', async () => {
  const page = await added({ name: 'Traced' });
  const answer = await clerk.submit(`${page}/+edit`, { name: 'Traced well' });
  const id = answer.headers.get('x-correlation-id') ?? '';
  assert.match(id, /^[\w-]{16,}$/);
  const { text } = await clerk.get(`/admin/audit?correlation=${id}`);
  const [row = [], ...more] = rowsOf(text);
  assert.equal(more, []);
  assert.equal(row.slice(1, 3), ['staff-1@example.org', 'Edited']);
  assert.match(row[3] ?? '', /^thing Traced well$/i);
  assert.match(row[4] ?? '', /Name: .*Traced .*Traced well/);
  assert.match(row[5] ?? '', /^(127\.0\.0\.1|::1)$/);
  assert.is(row[6], id.slice(0, 8));
  assert.ok(linksOf(text).includes(`${page}/+history`));
});

test('all changes of a request have the same correlation ID', async () => {
  const page = await added({ name: 'Parent' });
  const key = page.split('/').at(-1) ?? '';
  await clerk.submit('/admin/tickets/+new', { title: 'One', thing: key });
  await clerk.submit('/admin/tickets/+new', { title: 'Two', thing: key });
  const answer = await clerk.submit(`${page}/+delete`, {});
  const { text } = await clerk.get(`/admin/audit?correlation=${answer.headers.get('x-correlation-id')}`);
  assert.equal(
    rowsOf(text).map((row) => row[2]),
    ['Deleted', 'Deleted', 'Deleted'],
  );
});

test('the audit trail is filtered by event, user, model and day in the user’s time zone', async () => {
  await clerk.submit('/admin/tags/+new', { name: 'narrowed' });
  const count = async (query: string) => rowsOf((await clerk.get(`/admin/audit?${query}`)).text).length;
  assert.ok((await count('model=tag')) >= 1);
  assert.ok((await count('model=tag&event=create')) >= 1);
  assert.is(await count('model=tag&event=delete'), 0);
  assert.ok((await count('user=STAFF-1@example.org')) >= 1);
  assert.is(await count('user=nobody@example.org'), 0);
  await run(desk)`
    insert into rustio_audit (at, event, actor_kind, actor_label, subject_model, subject_key, subject_label, after, correlation_id) values
      ('2020-03-28 22:59:59Z', 'create', 'job', 'robot', 'tag', '1', 'before', '{}', 'a-correlation-of-tests'),
      ('2020-03-28 23:00:00Z', 'create', 'job', 'robot', 'tag', '1', 'first', '{}', 'a-correlation-of-tests'),
      ('2020-03-29 21:59:59Z', 'create', 'job', 'robot', 'tag', '1', 'last', '{}', 'a-correlation-of-tests'),
      ('2020-03-29 22:00:00Z', 'create', 'job', 'robot', 'tag', '1', 'after', '{}', 'a-correlation-of-tests')
  `;
  const { text } = await clerk.get('/admin/audit?from=2020-03-29&to=2020-03-29');
  assert.equal(
    rowsOf(text).map((row) => row[3]?.toLowerCase()),
    ['tag last', 'tag first'],
  );
});

test('invalid filters of the audit trail are rejected', async () => {
  for (const query of ['f.x=1', 'f.person=x', 'before=x', 'before=1&after=2']) {
    assert.is((await clerk.get(`/admin/audit?${query}`)).status, 400, query);
  }
});

test('the audit trail requires its permission, and hides values of models that the user cannot view', async () => {
  const [row] = await run(desk)`select count(*)::integer as n from rustio_audit where subject_model = 'thing'`;
  assert.ok(Number(row?.n) > 0);
  const outsider = await desk.signInAs('staff', ['thing.view']);
  assert.is((await outsider.get('/admin/audit')).status, 403);
  const auditor = await desk.signInAs('staff', ['audit.view']);
  const { status, text } = await auditor.get('/admin/audit?model=thing');
  assert.is(status, 200);
  assert.ok(rowsOf(text).length > 0);
  for (const secret of ['Traced well', 'Anvil', 'Short-lived']) assert.not.match(text, secret);
});

test('a change and its entry are one transaction: if the audit trail cannot be written, nothing is changed', async () => {
  const [row] = await run(desk)`insert into thing (name) values ('Guarded') returning id`;
  await run(desk)`alter table rustio_audit add constraint closed check (subject_label <> 'Guarded well') not valid`;
  const { status } = await clerk.submit(`/admin/things/${row?.id}/+edit`, { name: 'Guarded well' });
  await run(desk)`alter table rustio_audit drop constraint closed`;
  assert.is(status, 500);
  assert.equal(await run(desk)`select name from thing where id = ${Number(row?.id)}`, [{ name: 'Guarded' }]);
  expectedErrors.push('RIO-AUDIT-NOT-STORED');
});
