// Lists, filters, sort orders, pages and records of existing tables.
import * as assert from 'uvu/assert';
import { factsOf, firstsOf, linkTo, mainOf, rowsOf } from '../plugins/admin/page.ts';
import { afterAllSuites, suite } from '../support/suite.ts';
import { allPermissions, openMerchant } from './merchant.ts';

const test = suite('an existing database: reading');
const merchant = await openMerchant();
afterAllSuites(() => merchant.close());
const reader = await merchant.signInAs('staff', allPermissions);
const small = await openMerchant(1);
afterAllSuites(() => small.close());
const walker = await small.signInAs('staff', allPermissions);

async function rows(address: string): Promise<readonly (readonly string[])[]> {
  const { status, text } = await reader.get(`/admin/${address}`);
  assert.is(status, 200, address);
  return rowsOf(text);
}

async function firsts(address: string): Promise<readonly string[]> {
  return (await rows(address)).map(([first = '']) => first);
}

/** The first cells of every page, from the first to the last and back again. */
async function walked(address: string): Promise<{ there: readonly string[]; back: readonly string[] }> {
  const there: string[] = [];
  const back: string[] = [];
  let url = `/admin/${address}`;
  for (let page = 0; page < 20 && url !== ''; page++) {
    const { text } = await walker.get(url);
    there.push(...firstsOf(text));
    const next = linkTo(text, 'Next');
    if (next === '') break;
    url = next;
  }
  for (let page = 0; page < 20 && url !== ''; page++) {
    const { text } = await walker.get(url);
    back.unshift(...firstsOf(text));
    url = linkTo(text, 'Previous');
  }
  return { there, back };
}

test('quoted names, reserved words and another schema: every table has its list', async () => {
  assert.equal(await rows('members'), [
    ['ada', 'staff', 'Ada@example.org', 'Switzerland', '2004-02-29 23:59', '06:30:15.25'],
    ["ben o'hara", 'staff', 'ben@example.org', 'United Kingdom', '2010-06-01 12:00', '–'],
    ['zoë', 'staff', 'zoe@example.org', '–', '2015-01-01 00:00', '07:00'],
  ]);
  assert.equal(await rows('orders'), [
    ['2026-01-05 10:00', "ben o'hara", 'Shipped out', '0.1', '10115'],
    ['2026-01-05 10:00', 'ada', 'Closed', '–', '–'],
    ['2026-01-05 10:00', 'ada', 'Open', '12.3400', '8001'],
  ]);
  assert.equal(await rows('racks'), [
    ['Below ground', '-1', '40'],
    ['By the door', '1', '12'],
    ['North wall', '2', '200'],
  ]);
});

test('numeric without precision keeps every digit, and a generated column is shown', async () => {
  const lines = (await rows('order-details')).map((cells) => cells.slice(1));
  assert.equal(lines, [
    ['1', 'Fendant', '6', '17.5', '105.0'],
    ['2', 'Dôle', '1', '0.1234567890123456789', '0.1234567890123456789'],
    ['1', 'Fendant', '12', '16', '192'],
  ]);
});

test('a view has a read-only list', async () => {
  const totals = (await rows('order-totals')).map((cells) => cells.slice(1));
  assert.equal(totals, [
    ['ada', '1', '192'],
    ['ada', '2', '105.1234567890123456789'],
    ["ben o'hara", '0', '0'],
  ]);
  const page = (await reader.get('/admin/order-totals')).text;
  assert.not.match(mainOf(page), '+new');
  const record = await reader.get('/admin/order-totals/00000000-0000-4000-8000-000000000001');
  assert.is(record.status, 200);
  assert.not.match(mainOf(record.text), '+edit');
  for (const address of [
    '/+new',
    '/00000000-0000-4000-8000-000000000001/+edit',
    '/00000000-0000-4000-8000-000000000001/+delete',
  ]) {
    assert.is((await reader.get(`/admin/order-totals${address}`)).status, 403, address);
  }
});

