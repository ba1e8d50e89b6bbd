// Over HTTP: columns, filters and actions that a plugin adds to lists.

import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { definePlugin } from '../../../core/plugin.ts';
import {
  defineAdmin,
  type FailedRecord,
  type ListAction,
  type ListColumn,
  type ListFilter,
} from '../../../plugins/admin/public.ts';
import type { TestApp } from '../../support/app.ts';
import { type Client, parseForms } from '../../support/client.ts';
import { type DatabaseProxy, throughProxy } from '../../support/database-proxy.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, Place, run, Tag, Thing } from './desk.ts';
import { headersOf, linkTo, mainOf, noticesOf, rowsOf, textOf, titleOf } from './page.ts';

const test = suite('admin: extension points of lists');

const columns: readonly ListColumn[] = [
  {
    name: 'tickets',
    models: [Thing],
    label: 'extras.tickets',
    sql: {
      type: 'bigint',
      expression: () => sql.fragment`select count(*) from ticket k where k.thing_id = t.id`,
      sortable: true,
    },
  },
  {
    name: 'last-due',
    models: [Thing],
    label: 'Last due',
    sql: {
      type: 'timestamp',
      expression: () => sql.fragment`select max(k.due) from ticket k where k.thing_id = t.id`,
      sortable: true,
    },
  },
  {
    name: 'shout',
    models: [Tag],
    label: 'Shout',
    align: 'end',
    sql: { type: 'text', expression: (model) => sql.fragment`upper(t.name) || ${` of ${model.name}`}` },
  },
  {
    name: 'badge',
    models: [Thing],
    label: 'Badge',
    load: async (_app, _actor, _model, keys) =>
      new Map(keys.map((key) => [key, { text: `<${key}>`, url: `/admin/tags?q=${key}`, tone: 'warn' as const }])),
  },
  {
    name: 'broken',
    models: [Tag],
    label: 'Broken',
    load: async () => {
      throw new Error('this column is broken');
    },
  },
  {
    name: 'secret',
    models: [Thing],
    label: 'Secret',
    access: { permission: 'extras.secret' },
    sql: { type: 'integer', expression: () => sql.fragment`42`, sortable: true },
  },
];

const filters: readonly ListFilter[] = [
  {
    // Also the name of a field: the two must not be confused.
    name: 'state',
    models: [Thing],
    label: 'Tickets',
    choices: () => [
      { value: 'some', label: 'With tickets' },
      { value: 'none', label: 'Without tickets' },
    ],
    where: (value) =>
      value === 'some'
        ? sql.fragment`exists (select from ticket k where k.thing_id = t.id)`
        : sql.fragment`not exists (select from ticket k where k.thing_id = t.id)`,
  },
  {
    name: 'secret',
    models: [Thing],
    label: 'Secret',
    access: { permission: 'extras.secret' },
    choices: async () => [{ value: 'x', label: 'X' }],
    where: () => sql.fragment`false`,
  },
];

const actions: readonly ListAction[] = [
  {
    name: 'rename',
    models: [Thing],
    label: 'Rename',
    access: { permission: 'change' },
    max: 5,
    confirm: { text: 'extras.rename' },
    form: { view: 'extras/reason' },
    async run(tx, context, { app, records, form }) {
      const reason = form.get('reason') ?? '';
      const failed: FailedRecord[] = [];
      for (const { key, label, version } of records) {
        if (label === 'Thing 13') failed.push({ label, reason: { key: 'It brings bad luck.' } });
        else await app.write.update(tx, context, Thing, key, { notes: reason || 'to be undone' }, version);
      }
      if (reason === '')
        return { outcome: 'rejected', problems: [{ field: 'reason', issue: { key: 'A reason is required.' } }] };
      return { outcome: 'done', failed };
    },
  },
  {
    name: 'secret',
    models: 'all',
    label: 'Secret action',
    access: { permission: 'extras.secret' },
    run: async () => ({ outcome: 'done' }),
  },
];

const extras = definePlugin({
  name: 'extras',
  api: 1,
  requires: ['admin'],
  templates: new URL('./extension-views/', import.meta.url),
  messages: { en: { 'extras.tickets': 'Tickets sold', 'extras.rename': 'Rename {n, plural, other {# {plural}}}?' } },
  permissions: [{ name: 'extras.secret', description: 'See what is secret' }],
  admins: [
    defineAdmin(Tag, { list: ['name'], order: ['-name'], group: 'Labels' }),
    defineAdmin(Place, { list: ['name'] }),
  ],
  contributes: { 'list.columns': columns, 'list.filters': filters, 'list.actions': actions },
});

