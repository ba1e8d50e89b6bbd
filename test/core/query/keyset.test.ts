import fc from 'fast-check';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { keyText } from '../../../core/model/key.ts';
import type { ModelInfo } from '../../../core/model/registry.ts';
import { rowSchema } from '../../../core/model/row.ts';
import { createRows } from '../../../core/query/create-rows.ts';
import { readCursor } from '../../../core/query/cursor.ts';
import { compileListing } from '../../../core/query/listing.ts';
import { completeOrder } from '../../../core/query/order.ts';
import { Reader } from '../../../core/query/reader.ts';
import type { Records } from '../../../core/query/rows.ts';
import type { Ask, Listing, Page, Sort } from '../../../core/query/types.ts';
import { suite } from '../../support/suite.ts';
import { fieldOf, leg, models, openWorld, person, place, policyWith, run, somebody, type World } from './world.ts';

const test = suite('pages of a list');
let world: World;
let rows: Records;

test.before(async () => {
  world = await openWorld();
  rows = createRows({ database: world.database, policy: policyWith(), models });
  const { database } = world;
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
test.after(() => world.close());

const sortable: Readonly<Record<string, readonly string[]>> = {
  person: ['id', 'name', 'place', 'born', 'salary', 'visits', 'level', 'active', 'seen', 'wakes', 'secret', 'email'],
  place: ['code', 'name', 'zone'],
  leg: ['origin', 'destination', 'miles'],
};

for (const model of [person, place, leg]) {
  test(`walking through ${model.plural} in any order, there and back, gives every row once and in order`, async () => {
    const names = sortable[model.name] ?? [];
    const wish = fc.record({ name: fc.constantFrom(...names), descending: fc.boolean() });
    const sorts = fc.uniqueArray(wish, { maxLength: 3, selector: ({ name }) => name });
    await fc.assert(
      fc.asyncProperty(sorts, fc.integer({ min: 4, max: 40 }), async (wishes, size) => {
        const sort = wishes.map(({ name, descending }) => ({ field: fieldOf(model, name), descending }));
        const expected = await inOrder(model, sort);
        const listing = compileListing(model, {}).listing;
        const forward = await walk(listing, { sort, size }, 'next');
        assert.equal(forward.keys, expected, 'forwards');
        assert.is(forward.last.next, undefined);
        const backward = await walk(listing, { sort, size, at: 'last' }, 'previous');
        assert.equal(backward.keys, expected, 'backwards');
        assert.is(backward.last.previous, undefined);
      }),
      { numRuns: 30, includeErrorInReport: true },
    );
  });
}

test('going back from a page gives exactly the rows before it', async () => {
  const { listing } = compileListing(person, {});
  const sort = [{ field: fieldOf(person, 'born'), descending: true }];
  const first = await list(listing, { sort, size: 20 });
  const second = await list(listing, { sort, size: 20, ...page(listing, sort, 'after', first.next) });
  const again = await list(listing, { sort, size: 20, ...page(listing, sort, 'before', second.previous) });
  assert.equal(keysOf(person, again), keysOf(person, first));
  assert.is(again.previous, undefined);
});

test('empty values come last, upwards and downwards', async () => {
  const { listing } = compileListing(person, { list: ['born'] });
  for (const descending of [false, true]) {
    const { rows: found } = await list(listing, { sort: [{ field: fieldOf(person, 'born'), descending }], size: 61 });
    const firstEmpty = found.findIndex((row) => row.born === null);
    assert.ok(firstEmpty > 0);
    assert.ok(found.slice(firstEmpty).every((row) => row.born === null));
  }
});

/** Follows cursors through `rows.ask`, as a browser would. */
async function walk(listing: Listing, start: Partial<Ask>, towards: 'next' | 'previous') {
  let found = await list(listing, start);
  let keys = keysOf(listing.model, found);
  for (let pages = 0; found[towards] !== undefined; pages++) {
    assert.ok(pages < 100, 'it never ends');
    const direction = towards === 'next' ? 'after' : 'before';
    found = await list(listing, { ...start, ...page(listing, start.sort ?? [], direction, found[towards]) });
    const more = keysOf(listing.model, found);
    keys = towards === 'next' ? [...keys, ...more] : [...more, ...keys];
  }
  return { keys, last: found };
}

function page(
  listing: Listing,
  sort: readonly Sort[],
  direction: 'after' | 'before',
  cursor: string | undefined,
): Pick<Ask, 'at'> {
  const order = completeOrder(new Reader(policyWith(), somebody), listing, sort);
  const read = readCursor({ model: listing.model, order, filters: [], q: '' }, cursor ?? '');
  assert.ok(read, 'its own cursor fits');
  return { at: read && { cursor: read, direction } };
}

function list(listing: Listing, ask: Partial<Ask>): Promise<Page> {
  return rows.list(somebody, listing, { q: '', filters: [], sort: [], at: undefined, size: 50, exact: false, ...ask });
}

function keysOf(model: ModelInfo, { rows: found }: Page): readonly string[] {
  return found.map((row) => keyText(model, row));
}

/** What PostgreSQL itself says: all rows at once, sorted plainly. */
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
  const found = await world.database.any(sql.type(rowSchema(model, model.key))`
    select ${sql.join(columns, comma)} from ${table} t order by ${sql.join(terms, comma)}
  `);
  return found.map((row) => keyText(model, row));
}