for (const [address, expected] of [
  ['orders?f.state=Shipped+out', ['2026-01-05 10:00']],
  ['orders?f.state=open&f.state=closed&sort=state', ['2026-01-05 10:00', '2026-01-05 10:00']],
  ['orders?f.buyer=ada&f.weight.from=12.34', ['2026-01-05 10:00']],
  ['members?f.country=UK', ["ben o'hara"]],
  ['members?f.country=%2Bnone', ['zoë']],
  ['members?f.since.from=2004-02-29&f.since.to=2004-02-29', ['ada']],
  ['racks?f.capacity.from=40&f.capacity.to=200', ['Below ground', 'North wall']],
  ['articles?f.rack=1', ['Fendant']],
  ['articles?f.replacedBy=2', ['Œil-de-Perdrix']],
] as const) {
  test(`the list is filtered: ${address}`, async () => {
    assert.equal(await firsts(address), expected);
  });
}

for (const [address, expected] of [
  ['members?q=EXAMPLE+zoe', ['zoë']],
  ['members?q=switz', ['ada']],
  ['members?q=%25', []],
  ['countries?q=uk', ['United Kingdom']],
  ['articles?q=%C5%93il', ['Œil-de-Perdrix']],
  ['orders?q=shipped', ['2026-01-05 10:00']],
  ['orders?q=ben%40', ['2026-01-05 10:00']],
] as const) {
  test(`the list is searched: ${address}`, async () => {
    assert.equal(await firsts(address), expected);
  });
}

test('a filter value that is not in the enum is reported at the filter, and the list is shown', async () => {
  const { status, text } = await reader.get('/admin/orders?f.state=gone');
  assert.is(status, 200);
  assert.match(text, '“gone” is not one of the options, so this filter was ignored.');
});

for (const sort of ['sort=state', 'sort=-state', 'sort=-placedAt', 'sort=weight,state', 'sort=zip']) {
  test(`the list is paged row by row, forward and back: ${sort}`, async () => {
    const allRows = await rows(`orders?${sort}`);
    const { there, back } = await walked(`orders?${sort}`);
    assert.is(there.length, allRows.length);
    assert.equal(
      there,
      allRows.map(([first]) => first),
    );
    assert.equal(back, there);
  });
}

test('lists are paged by text, citext, char(3), smallint, serial and composite keys', async () => {
  for (const address of [
    'members?sort=email',
    'members?sort=-since',
    'countries?sort=iso',
    'racks?sort=-no',
    'articles?sort=no',
    'order-details',
  ]) {
    const allRows = await firsts(address);
    const { there, back } = await walked(address);
    assert.equal(there, allRows, address);
    assert.equal(back, allRows, address);
  }
});

test('every type of key links from the list to its record', async () => {
  for (const [list, name] of [
    ['members', "ben o'hara"],
    ['members', 'zoë'],
    ['countries', 'United Kingdom'],
    ['racks', 'Below ground'],
    ['articles', 'Dôle'],
    ['orders', '2026-01-05 10:00'],
    ['order-details', 'ada · 2026-01-05 10:00'],
  ] as const) {
    const link = linkTo((await reader.get(`/admin/${list}`)).text, name);
    assert.is((await reader.get(link)).status, 200, `${name}: ${link}`);
  }
});

test('a record shows its fields and the rows that reference it', async () => {
  const { text } = await reader.get('/admin/orders/00000000-0000-4000-8000-000000000001');
  const facts = factsOf(text);
  assert.is(facts.Weight, '12.3400');
  assert.is(facts.Zip, '8001');
  assert.match(mainOf(text), '/admin/order-details?f.order=00000000-0000-4000-8000-000000000001');
  // char(3) is padded with spaces in the table, and nowhere else.
  const uk = await reader.get('/admin/countries/UK');
  assert.is(uk.status, 200);
  assert.is(factsOf(uk.text).Iso, 'UK');
  assert.match(mainOf(uk.text), '/admin/members?f.country=UK');
});

test('impossible values return 404, without a statement that PostgreSQL would reject', async () => {
  for (const address of [
    'racks/99999',
    'racks/x',
    'orders/1',
    'articles/99999999999',
    'members/nobody',
    'order-details/1',
    'order-details/00000000-0000-4000-8000-000000000001,99999',
    'countries/TOOLONG',
  ]) {
    assert.is((await reader.get(`/admin/${address}`)).status, 404, address);
  }
});

test('forged cursors are not errors', async () => {
  const cursor = Buffer.from(JSON.stringify(['x', 'gone', 'nonsense'])).toString('base64url');
  assert.is((await reader.get(`/admin/orders?sort=state&after=${cursor}`)).status, 200);
});

test('nothing unexpected was logged', () => {
  assert.equal([...merchant.errors, ...small.errors], []);
});