let desk: TestApp;
let clerk: Client;
let proxy: DatabaseProxy;

test.before(async () => {
  const { admins } = await import('./desk.ts');
  const own = admins.filter(({ model }) => model.modelName !== 'tag');
  const config = { extend: [extras], plugins: { admin: { admins: own } } };
  ({ app: desk, proxy } = await throughProxy((options) => openDesk(config, options)));
  clerk = await desk.signInAs('staff', allPermissions);
  await run(desk)`insert into thing (name) select 'Thing ' || n from generate_series(1, 60) n`;
  // Thing n has n % 7 tickets, the last of them due in year 2000 + n; those with n % 7 = 0 have none.
  await run(desk)`
    insert into ticket (title, thing_id, due)
    select 'T', n, make_timestamptz(2000 + n, 1, 1, 0, 0, 0, 'UTC')
    from generate_series(1, 60) n, generate_series(1, n % 7)
  `;
  await run(desk)`insert into tag (name) values ('red'), ('blue')`;
  await run(desk)`insert into place (code, name) values ('A', 'Alpha')`;
});
test.after(() => desk.close());

/** The cells with the labels of the rows; check boxes may precede them. */
function namesOf(page: string): readonly string[] {
  return [...mainOf(page).matchAll(/<th scope="row"[^>]*>([\s\S]*?)<\/th>/g)].map(([, cell = '']) => textOf(cell));
}

/** The first cells of all pages, starting with the first page. */
async function allPages(path: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (let next = path; next !== ''; ) {
    const { text, status } = await clerk.get(next);
    assert.is(status, 200, next);
    names.push(...namesOf(text));
    next = linkTo(text, 'Next');
  }
  return names;
}

function numbersOf(names: readonly string[]): readonly number[] {
  return names.map((name) => Number(name.replace('Thing ', '')));
}

test('columns follow those of the model, computed in the statement or loaded for the page', async () => {
  const { text } = await clerk.get('/admin/things?size=10&sort=name');
  assert.equal(headersOf(text).slice(-3), ['Tickets sold', 'Last due', 'Badge']);
  const [, row = []] = rowsOf(text).map((cells) => cells.slice(-3));
  assert.is(namesOf(text)[1], 'Thing 10');
  assert.equal(row, ['3', '2010-01-01 00:00', '<10>']);
  assert.match(text, '<td><a href="/admin/tags?q=10"><span class="badge tone-warn">&lt;10&gt;</span></a></td>');
});

test('values of an expression are parameters, and a failing column is empty', async () => {
  const { text, status } = await clerk.get('/admin/tags');
  assert.is(status, 200);
  assert.equal(headersOf(text), ['Name', 'Shout', 'Broken']);
  assert.equal(rowsOf(text), [
    ['red', 'RED of tag', '–'],
    ['blue', 'BLUE of tag', '–'],
  ]);
});

test('a computed column sorts, page by page, in both directions, with empty values last', async () => {
  const tickets = numbersOf(await allPages('/admin/things?size=10&sort=*tickets'));
  assert.is(tickets.length, 60);
  const counts = tickets.map((n) => n % 7);
  assert.equal(
    counts,
    counts.toSorted((one, other) => one - other),
  );
  const descending = numbersOf(await allPages('/admin/things?size=10&sort=-*tickets'));
  assert.equal(descending, tickets.toReversed());

  const withTickets = Array.from({ length: 60 }, (_, n) => n + 1).filter((n) => n % 7 > 0);
  const due = numbersOf(await allPages('/admin/things?size=10&sort=*last-due'));
  assert.equal(due.slice(0, withTickets.length), withTickets);
  assert.is(new Set(due).size, 60);
  const latest = numbersOf(await allPages('/admin/things?size=10&sort=-*last-due'));
  assert.equal(latest.slice(0, withTickets.length), withTickets.toReversed());
});

test('paging backwards in such an order shows the same pages, and the last page is the last', async () => {
  const first = await clerk.get('/admin/things?size=10&sort=*last-due');
  const second = await clerk.get(linkTo(first.text, 'Next'));
  const back = await clerk.get(linkTo(second.text, 'Previous'));
  assert.equal(namesOf(back.text), namesOf(first.text));
  const all = await allPages('/admin/things?size=10&sort=*last-due');
  const last = await clerk.get(linkTo(first.text, 'Last'));
  assert.equal(namesOf(last.text), all.slice(-10));
});

