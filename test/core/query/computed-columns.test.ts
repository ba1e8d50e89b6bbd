import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { computedField, conditionField } from '../../../core/query/computed-field.ts';
import { createRecords } from '../../../core/query/create-records.ts';
import { compileListing } from '../../../core/query/listing.ts';
import type { Records } from '../../../core/query/records.ts';
import type { Listing, Page } from '../../../core/query/types.ts';
import { suite } from '../../support/suite.ts';
import { type Fixture, models, openFixture, pageOf, person, policyWith, run, somebody } from './fixture.ts';

// Thirty thousand rows, so that a search finds its rows in each of the ways of core/query/list-sql.ts.
const ROWS = 30_000;
const SIZE = 20;

const test = suite('computed columns of a large list');
let fixture: Fixture;
let records: Records;
const remainder = computedField(person, {
  name: 'remainder',
  label: 'Remainder',
  type: 'integer',
  expression: sql.fragment`nullif(t.id % ${7}, 0)`,
});
const plain = computedField(person, {
  name: 'plain',
  label: 'Plain',
  type: 'text',
  expression: sql.fragment`select 'no ' || t.id`,
  sortable: false,
});
const base = compileListing(person, { search: ['name'], list: ['name', 'seen'], order: ['-seen'], size: SIZE }).listing;
const listing: Listing = {
  ...base,
  computed: [remainder, plain],
  conditions: [
    {
      field: conditionField(person, { name: 'parity', label: 'Parity' }),
      values: ['even', 'odd'],
      where: (value) => sql.fragment`t.id % 2 = ${value === 'even' ? 0 : 1}`,
    },
  ],
};

test.before(async () => {
  fixture = await openFixture();
  records = createRecords({ database: fixture.database, policy: policyWith(), models });
  await run(fixture.database)`
    insert into person (name, seen, level)
    select
      concat_ws(' ',
        case when n % 2 = 0 then 'everywhere' end,
        case when n % 700 = 0 then 'seldom' end,
        case when n > 22000 then 'ending' end,
        'row'),
      timestamptz '2026-01-01 00:00Z' - make_interval(mins => n),
      'junior'
    from generate_series(1, ${ROWS}) n
  `;
  await run(fixture.database)`analyze person`;
  await records.refreshEstimates();
});
test.after(() => fixture.close());

const texts = z.object({ id: z.string() });

async function expected(q: string, order: ReturnType<typeof sql.fragment>): Promise<readonly string[]> {
  const expectedRows = await fixture.database.any(sql.type(texts)`
    select t.id::text as id from person t where t.name ilike ${`%${q}%`} order by ${order}
  `);
  return expectedRows.map(({ id }) => id);
}

const page = (query: Readonly<Record<string, string>>): Promise<Page> => pageOf(records, listing, query);
const keysOf = (page: Page): readonly string[] => page.rows.map(({ id }) => String(id));

for (const q of ['everywhere', 'seldom', 'ending', 'row']) {
  test(`a search for "${q}" shows computed columns`, async () => {
    const ids = await expected(q, sql.fragment`t.seen desc, t.id desc`);
    const first = await page({ q });
    assert.equal(keysOf(first), ids.slice(0, SIZE));
    assert.equal(keysOf(await page({ q, after: first.next ?? '' })), ids.slice(SIZE, 2 * SIZE));
    for (const row of first.rows) {
      assert.is(row['*plain'], `no ${row.id}`);
      assert.is(row['*remainder'], Number(row.id) % 7 || null);
    }
  });

  test(`a search for "${q}" is sorted by a computed column, NULL last, on the first and last pages`, async () => {
    const orders = [
      ['*remainder', sql.fragment`nullif(t.id % 7, 0) asc nulls last, t.id`],
      ['-*remainder', sql.fragment`nullif(t.id % 7, 0) desc nulls last, t.id desc`],
      ['seen,-*remainder', sql.fragment`t.seen, nullif(t.id % 7, 0) desc nulls last`],
    ] as const;
    for (const [sort, order] of orders) {
      const ids = await expected(q, order);
      const first = await page({ q, sort });
      assert.equal(keysOf(first), ids.slice(0, SIZE), sort);
      const second = await page({ q, sort, after: first.next ?? '' });
      assert.equal(keysOf(second), ids.slice(SIZE, 2 * SIZE), sort);
      assert.equal(keysOf(await page({ q, sort, before: second.previous ?? '' })), keysOf(first), sort);
      const last = await page({ q, sort, at: 'last' });
      assert.equal(keysOf(last), ids.slice(-SIZE), sort);
    }
  });
}

test('a page after a row without a value continues with rows without a value', async () => {
  const ids = await expected('seldom', sql.fragment`nullif(t.id % 7, 0) asc nulls last, t.id`);
  let cursor = '';
  const keys: string[] = [];
  for (let pages = 0; pages < 3; pages++) {
    const next = await page({ q: 'seldom', sort: '*remainder', ...(cursor !== '' && { after: cursor }) });
    keys.push(...keysOf(next));
    cursor = next.next ?? '';
    if (cursor === '') break;
  }
  assert.equal(keys, ids);
});

test('attack: a cursor with an invalid value for its type starts the list at the top', async () => {
  const first = await page({ sort: '*remainder' });
  const [hash] = JSON.parse(Buffer.from(first.next ?? '', 'base64url').toString());
  for (const value of ['1; drop table person', '99999999999999999999', '1.5']) {
    const forged = Buffer.from(JSON.stringify([hash, value, '1'])).toString('base64url');
    assert.equal(keysOf(await page({ sort: '*remainder', after: forged })), keysOf(first), value);
  }
});

test('filters by a condition restrict the list and its count, and are part of its cursors', async () => {
  const even = await page({ 'f.*parity': 'even', count: 'exact' });
  assert.ok(keysOf(even).every((id) => Number(id) % 2 === 0));
  assert.equal(even.count, { kind: 'exact', rows: ROWS / 2 });
  const odd = await page({ 'f.*parity': 'odd', after: even.next ?? '' });
  assert.equal(keysOf(odd), keysOf(await page({ 'f.*parity': 'odd' })));
  const rejected = await records.parseListQuery(somebody, listing, new URLSearchParams({ 'f.*parity': 'none' }), 'UTC');
  assert.equal(rejected.parsed.ok ? [] : rejected.parsed.problems, [{ name: 'f.*parity', why: 'malformed' }]);
  assert.equal(rejected.parsed.query?.filters, []);
});

test('computed columns can be sorted by if they are sortable and the table is not too large', async () => {
  const sorted = async (sort: string) =>
    (await records.parseListQuery(somebody, listing, new URLSearchParams({ sort }), 'UTC')).parsed.ok;
  assert.is(await sorted('*remainder'), true);
  assert.is(await sorted('*plain'), false);
  await run(fixture.database)`
    insert into person (name, seen, level)
    select 'more', timestamptz '2020-01-01 00:00Z' - make_interval(mins => n), 'junior'
    from generate_series(1, 30000) n
  `;
  await run(fixture.database)`analyze person`;
  await records.refreshEstimates();
  assert.is(await sorted('*remainder'), false);
});
