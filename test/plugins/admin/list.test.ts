// Over HTTP: what a list shows, how it is sorted, what it says when it is empty, and what it rejects.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, run } from './desk.ts';
import { firstsOf, headersOf, linkTo, mainOf, markedFilters, noticesOf, openFilters, rowsOf, textOf } from './page.ts';

const test = suite('admin: lists');
let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk({ timeZone: 'Europe/Berlin' });
  clerk = await desk.signInAs('staff', allPermissions);
  await run(desk)`insert into place (code, name) values ('ATL', 'Atlanta'), ('LAX', 'Los Angeles')`;
  await run(desk)`insert into tag (name) values ('old'), ('blue')`;
  await run(desk)`
    insert into thing (name, amount, price, active, sure, day, moment, boss_id, place_code, state) values
    ('Anvil', 12, 1234567.50, true, null, '2026-03-01', '2026-07-01 22:30:00Z', null, 'ATL', 'open'),
    ('Bell', null, 0.10, false, true, null, null, 1, null, 'done'),
    ('Cog', 7, null, true, false, '2025-12-31', '2026-01-01 00:00:00Z', 1, 'LAX', 'lost')
  `;
  await run(desk)`insert into thing_tag (thing_id, tag_id) values (1, 1), (1, 2), (3, 1)`;
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

test('the 400 of a list that cannot be read is declared by its route', async () => {
  const { status } = await clerk.get('/admin/things?size=0');
  assert.is(status, 400);
  const route = desk.app.routes.find(({ method, path }) => method === 'GET' && path === '/admin/:model');
  assert.ok(route?.responses.has(status));
});

test('every column is formatted by its type: grouped numbers, timestamps in the user’s time zone, labels of relations, a dash for no value', async () => {
  const { status, text } = await clerk.get('/admin/things');
  assert.is(status, 200);
  const heads = ['Name', 'State', 'Amount', 'Price', 'Active', 'Day', 'Moment', 'Boss', 'Place', 'Tags', 'Twice'];
  assert.equal(headersOf(text), heads);
  assert.equal(rowsOf(text), [
    ['Anvil', 'Open', '12', '1,234,567.50', 'Yes', '2026-03-01', '2026-07-02 00:30', '–', 'Atlanta', 'blue old', '24'],
    ['Bell', 'Finished', '–', '0.10', 'No', '–', '–', 'Anvil', '–', '–', '–'],
    ['Cog', 'Lost', '7', '–', 'Yes', '2025-12-31', '2026-01-01 01:00', 'Anvil', 'Los Angeles', 'old', '14'],
  ]);
  assert.match(text, '<th scope="row"><a href="/admin/things/1">Anvil</a></th>');
  assert.match(text, '<a href="/admin/places/ATL">Atlanta</a>');
  assert.match(textOf(mainOf(text)), '1–3 of 3');
});

test('a relation in the first column links to the record itself, not to its target', async () => {
  await run(desk)`insert into leg (origin_code, destination_code) values ('ATL', 'LAX')`;
  const { text } = await clerk.get('/admin/legs');
  assert.equal(rowsOf(text), [['Atlanta', 'Los Angeles', '–']]);
  assert.match(text, '<a href="/admin/legs/ATL,LAX">Atlanta</a>');
});

test('a header sorts ascending, then descending, then restores the default order', async () => {
  const start = await clerk.get('/admin/things');
  assert.match(start.text, /aria-sort="ascending"><a class="sort" href="\/admin\/things\?sort=name">Name/);
  const up = await clerk.get(linkTo(start.text, 'Amount'));
  assert.equal(firstsOf(up.text), ['Cog', 'Anvil', 'Bell']);
  assert.match(up.text, /aria-sort="ascending"><a class="sort" href="[^"]*">Amount/);
  const down = await clerk.get(linkTo(up.text, 'Amount'));
  assert.equal(firstsOf(down.text), ['Anvil', 'Cog', 'Bell'], 'what is empty stays last');
  assert.match(down.text, /aria-sort="descending"><a class="sort" href="[^"]*">Amount/);
  assert.is(linkTo(down.text, 'Amount'), '/admin/things');
});

test('several sort fields apply in order, even in a hand-written URL', async () => {
  const { text } = await clerk.get('/admin/things?sort=-active,-name');
  assert.equal(firstsOf(text), ['Cog', 'Anvil', 'Bell']);
});

test('columns that cannot be sorted by are not links', async () => {
  const { text } = await clerk.get('/admin/things');
  for (const head of ['Tags', 'Twice']) assert.is(linkTo(text, head), '');
  for (const head of ['Name', 'State', 'Price', 'Active', 'Day', 'Moment', 'Boss', 'Place'])
    assert.is.not(linkTo(text, head), '', head);
});

test('the page size is set in the URL, and kept with sort order and filters', async () => {
  await run(desk)`insert into tag (name) select 'tag ' || lpad(n::text, 3, '0') from generate_series(1, 60) n`;
  const allRows = await clerk.get('/admin/tags?sort=name');
  assert.is(rowsOf(allRows.text).length, 50);
  assert.match(textOf(mainOf(allRows.text)), '1–50 of 62');
  const small = await clerk.get('/admin/tags?size=10&sort=name');
  assert.is(rowsOf(small.text).length, 10);
  assert.match(linkTo(small.text, 'Next'), 'size=10');
  assert.match(small.text, '<input type="hidden" name="size" value="10">');
  assert.match(small.text, '<input type="hidden" name="sort" value="name">');
});