test('a computed column can be sorted by after a field and in a search', async () => {
  const numbers = numbersOf(await allPages('/admin/things?size=10&q=thing+1&sort=-*tickets'));
  const requested = Array.from({ length: 60 }, (_, n) => n + 1).filter((n) => String(n).includes('1'));
  assert.equal(
    numbers.toSorted((one, other) => one - other),
    requested,
  );
  const counts = numbers.map((n) => n % 7);
  assert.equal(
    counts,
    counts.toSorted((one, other) => other - one),
  );
  assert.is((await allPages('/admin/things?size=10&sort=state,-*tickets')).length, 60);
  assert.is((await allPages('/admin/things?size=10&sort=day,-*tickets')).length, 60);
});

test('headers of sortable columns are links, and show the sort direction', async () => {
  const { text } = await clerk.get('/admin/things');
  assert.is(linkTo(text, 'Tickets sold'), '/admin/things?sort=*tickets');
  assert.is(linkTo(text, 'Badge'), '');
  const sorted = (await clerk.get('/admin/things?sort=-*tickets')).text;
  assert.match(sorted, /aria-sort="descending"><a class="sort"[^>]*>Tickets sold/);
  assert.is((await clerk.get('/admin/tags?sort=*shout')).status, 400);
});

test('a column or filter without its access does not exist for the user', async () => {
  const { text } = await clerk.get('/admin/things');
  assert.not.ok(headersOf(text).includes('Secret'));
  assert.is((await clerk.get('/admin/things?sort=*secret')).status, 400);
  assert.is((await clerk.get('/admin/things?f.*secret=x')).status, 400);
  const other = await desk.signInAs('staff', [...allPermissions, 'extras.secret']);
  assert.ok(headersOf((await other.get('/admin/things?sort=*secret')).text).includes('Secret'));
  assert.is((await other.get('/admin/things?f.*secret=x')).status, 200);
});

test('a filter restricts the list and its count and shows choices and a chip, even with a field of the same name', async () => {
  const { text } = await clerk.get('/admin/things?f.*state=none');
  assert.equal(
    numbersOf(namesOf(text)).toSorted((one, other) => one - other),
    [7, 14, 21, 28, 35, 42, 49, 56],
  );
  assert.match(textOf(mainOf(text)), 'Tickets: Without tickets Remove');
  assert.match(text, /name="f\.\*state" value="none" checked/);
  assert.match(textOf(mainOf(text)), '1–8 of 8');
  assert.is(linkTo(text, 'Remove Tickets: Without tickets'), '/admin/things');
  assert.is(namesOf((await clerk.get('/admin/things?f.state=done&f.*state=none')).text).length, 0);
  assert.is(namesOf((await clerk.get('/admin/things?f.*state=none&f.*state=some&size=200')).text).length, 60);
});

test('a value that is not offered is an error, not an empty list', async () => {
  for (const query of ['f.*state=perhaps', 'f.*state=some&f.*state=perhaps']) {
    const { status, text } = await clerk.get(`/admin/things?${query}`);
    assert.is(status, 200);
    assert.match(text, 'is not one of the options, so this filter was ignored');
  }
  for (const query of ['f.*nowhere=1', 'f.*state.from=1'])
    assert.is((await clerk.get(`/admin/things?${query}`)).status, 400, query);
});

test('a cursor belongs to the list with the same filter', async () => {
  const { text } = await clerk.get('/admin/things?size=10&f.*state=some');
  const next = new URLSearchParams(linkTo(text, 'Next').split('?')[1]);
  assert.not.equal(namesOf((await clerk.get(`/admin/things?${next}`)).text), namesOf(text));
  next.delete('f.*state');
  const other = await clerk.get(`/admin/things?${next}`);
  const top = await clerk.get('/admin/things?size=10');
  assert.equal(namesOf(other.text), namesOf(top.text));
});

test('check boxes are only in lists with an action for the user', async () => {
  const { text } = await clerk.get('/admin/things?size=10');
  assert.is([...text.matchAll(/type="checkbox" name="key"/g)].length, 10);
  assert.not.match((await clerk.get('/admin/tags')).text, 'name="key"');
  const viewer = await desk.signInAs('staff', ['thing.view']);
  const plain = (await viewer.get('/admin/things?size=10')).text;
  assert.not.match(plain, 'name="key"');
  assert.not.match(plain, 'selection');
  assert.not.match((await viewer.get('/admin/things?select=page')).text, 'name="key"');
});

test('without scripts a link selects every row of the page', async () => {
  const { text } = await clerk.get('/admin/things?size=10&f.*state=none');
  const all = linkTo(text, 'Select all on this page');
  assert.is([...(await clerk.get(all)).text.matchAll(/name="key"[^>]* checked>/g)].length, 8);
  assert.not.match((await clerk.get('/admin/things?select=everything')).text, / checked>/);
});

const list = '/admin/things?size=10&f.*state=none';

