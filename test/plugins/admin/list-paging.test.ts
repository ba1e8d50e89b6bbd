// Over HTTP: paging through a list by its links; counts.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, run } from './desk.ts';
import { firstsOf, linkTo, mainOf, rowsOf, textOf } from './page.ts';

const test = suite('admin: paging and counts');
let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk({ timeZone: 'Europe/Berlin' });
  clerk = await desk.signInAs('staff', allPermissions);
  await run(desk)`
    insert into place (code, name, zone, height)
    select 'K' || lpad(n::text, 2, '0'), 'Name ' || n % 3, (array['north', 'south', null])[1 + n % 3], nullif(n % 5, 0)
    from generate_series(1, 47) n
  `;
  await run(desk)`
    insert into leg (origin_code, destination_code, miles)
    select a.code, b.code, nullif((ascii(right(a.code, 1)) + ascii(right(b.code, 1))) % 4, 0)
    from place a, place b where a.code < 'K06' and b.code < 'K08'
  `;
  await run(desk)`
    insert into thing (name, moment, day, price)
    select 'Thing ' || lpad(n::text, 2, '0'),
      case when n % 4 > 0 then timestamptz '2026-01-01Z' + make_interval(secs => n % 2 * 0.001) end,
      case when n % 3 > 0 then date '2026-01-01' + n % 2 end, n % 2
    from generate_series(1, 33) n
  `;
});
test.after(async () => {
  assert.equal(
    desk.errors.map(({ code }) => code),
    ['RIO-LIST-SLOW'],
  );
  await desk.close();
});