test('an empty list offers adding the first row to users who can add one', async () => {
  const fresh = await clerk.get('/admin/contracts');
  assert.match(textOf(mainOf(fresh.text)), /no contracts yet/i);
  assert.is(linkTo(fresh.text, 'Add the first contract'), '/admin/contracts/+new');
  const viewer = await desk.signInAs('staff', ['contract.view']);
  const seen = await viewer.get('/admin/contracts');
  assert.match(textOf(mainOf(seen.text)), /no contracts yet/i);
  assert.not.match(seen.text, '/+new');
});

test('a list without matches says so and links to the complete list', async () => {
  const { status, text } = await clerk.get('/admin/things?q=nothing+has+this&f.state=open');
  assert.is(status, 200);
  assert.match(textOf(mainOf(text)), /no things found/i);
  assert.not.match(textOf(mainOf(text)), /no things yet/i);
  assert.is(linkTo(text, 'Clear all'), '/admin/things');
});

test('a page beyond the last row is not mistaken for an empty list', async () => {
  const first = await clerk.get('/admin/tags?size=50&sort=name');
  const next = linkTo(first.text, 'Next');
  await run(desk)`delete from tag where name like 'tag %' and name > 'tag 030'`;
  const { status, text } = await clerk.get(next);
  assert.is(status, 200);
  assert.is(rowsOf(text).length, 0);
  assert.not.match(textOf(mainOf(text)), /no tags yet/i);
  assert.is(linkTo(text, 'First'), '/admin/tags?sort=name&size=50');
});

const nonsense = [
  'sort=nothing',
  'sort=name,name',
  'sort=-',
  'sort=tags',
  'sort=double',
  'sort=name&sort=day',
  'f.nothing=1',
  'f.name=1',
  'f.state.from=open',
  'size=0',
  'size=1000000',
  'size=ten',
  'size=-10',
  'count=all',
  'at=middle',
  'at=last&after=x',
  'q=%00',
  'q=a&q=b',
  'f.__proto__=1',
  'f.constructor=1',
];

for (const query of nonsense) {
  test(`?${query.slice(0, 40)} is rejected, with a link to the list without parameters`, async () => {
    const { status, text } = await clerk.get(`/admin/things?${query}`);
    assert.is(status, 400);
    assert.is(linkTo(text, 'Open the list without filters'), '/admin/things');
    assert.match(text, 'RIO-LIST-QUERY');
  });
}

test('unknown parameters in a link are quoted in the error', async () => {
  const { text } = await clerk.get('/admin/things?sort=nothing&f.nothing=1');
  assert.match(textOf(mainOf(text)), 'Not recognised: f.nothing=1, sort=nothing.');
});

const option = 'is not one of the options, so this filter was ignored.';
const number = 'is not a valid number, so this filter was ignored. Enter a number such as 1250.50.';
const date = 'is not a valid date, so this filter was ignored. Choose a date.';
const time = 'is not a valid time, so this filter was ignored. Enter a time such as 09:30.';
const unreadable: readonly (readonly [query: string, message: string])[] = [
  ['f.state=never', option],
  ['f.active=maybe', option],
  ['f.active=%2Bnone', option],
  ['f.amount=many', number],
  ['f.amount.from=1e9999', number],
  ['f.amount.to=99999999999999', number],
  ['f.price.from=abc', number],
  ['f.day.from=2026-02-30', date],
  ['f.day.to=tomorrow', date],
  ['f.time.from=25:00', time],
  ['f.moment.from=yesterday', date],
  ['f.wall.to=2026-13-01', date],
  ['f.boss=one', option],
  ['f.tags=x', option],
  ['f.day.from=2026-01-01&f.day.from=2026-01-02', date],
];

for (const [query, message] of unreadable) {
  test(`?${query.slice(0, 40)} is reported at its filter, and the list is shown (T17)`, async () => {
    const { status, text } = await clerk.get(`/admin/things?${query}`);
    assert.is(status, 200);
    assert.match(textOf(text), message);
    assert.match(noticesOf(text).join(), /^One filter was ignored: \w+\. Open it to correct it\.$/);
    assert.is(rowsOf(text).length, 3);
  });
}

test('two unreadable filters are named above the list and marked; the first is open', async () => {
  const { text } = await clerk.get('/admin/things?f.day.from=yesterday&f.amount.from=abc&f.active=true');
  assert.equal(noticesOf(text), ['Some filters were ignored: Amount, Day. Open a filter to correct it.']);
  assert.equal(openFilters(text), ['Amount']);
  assert.equal(markedFilters(text), ['Amount', 'Day']);
});

test('empty parameters, as sent by forms without scripts, have no effect', async () => {
  const query = 'q=&sort=&f.state=&f.amount.from=&f.amount.to=&f.boss=&f.day.from=&f.day.to=';
  const { status, text } = await clerk.get(`/admin/things?${query}`);
  assert.is(status, 200);
  assert.is(rowsOf(text).length, 3);
  assert.equal(noticesOf(text), []);
});
