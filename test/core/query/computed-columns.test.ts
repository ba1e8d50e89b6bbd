import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { computedField, conditionField } from '../../../core/query/computed-field.ts';
import { createRows } from '../../../core/query/create-rows.ts';
import { compileListing } from '../../../core/query/listing.ts';
import type { Records } from '../../../core/query/rows.ts';
import type { Listing, Page } from '../../../core/query/types.ts';
import { suite } from '../../support/suite.ts';
import { models, openWorld, person, policyWith, run, somebody, type World } from './world.ts';

// Thirty thousand rows, so that every way to the rows of a search is taken: see core/query/page-sql.ts.
const ROWS = 30_000;
const SIZE = 20;

const test = suite('computed columns of a large list');
let world: World;
let rows: Records;
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
  world = await openWorld();
  rows = createRows({ database: world.database, policy: policyWith(), models });
  await run(world.database)`
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
  await run(world.database)`analyze person`;
  await rows.refreshEstimates();
});
test.after(() => world.close());

const texts = z.object({ id: z.string() });

async function expected(q: string, order: ReturnType<typeof sql.fragment>): Promise<readonly string[]> {
  const found = await world.database.any(sql.type(texts)`
    select t.id::text as id from person t where t.name ilike ${`%${q}%`} order by ${order}
  `);
  return found.map(({ id }) => id);
}

async function page(query: Record<string, string>): Promise<Page> {
  const { parsed } = await rows.ask(somebody, listing, new URLSearchParams(query), 'UTC');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return rows.list(somebody, listing, parsed.ask);
}

const keysOf = ({ rows: found }: Page): readonly string[] => found.map(({ id }) => String(id));

for (const q of ['everywhere', 'seldom', 'ending', 'row']) {
  test(`a search for "${q}" shows them whichever way it takes to its rows`, async () => {
    const ids = await expected(q, sql.fragment`t.seen desc, t.id desc`);
    const first = await page({ q });
    assert.equal(keysOf(first), ids.slice(0, SIZE));
    assert.equal(keysOf(await page({ q, after: first.next ?? '' })), ids.slice(SIZE, 2 * SIZE));
    for (const row of first.rows) {
      assert.is(row['*plain'], `no ${row.id}`);
      assert.is(row['*remainder'], Number(row.id) % 7 || null);
    }
  });

  test(`a search for "${q}" is sorted by one, NULL last, on the first pages and on the last`, async () => {
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

test('a page that begins after a row without a value goes on among those', async () => {
  const ids = await expected('seldom', sql.fragment`nullif(t.id % 7, 0) asc nulls last, t.id`);
  let cursor = '';
  const seen: string[] = [];
  for (let turn = 0; turn < 3; turn++) {
    const next = await page({ q: 'seldom', sort: '*remainder', ...(cursor !== '' && { after: cursor }) });
    seen.push(...keysOf(next));
    cursor = next.next ?? '';
    if (cursor === '') break;
  }
  assert.equal(seen, ids);
});

test('attack: a cursor with a value that its type does not have starts the list at its top', async () => {
  const first = await page({ sort: '*remainder' });
  const [place] = JSON.parse(Buffer.from(first.next ?? '', 'base64url').toString());
  for (const value of ['1; drop table person', '99999999999999999999', '1.5']) {
    const forged = Buffer.from(JSON.stringify([place, value, '1'])).toString('base64url');
    assert.equal(keysOf(await page({ sort: '*remainder', after: forged })), keysOf(first), value);
  }
});

test('filters by a condition narrow the list and its count, and belong to its cursors', async () => {
  const even = await page({ 'f.*parity': 'even', count: 'exact' });
  assert.ok(keysOf(even).every((id) => Number(id) % 2 === 0));
  assert.equal(even.count, { kind: 'exact', rows: ROWS / 2 });
  const odd = await page({ 'f.*parity': 'odd', after: even.next ?? '' });
  assert.equal(keysOf(odd), keysOf(await page({ 'f.*parity': 'odd' })));
  const refused = await rows.ask(somebody, listing, new URLSearchParams({ 'f.*parity': 'none' }), 'UTC');
  assert.equal(refused.parsed, { ok: false, problems: [{ name: 'f.*parity', why: 'malformed' }] });
});

test('only what is sortable is sorted by, and nothing computed in a table beyond the limit', async () => {
  const sorted = async (sort: string) =>
    (await rows.ask(somebody, listing, new URLSearchParams({ sort }), 'UTC')).parsed.ok;
  assert.is(await sorted('*remainder'), true);
  assert.is(await sorted('*plain'), false);
  await run(world.database)`
    insert into person (name, seen, level)
    select 'more', timestamptz '2020-01-01 00:00Z' - make_interval(mins => n), 'junior'
    from generate_series(1, 30000) n
  `;
  await run(world.database)`analyze person`;
  await rows.refreshEstimates();
  assert.is(await sorted('*remainder'), false);
});
