import fc from 'fast-check';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import type { ModelInfo } from '../../../core/model/field-type.ts';
import { keyText } from '../../../core/model/key.ts';
import { rowSchema } from '../../../core/model/row.ts';
import { createRecords } from '../../../core/query/create-records.ts';
import { readCursor } from '../../../core/query/cursor.ts';
import type { ListQueryValues } from '../../../core/query/list-query.ts';
import { compileListing } from '../../../core/query/listing.ts';
import { completeOrder } from '../../../core/query/order.ts';
import { Reader } from '../../../core/query/reader.ts';
import type { Records } from '../../../core/query/records.ts';
import type { Listing, Page, Sort } from '../../../core/query/types.ts';
import { suite } from '../../support/suite.ts';
import {
  type Fixture,
  fieldOf,
  leg,
  models,
  openFixture,
  person,
  place,
  policyWith,
  run,
  somebody,
} from './fixture.ts';

const test = suite('pages of a list');
let fixture: Fixture;
let records: Records;

test.before(async () => {
  fixture = await openFixture();
  records = createRecords({ database: fixture.database, policy: policyWith(), models });
  const { database } = fixture;
  await run(database)`
    insert into place (code, name, zone)
    select chr(64 + n) || '/' || n, 'P' || n % 5, (array['north', 'south', null])[1 + n % 3]
    from generate_series(1, 26) n
  `;
  await run(database)`
    insert into person (name, place_code, born, salary, visits, level, active, seen, wakes, secret)
    select
      'Name ' || n % 7,
      case when n % 4 > 0 then chr(64 + 1 + n % 5) || '/' || 1 + n % 5 end,
      case when n % 3 > 0 then date '2000-01-01' + n % 4 end,
      case when n % 5 > 0 then n % 3 + 0.50 end,
      case when n % 2 > 0 then n % 3 end,
      (array['junior', 'senior', 'chief'])[1 + n % 3],
      n % 2 = 0,
      timestamptz '2026-01-01 00:00:00.123Z' + make_interval(secs => n % 5 * 0.001),
      case when n % 6 > 0 then timestamp '2026-03-01' + make_interval(secs => n % 4) end,
      case when n % 3 = 0 then 'x' || n % 2 end
    from generate_series(1, 61) n
  `;
  await run(database)`
    insert into leg (origin_code, destination_code, miles)
    select a.code, b.code, case when ascii(b.code) % 3 > 0 then ascii(a.code) % 4 end
    from place a, place b where a.code < 'F' and b.code < 'G' and a.code <> b.code
  `;
});
test.after(() => fixture.close());

const sortable: Readonly<Record<string, readonly string[]>> = {
  person: ['id', 'name', 'place', 'born', 'salary', 'visits', 'level', 'active', 'seen', 'wakes', 'secret', 'email'],
  place: ['code', 'name', 'zone'],
  leg: ['origin', 'destination', 'miles'],
};

for (const model of [person, place, leg]) {
  test(`the pages of ${model.plural}, sorted in any way, forwards and backwards, contain every row once and in order (T07)`, async () => {
    const names = sortable[model.name] ?? [];
    const sortTerm = fc.record({ name: fc.constantFrom(...names), descending: fc.boolean() });
    const sorts = fc.uniqueArray(sortTerm, { maxLength: 3, selector: ({ name }) => name });
    await fc.assert(
      fc.asyncProperty(sorts, fc.integer({ min: 4, max: 40 }), async (sorts, size) => {
        const sort = sorts.map(({ name, descending }) => ({ field: fieldOf(model, name), descending }));
        const expected = await inOrder(model, sort);
        const listing = compileListing(model, {}).listing;
        const forward = await allPages(listing, { sort, size }, 'next');
        assert.equal(forward.keys, expected, 'forwards');
        assert.is(forward.last.next, undefined);
        const backward = await allPages(listing, { sort, size, at: 'last' }, 'previous');
        assert.equal(backward.keys, expected, 'backwards');
        assert.is(backward.last.previous, undefined);
      }),
      { numRuns: 30, includeErrorInReport: true },
    );
  });
}

test('the previous page contains exactly the preceding rows', async () => {
  const { listing } = compileListing(person, {});
  const sort = [{ field: fieldOf(person, 'born'), descending: true }];
  const first = await list(listing, { sort, size: 20 });
  const second = await list(listing, { sort, size: 20, ...at(listing, sort, 'after', first.next) });
  const again = await list(listing, { sort, size: 20, ...at(listing, sort, 'before', second.previous) });
  assert.equal(keysOf(person, again), keysOf(person, first));
  assert.is(again.previous, undefined);
});

test('empty values come last, ascending and descending', async () => {
  const { listing } = compileListing(person, { list: ['born'] });
  for (const descending of [false, true]) {
    const { rows } = await list(listing, { sort: [{ field: fieldOf(person, 'born'), descending }], size: 61 });
    const firstEmpty = rows.findIndex((row) => row.born === null);
    assert.ok(firstEmpty > 0);
    assert.ok(rows.slice(firstEmpty).every((row) => row.born === null));
  }
});

/** Follows cursors, as a browser would. */
async function allPages(listing: Listing, start: Partial<ListQueryValues>, link: 'next' | 'previous') {
  let page = await list(listing, start);
  let keys = keysOf(listing.model, page);
  for (let pages = 0; page[link] !== undefined; pages++) {
    assert.ok(pages < 100, 'too many pages');
    const direction = link === 'next' ? 'after' : 'before';
    page = await list(listing, { ...start, ...at(listing, start.sort ?? [], direction, page[link]) });
    const more = keysOf(listing.model, page);
    keys = link === 'next' ? [...keys, ...more] : [...more, ...keys];
  }
  return { keys, last: page };
}

function at(
  listing: Listing,
  sort: readonly Sort[],
  direction: 'after' | 'before',
  text: string | undefined,
): Pick<ListQueryValues, 'at'> {
  const order = completeOrder(new Reader(policyWith(), somebody), listing, sort);
  const cursor = readCursor({ model: listing.model, order, filters: [], q: '' }, text ?? '');
  assert.ok(cursor, 'the cursor is valid');
  return { at: cursor && { cursor, direction } };
}

function list(listing: Listing, query: Partial<ListQueryValues>): Promise<Page> {
  return records.list(somebody, listing, {
    q: '',
    filters: [],
    sort: [],
    at: undefined,
    size: 50,
    exact: false,
    ...query,
  });
}

function keysOf(model: ModelInfo, { rows }: Page): readonly string[] {
  return rows.map((row) => keyText(model, row));
}

/** The expected keys: all rows in one plain query. */
async function inOrder(model: ModelInfo, sort: readonly Sort[]): Promise<readonly string[]> {
  const last = sort.at(-1)?.descending ?? false;
  const keys = model.key.map((field) => ({ field, descending: last }));
  const terms = [...sort, ...keys].map(({ field: { column }, descending }) => {
    const name = sql.identifier(['t', column]);
    return descending ? sql.fragment`${name} desc nulls last` : sql.fragment`${name} nulls last`;
  });
  const columns = model.key.map(
    ({ column, name }) => sql.fragment`${sql.identifier([column])}::text as ${sql.identifier([name])}`,
  );
  const comma = sql.fragment`, `;
  const table = sql.identifier(model.table);
  const sorted = await fixture.database.any(sql.type(rowSchema(model, model.key))`
    select ${sql.join(columns, comma)} from ${table} t order by ${sql.join(terms, comma)}
  `);
  return sorted.map((row) => keyText(model, row));
}
