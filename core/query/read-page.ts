import { isInvalidValue, missingCharacter } from '../database/errors.ts';
import type { Query } from '../database/queries.ts';
import { withRepresentable } from '../database/representable.ts';
import { listFieldHidden } from '../errors/data.ts';
import type { DbRow } from '../model/field-type.ts';
import { LargeValue } from '../model/row.ts';
import { MATCHES } from '../sql/aliases.ts';
import type { Counts } from './count.ts';
import { type CursorContext, writeCursor } from './cursor.ts';
import type { ListQueryValues } from './list-query.ts';
import { isBackwards, listConditions, listSql, MAX_SORTED } from './list-sql.ts';
import { completeOrder } from './order.ts';
import type { Reader } from './reader.ts';
import { type RepresentableQuery, representableQuery, textsOfQuery } from './representable-query.ts';
import type { Count, Listing, Page, Sort } from './types.ts';

const empty: Page = { rows: [], previous: undefined, next: undefined, count: { kind: 'exact', rows: 0 } };

/** A page with its cursors, read in one statement, plus one if rows are counted. */
export async function readPage(
  database: Query,
  counts: Counts,
  reader: Reader,
  listing: Listing,
  query: ListQueryValues,
): Promise<Page> {
  if (!reader.mayView(listing.model)) return empty;
  rejectHiddenFields(reader, query);
  return whereRepresentable(database, query, empty, async (inner, representable) => {
    const { more, ...page } = await readRepresentableRows(inner, reader, listing, representable, query);
    return {
      ...page,
      count:
        matchesOf(representable, page.rows[0], more) ??
        (await readCount(inner, reader, { counts, listing, query: representable, rowsOnPage: page.rows.length, more })),
    };
  });
}

/** A page without a count, read in one statement. The actor must be allowed to view the model. */
export async function readRows(
  database: Query,
  reader: Reader,
  listing: Listing,
  query: ListQueryValues,
): Promise<RowsOfPage> {
  rejectHiddenFields(reader, query);
  return whereRepresentable(database, query, { ...empty, more: false }, (inner, representable) =>
    readRepresentableRows(inner, reader, listing, representable, query),
  );
}

type RowsOfPage = Omit<Page, 'count'> & { readonly more: boolean };

/**
 * Runs `work` with the part of a query that can match. Returns `noMatch` if the query has texts that the database's encoding lacks,
 * so that no row can match it.
 */
export function whereRepresentable<T>(
  database: Query,
  query: ListQueryValues,
  noMatch: T,
  work: (database: Query, representable: RepresentableQuery) => Promise<T>,
): Promise<T> {
  return withRepresentable(database, textsOfQuery(query), async (inner, texts) => {
    const representable = representableQuery(query, texts);
    return representable === undefined ? noMatch : work(inner, representable);
  }).catch((error: unknown) => {
    // The values of a plugin's conditions are not among the texts.
    const hasConditions = query.filters.some(({ is }) => is === 'condition');
    if (hasConditions && missingCharacter(error) !== undefined) return noMatch;
    throw error;
  });
}

/** `requested`: the query that the cursors belong to. */
async function readRepresentableRows(
  database: Query,
  reader: Reader,
  listing: Listing,
  query: RepresentableQuery,
  requested: ListQueryValues,
): Promise<RowsOfPage> {
  const order = completeOrder(reader, listing, query.sort);
  const fetched = await fetchRows(database, reader, listing, query, order);
  // A cursor that PostgreSQL rejects is treated like any other invalid one.
  if (fetched === undefined)
    return readRepresentableRows(database, reader, listing, { ...query, at: undefined }, requested);
  const more = fetched.length > query.size;
  const back = isBackwards(query);
  const page = fetched.slice(0, query.size);
  const rows = back ? page.reverse() : page;
  const context: CursorContext = { model: listing.model, order, filters: requested.filters, q: requested.q };
  const cursorAt = (row: DbRow | undefined) =>
    row === undefined ? undefined : writeCursor(context, rowValues(context, row), rowKey(listing, row));
  const hasPrevious = back ? more : query.at !== undefined;
  const hasNext = back ? query.at !== 'last' : more;
  return {
    rows,
    previous: hasPrevious ? cursorAt(rows[0]) : undefined,
    next: hasNext ? cursorAt(rows.at(-1)) : undefined,
    more,
  };
}

/** Undefined if the cursor contains a value that its column does not accept. */
async function fetchRows(
  database: Query,
  reader: Reader,
  listing: Listing,
  query: RepresentableQuery,
  order: readonly Sort[],
): Promise<readonly DbRow[] | undefined> {
  try {
    return await database.any(listSql(reader, listing, query, order));
  } catch (error) {
    // fault: rejected-cursor
    if (typeof query.at === 'object' && isInvalidValue(error)) return undefined;
    throw error;
  }
}

/** For code that builds a query itself; `parseListQuery` has already checked users' query strings. */
function rejectHiddenFields(reader: Reader, { filters, sort }: ListQueryValues): void {
  const hidden = [...filters, ...sort].map(({ field }) => field).find((field) => !reader.sees(field));
  if (hidden === undefined) return;
  throw listFieldHidden({ details: [`${hidden.model.name}.${hidden.name}`] });
}

/** The number of matches, if the search has already counted them. */
function matchesOf({ at, exact }: ListQueryValues, row: DbRow | undefined, more: boolean): Count | undefined {
  const matches = row?.[MATCHES];
  if (matches === undefined || matches === null || at !== undefined || exact || !more) return undefined;
  const rows = Number(matches);
  return rows > MAX_SORTED ? { kind: 'more', rows: MAX_SORTED } : { kind: 'exact', rows };
}

interface ShownPage {
  readonly counts: Counts;
  readonly listing: Listing;
  readonly query: RepresentableQuery;
  readonly rowsOnPage: number;
  readonly more: boolean;
}

/** Rows are not counted if the page contains all of them, or after the first page. */
async function readCount(
  database: Query,
  reader: Reader,
  { counts, listing, query, rowsOnPage, more }: ShownPage,
): Promise<Count> {
  const isOnlyPage = (query.at === undefined || query.at === 'last') && !more;
  if (isOnlyPage) return { kind: 'exact', rows: rowsOnPage };
  const conditions = listConditions(reader, listing, query);
  if (query.exact) {
    const count = await counts.exact(database, listing.model, conditions, rowsOnPage);
    // "At least as many as on this page" is meaningless after the first page.
    return query.at === undefined || count.kind === 'exact' ? count : { kind: 'unknown' };
  }
  return query.at === undefined ? counts.count(database, listing.model, conditions, rowsOnPage) : { kind: 'unknown' };
}

function rowKey({ model }: Listing, row: DbRow): readonly string[] {
  return model.key.map(({ name }) => String(row[name]));
}

function rowValues({ order }: CursorContext, row: DbRow): readonly (string | LargeValue | null)[] {
  return order.map(({ field }) => {
    const dbValue = row[field.name];
    if (dbValue instanceof LargeValue) return dbValue;
    return dbValue === null || dbValue === undefined ? null : String(dbValue);
  });
}
