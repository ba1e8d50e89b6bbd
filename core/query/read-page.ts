import type { Query } from '../database/queries.ts';
import { RustioError } from '../errors.ts';
import type { DbRow } from '../model/kind.ts';
import { MATCHES } from './aliases.ts';
import type { Counts } from './count.ts';
import { type CursorPlace, writeCursor } from './cursor.ts';
import { conditionsOf, isBackwards, listSql } from './list-sql.ts';
import { completeOrder } from './order.ts';
import { MOST_SORTED } from './page-sql.ts';
import type { Reader } from './reader.ts';
import type { Ask, Count, Listing, Page } from './types.ts';

const empty: Page = { rows: [], previous: undefined, next: undefined, count: { kind: 'exact', rows: 0 } };

/** A page and its neighbours: one statement, and one more where rows are counted. */
export async function readPage(
  database: Query,
  counts: Counts,
  reader: Reader,
  listing: Listing,
  ask: Ask,
): Promise<Page> {
  if (!reader.mayView(listing.model)) return empty;
  refuseHidden(reader, ask);
  const order = completeOrder(reader, listing, ask.sort);
  const found = await database.any(listSql(reader, listing, ask, order));
  const more = found.length > ask.size;
  const back = isBackwards(ask);
  const shown = found.slice(0, ask.size);
  const rows = back ? shown.reverse() : shown;
  const place: CursorPlace = { model: listing.model, order, filters: ask.filters, q: ask.q };
  const cursorOf = (row: DbRow | undefined) =>
    row === undefined ? undefined : writeCursor(place, valuesOf(place, row));
  const hasPrevious = back ? more : ask.at !== undefined;
  const hasNext = back ? ask.at !== 'last' : more;
  return {
    rows,
    previous: hasPrevious ? cursorOf(rows[0]) : undefined,
    next: hasNext ? cursorOf(rows.at(-1)) : undefined,
    count: matchesOf(ask, rows[0], more) ?? (await countOf(database, counts, reader, listing, ask, rows.length, more)),
  };
}

/** Addresses were checked when they were read; this is for code that puts a question together by itself. */
function refuseHidden(reader: Reader, { filters, sort }: Ask): void {
  const hidden = [...filters, ...sort].map(({ field }) => field).find((field) => !reader.sees(field));
  if (hidden === undefined) return;
  throw new RustioError(
    'RIO-LIST-FIELD',
    {
      problem: 'A list was asked to narrow or sort by a field that the reader may not see.',
      why: 'Which rows come, and in which order, would tell him what stands in it.',
      fix: 'Read the question with rows.ask(), which refuses such a field as if it did not exist.',
      retry: 'With another question.',
    },
    { status: 400, details: [`${hidden.model.name}.${hidden.name}`] },
  );
}

/** What a search has counted on its way. */
function matchesOf({ at, exact }: Ask, row: DbRow | undefined, more: boolean): Count | undefined {
  const matches = row?.[MATCHES];
  if (matches === undefined || matches === null || at !== undefined || exact || !more) return undefined;
  const rows = Number(matches);
  return rows > MOST_SORTED ? { kind: 'more', rows: MOST_SORTED } : { kind: 'exact', rows };
}

/** Nothing is counted where the page itself shows how many there are, nor beyond the first one. */
async function countOf(
  database: Query,
  counts: Counts,
  reader: Reader,
  listing: Listing,
  ask: Ask,
  shown: number,
  more: boolean,
): Promise<Count> {
  const wholeList = (ask.at === undefined || ask.at === 'last') && !more;
  if (wholeList) return { kind: 'exact', rows: shown };
  const conditions = conditionsOf(reader, listing, ask);
  if (ask.exact) {
    const count = await counts.exact(database, listing.model, conditions, shown);
    // "At least as many as this page shows" says nothing beyond the first one.
    return ask.at === undefined || count.kind === 'exact' ? count : { kind: 'unknown' };
  }
  return ask.at === undefined ? counts.count(database, listing.model, conditions, shown) : { kind: 'unknown' };
}

function valuesOf({ order }: CursorPlace, row: DbRow): readonly (string | null)[] {
  return order.map(({ field }) => {
    const wire = row[field.name];
    return wire === null || wire === undefined ? null : String(wire);
  });
}