/** URLs of the rows of every page, following one link. */
async function walk(start: string, link: 'Next' | 'Previous'): Promise<{ pages: string[][]; last: string }> {
  const pages: string[][] = [];
  let url = start;
  let last = '';
  while (url !== '') {
    assert.ok(pages.length < 50, 'it comes to an end');
    const { status, text } = await clerk.get(url);
    assert.is(status, 200);
    pages.push([...text.matchAll(/<th scope="row"><a href="([^"]*)"/g)].map(([, href = '']) => href));
    last = text;
    url = linkTo(text, link);
  }
  return { pages, last };
}

test('a list with a single page has a count and no page links', async () => {
  const pagerOf = async (url: string) =>
    /<nav class="pager"[\s\S]*?<\/nav>/.exec((await clerk.get(url)).text)?.[0] ?? '';
  const one = await pagerOf('/admin/places?size=50');
  assert.is(textOf(one), '1–47 of 47');
  assert.match(textOf(await pagerOf('/admin/places?size=10')), /First Previous Next Last$/);
});

const orders = [
  '/admin/places?size=10',
  '/admin/places?size=10&sort=-code',
  '/admin/places?size=10&sort=name',
  '/admin/places?size=10&sort=-name',
  '/admin/places?size=10&sort=zone',
  '/admin/places?size=10&sort=-zone,name',
  '/admin/places?size=10&sort=height,-zone',
  '/admin/places?size=10&sort=-height,-name,zone',
  '/admin/places?size=10&f.zone=%2Bnone&f.zone=south&sort=-height',
  '/admin/places?size=10&q=name&sort=zone',
  '/admin/legs?size=10',
  '/admin/legs?size=10&sort=miles',
  '/admin/legs?size=10&sort=destination,-miles',
  '/admin/things?size=10&sort=moment',
  '/admin/things?size=10&sort=-moment',
  '/admin/things?size=10&sort=-day,moment',
  '/admin/things?size=10&sort=price,-day',
];

for (const start of orders) {
  test(`${start}: forward and backward show every row once, in the same order, with equal and empty values`, async () => {
    const allRows = (await walk(start.replace('size=10', 'size=200'), 'Next')).pages.flat();
    assert.ok(allRows.length > 20);
    const forward = await walk(start, 'Next');
    assert.equal(forward.pages.flat(), allRows);
    assert.is(linkTo(forward.last, 'Next'), '');
    assert.is(linkTo(forward.last, 'Last'), '');
    const first = linkTo(forward.last, 'First');
    assert.equal((await walk(first, 'Next')).pages[0], forward.pages[0]);
    const backward = await walk(linkTo(forward.last, 'Previous'), 'Previous');
    assert.equal([...backward.pages.toReversed(), forward.pages.at(-1)].flat(), allRows);
    assert.is(linkTo(backward.last, 'Previous'), '');
    const jumped = await clerk.get(linkTo((await clerk.get(start)).text, 'Last'));
    assert.equal(
      [...jumped.text.matchAll(/<th scope="row"><a href="([^"]*)"/g)].map(([, href]) => href),
      allRows.slice(-10),
    );
    const fromLast = await walk(linkTo(jumped.text, 'Previous'), 'Previous');
    assert.equal(fromLast.pages.toReversed().flat(), allRows.slice(0, -10));
  });
}

test('the first page links only forward, the last one only back, and a single page has no links', async () => {
  const links = (text: string) => ['First', 'Previous', 'Next', 'Last'].filter((name) => linkTo(text, name) !== '');
  const first = await clerk.get('/admin/places?size=10');
  assert.equal(links(first.text), ['Next', 'Last']);
  const second = await clerk.get(linkTo(first.text, 'Next'));
  assert.equal(links(second.text), ['First', 'Previous', 'Next', 'Last']);
  const last = await clerk.get(linkTo(first.text, 'Last'));
  assert.equal(links(last.text), ['First', 'Previous']);
  assert.equal(links((await clerk.get('/admin/places?size=50')).text), []);
});

test('adding and deleting rows while paging does not shift pages', async () => {
  const first = await clerk.get('/admin/places?size=10&sort=code');
  await run(desk)`insert into place (code, name) values ('A00', 'Before all')`;
  await run(desk)`delete from place where code = 'K09'`;
  const second = await clerk.get(linkTo(first.text, 'Next'));
  assert.is(firstsOf(second.text)[0], 'K11');
  await run(desk)`delete from place where code = 'A00'`;
  await run(desk)`insert into place (code, name, height) values ('K09', 'Name 0', 4)`;
});

test('the row at the end of a page can be deleted: the next page continues after its position', async () => {
  const first = await clerk.get('/admin/places?size=10&sort=code');
  await run(desk)`delete from place where code = 'K10'`;
  const second = await clerk.get(linkTo(first.text, 'Next'));
  assert.is(firstsOf(second.text)[0], 'K11');
  await run(desk)`insert into place (code, name) values ('K10', 'Name 1')`;
});

test('a cursor of another list, sort order or filter, or a damaged one starts at the first page', async () => {
  const cursorOf = async (path: string) =>
    new URL(linkTo((await clerk.get(path)).text, 'Next'), desk.url).searchParams.get('after') ?? '';
  const top = firstsOf((await clerk.get('/admin/places?size=10&sort=name')).text);
  const own = await cursorOf('/admin/places?size=10&sort=name');
  assert.not.equal(firstsOf((await clerk.get(`/admin/places?size=10&sort=name&after=${own}`)).text), top);
  const others = [
    await cursorOf('/admin/things?size=10'),
    await cursorOf('/admin/places?size=10&sort=-name'),
    await cursorOf('/admin/places?size=10&sort=name,zone'),
    await cursorOf('/admin/places?size=10&sort=name&f.zone=north'),
    await cursorOf('/admin/places?size=10&sort=name&q=name'),
    own.slice(0, -3),
    own.slice(3),
    'x',
    '!!',
    'W10',
    Buffer.from('["x","y"]').toString('base64url'),
    Buffer.from(own, 'base64url').toString().replace('Name', "Na'me\\u0000"),
    'x'.repeat(7_000),
  ];
  for (const cursor of others) {
    const { status, text } = await clerk.get(`/admin/places?size=10&sort=name&after=${encodeURIComponent(cursor)}`);
    assert.is(status, 200, cursor.slice(0, 40));
    assert.equal(firstsOf(text), top, cursor.slice(0, 40));
  }
});

test('beyond the first page, the number of rows on the page is shown, and the total on demand', async () => {
  const first = await clerk.get('/admin/places?size=10');
  const second = await clerk.get(linkTo(first.text, 'Next'));
  assert.match(textOf(mainOf(second.text)), '10 on this page');
  const counted = await clerk.get(linkTo(second.text, 'Show exact count'));
  assert.equal(firstsOf(counted.text), firstsOf(second.text), 'the same page');
  assert.match(textOf(mainOf(counted.text)), '47 total');
});

test('the total is shown on the first page, and as a sum on the last', async () => {
  assert.match(textOf(mainOf((await clerk.get('/admin/places?size=10')).text)), '1–10 of 47');
  assert.match(textOf(mainOf((await clerk.get('/admin/places?size=10&f.zone=north')).text)), /1–10 of 1\d/);
});

test('a large list has an estimated count, exact on demand; a filtered one is counted up to a thousand', async () => {
  await run(desk)`
    insert into person (name, near_code) select 'P' || n, (array['K01', 'K02'])[1 + (n > 59000)::int] from generate_series(1, 60000) n
  `;
  await run(desk)`analyze person`;
  const about = await clerk.get('/admin/people');
  assert.match(textOf(mainOf(about.text)), '1–50 of about 60,000');
  const exactUrl = linkTo(about.text, 'Show exact count');
  assert.is(exactUrl, '/admin/people?count=exact');
  const exact = await clerk.get(exactUrl);
  assert.match(textOf(mainOf(exact.text)), '1–50 of 60,000');
  assert.not.match(textOf(mainOf(exact.text)), 'about');
  assert.not.match(linkTo(exact.text, 'Next'), 'undefined');

  const filtered = await clerk.get('/admin/people?f.near=K01');
  assert.match(textOf(mainOf(filtered.text)), '1–50 of 1,000+');
  const counted = await clerk.get(linkTo(filtered.text, 'Show exact count'));
  assert.match(textOf(mainOf(counted.text)), '1–50 of 59,000');
  const few = await clerk.get('/admin/people?f.near=K02');
  assert.match(textOf(mainOf(few.text)), '1–50 of 1,000');
  assert.not.match(textOf(mainOf(few.text)), '1,000+');
  const one = await clerk.get('/admin/people?q=P59999');
  assert.match(textOf(mainOf(one.text)), '1–1 of 1');

  const second = await clerk.get(linkTo(about.text, 'Next'));
  assert.is(rowsOf(second.text).length, 50);
  assert.not.match(textOf(mainOf(second.text)), '60,000', 'beyond the first page nothing is counted');
});

test('in a large table, columns without an index are not links, and sorting by them is rejected', async () => {
  await desk.app.records.refreshEstimates();
  const { text } = await clerk.get('/admin/people');
  assert.is(linkTo(text, 'Name'), '');
  assert.is.not(linkTo(text, 'Near'), '', 'relations are indexed');
  const rejected = await clerk.get('/admin/people?sort=name');
  assert.is(rejected.status, 400);
  assert.match(textOf(mainOf(rejected.text)), 'RIO-LIST-SORT This list is too large to be sorted by “Name” Why');
  assert.not.match(textOf(mainOf(rejected.text)), 'renamed');
  assert.is((await clerk.get('/admin/people?sort=-near')).status, 200);
});

test('a slow query is cancelled, and the page explains what to do', async () => {
  // A permission ends with the view that it was granted for, so the view is replaced and not dropped.
  await run(desk)`create or replace view thing_summary as
    select state, count(*) as rows from thing, pg_sleep(5) group by state`;
  const { status, text, headers } = await clerk.get('/admin/summaries');
  assert.is(status, 503);
  assert.is(headers.get('retry-after'), '5');
  assert.match(text, 'RIO-LIST-SLOW');
});