async function choose(keys: readonly string[], more: Record<string, string> = {}) {
  return clerk.submit(list, { action: 'rename', key: keys, ...more }, '/admin/things/+actions');
}

test('an action asks for confirmation, with the number of records and their labels', async () => {
  const { text, status } = await choose(['1', '2', '2', '3']);
  assert.is(status, 200);
  const page = textOf(mainOf(text));
  assert.is(titleOf(text), 'Rename · Test desk');
  assert.match(page, '3 records Rename 3 things? Thing 1 Thing 2 Thing 3');
  assert.is(linkTo(text, 'Cancel'), '/admin/things?size=10&f.*state=none');
  const changed = await run(desk)`select 1 as one from thing where notes is not null`;
  assert.is(changed.length, 0);
});

test('an action runs once for all records, with audit entries, and names the failed ones', async () => {
  const path = '/admin/things/+actions/rename';
  const form = parseForms((await choose(['12', '13', '15'])).text).find(({ action }) => action === path);
  const fields = { ...form?.fields, reason: 'spring' };
  const answer = await clerk.post(path, fields);
  assert.is(answer.status, 303);
  assert.is(answer.location, '/admin/things?size=10&f.*state=none');
  assert.is((await clerk.post(path, fields)).location, answer.location);
  const rows = await run(desk)`select id::text from thing where notes = 'spring' order by id`;
  assert.equal(
    rows.map(({ id }) => id),
    ['12', '15'],
  );
  const entries = await run(
    desk,
  )`select 1 as one from rustio_audit where event = 'update' and subject_key in ('12', '13', '15')`;
  assert.is(entries.length, 2);
  assert.match(
    noticesOf((await clerk.get(answer.location)).text).join(),
    '“Rename” completed for 2 records and failed for 1. Thing 13: It brings bad luck.',
  );
});

test('a rejection rolls back everything and shows the page again', async () => {
  const path = '/admin/things/+actions/rename';
  const form = parseForms((await choose(['20', '21'])).text).find(({ action }) => action === path);
  const answer = await clerk.post(path, { ...form?.fields, reason: '' });
  assert.is(answer.status, 422);
  assert.match(textOf(mainOf(answer.text)), 'A reason is required.');
  assert.is((await run(desk)`select 1 as one from thing where notes = 'to be undone'`).length, 0);
  const again = parseForms(answer.text).find(({ action }) => action === path);
  assert.equal(again?.fields.key, ['20', '21']);
});

test('an empty selection, too many rows and deleted rows are reported', async () => {
  const none = await choose([]);
  assert.is(none.location, '/admin/things?size=10&f.*state=none');
  assert.match(noticesOf((await clerk.get(none.location)).text).join(), 'No records are selected.');
  await choose(['1', '2', '3', '4', '5', '6']);
  assert.match(noticesOf((await clerk.get('/admin/things')).text).join(), 'At most 5 records');
  assert.is((await choose(['9999', 'x y'])).status, 303);
  await clerk.get('/admin/things');
  const path = '/admin/things/+actions/rename';
  const form = parseForms((await choose(['30', '31'])).text).find(({ action }) => action === path);
  await run(desk)`delete from thing where id = 31`;
  await clerk.post(path, { ...form?.fields, reason: 'late' });
  assert.match(
    noticesOf((await clerk.get('/admin/things')).text).join(),
    '“Rename” completed for 1 record and failed for 1. 31: The record no longer exists.',
  );
});

test('an action requires its access and the form token, and is available only for its models', async () => {
  const fields = parseForms((await choose(['40'])).text).find(({ action }) => action.endsWith('rename'))?.fields;
  assert.is((await clerk.post('/admin/things/+actions/rename', { ...fields, '~token': 'x' })).status, 403);
  assert.is((await clerk.post('/admin/things/+actions/secret', { ...fields })).status, 403);
  assert.is((await clerk.post('/admin/tags/+actions/rename', { ...fields })).status, 404);
  assert.is((await clerk.post('/admin/things/+actions', { ...fields, action: 'nowhere' })).status, 404);
});

test('a plugin declares how its models are shown; the declaration of the project takes precedence', async () => {
  const { text } = await clerk.get('/admin/tags');
  assert.equal(namesOf(text), ['red', 'blue']);
  assert.match(textOf(text), 'Labels Tags');
  assert.equal(headersOf((await clerk.get('/admin/places')).text), ['Code', 'Name', 'Zone', 'Height']);
});

test('a list without additions costs no extra statement', async () => {
  await clerk.get('/admin/places');
  proxy.statements();
  await clerk.get('/admin/places');
  assert.ok(proxy.statements() <= 3);
});
