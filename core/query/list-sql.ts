import { type FragmentSqlToken, sql } from 'slonik';
import type { ModelInfo } from '../model/field-type.ts';
import { MATCHES } from '../sql/aliases.ts';
import { comma, fragment, freshPlan, joinFragments, nameSql, rawSql, whereSql } from '../sql/fragments.ts';
import { boundsSql } from './cursor.ts';
import { selectedSql, tableSql } from './field-sql.ts';
import { filterSql } from './filter-sql.ts';
import { branches, oneCondition, orderSql } from './keyset.ts';
import type { ListQueryValues } from './list-query.ts';
import { isIndexed } from './order.ts';
import type { Reader } from './reader.ts';
import type { RepresentableQuery } from './representable-query.ts';
import { inPage, kept, type RowsQuery, rowSql, rowsQuery } from './row-sql.ts';
import { searchableFields, searchesIndexes, searchSql, searchWords } from './search.ts';
import { mayBeNull } from './table-facts.ts';
import type { Listing, Sort } from './types.ts';

/** Max entries of a manyToMany in a list. */
const MAX_LISTED = 20;

type ListedQuery = ListQueryValues & Partial<Pick<RepresentableQuery, 'absentWords'>>;

/**
 * Selects one page of a list, plus one row that shows whether there is another page. A search with indexes also returns the number
 * of matches (`MATCHES`). All lists use this function. Backwards, rows are returned in reverse order. `order` must be complete: see
 * `completeOrder`.
 */
export function listSql(reader: Reader, listing: Listing, query: ListedQuery, order: readonly Sort[]): RowsQuery {
  const { model, columns, computed = [], wholeRow } = listing;
  const visible = [...(wholeRow ? model.stored : []), ...columns, ...computed].filter((field) => reader.sees(field));
  // Includes the labels of relations that the list is filtered by, so that the page can show them without another query.
  const filterRelations = query.filters.map(({ field }) => field).filter((field) => field.typeName === 'belongsTo');
  const fields = [...visible, ...order.map((sort) => sort.field), ...filterRelations];
  const matches = query.q !== '' && scansRowByRow(order) && searchesIndexes(searchableFields(reader, listing.search));
  const row = rowSql(reader, model, { fields, listed: MAX_LISTED, extent: 'list', version: false, matches });
  const back = isBackwards(query);
  const conditions = listConditions(reader, listing, query);
  const values = typeof query.at === 'object' ? boundsSql(reader, model, order, query.at.cursor) : undefined;
  const max = query.size + 1;
  const compose = (): RowsQuery => {
    const names = joinFragments(row.needed.map(selectedSql), comma);
    const hasComputed = row.needed.some(({ expression }) => expression !== undefined);
    const page: PageRows = { model, names, hasComputed, conditions, order, back, values, max };
    return rowsQuery(row, matches ? searchedPageSql(page) : pageSql(page), orderSql(order, back, 'p'));
  };
  if (query.q !== '' || query.filters.length > 0) return freshPlan(compose());
  if (conditions.length > 0 || values !== undefined || row.pages === undefined) return compose();
  // The first or last page of the whole table contains no values.
  const terms = order.map(({ field, descending }) => `${field.name} ${descending} ${mayBeNull(field)}`);
  const cacheKey = [max, back, ...terms].join();
  return kept(row.pages, cacheKey, compose);
}

/** The conditions of the list, beginning with the user's row rules. An empty list selects the whole table. */
export function listConditions(
  reader: Reader,
  listing: Listing,
  query: Pick<ListedQuery, 'filters' | 'q' | 'absentWords'>,
): readonly FragmentSqlToken[] {
  const scope = reader.scope(listing.model);
  return [
    // fault: list-out-of-scope
    ...(scope === undefined ? [] : [fragment`(${scope})`]),
    ...query.filters.map((filter) => filterSql(reader, filter)),
    ...searchSql(reader, searchableFields(reader, listing.search), searchWords(query.q) ?? [], query.absentWords),
  ];
}

/** Whether the page is read from its end. */
export function isBackwards({ at }: Pick<ListQueryValues, 'at'>): boolean {
  return at === 'last' || (typeof at === 'object' && at.direction === 'before');
}

/** The rows of one page, limited before anything is joined. */
interface PageRows {
  readonly model: ModelInfo;
  /** The columns of `t` that are needed. */
  readonly names: FragmentSqlToken;
  /** Whether some of them are expressions on `t`. */
  readonly hasComputed: boolean;
  /** Conditions on `t`. */
  readonly conditions: readonly FragmentSqlToken[];
  /** Complete: see `completeOrder`. */
  readonly order: readonly Sort[];
  /** Whether the page is read from the end. */
  readonly back: boolean;
  /** Where the page starts: the order's values of the row before it. */
  readonly values: readonly (FragmentSqlToken | null)[] | undefined;
  readonly max: number;
}

/**
 * Max matches of a search that are sorted and counted, which takes about fifteen milliseconds. With more, the page is found by
 * scanning along the order.
 */
export const MAX_SORTED = 6_000;
/** Rows that are first scanned along the order: enough for a frequent word, at a cost of about a millisecond. */
const SHORT_SCAN = 1_000;
const LONG_SCAN = 20_000;
const union = sql.fragment` union all `;

/** Lets PostgreSQL choose the plan. */
function pageSql(page: PageRows): FragmentSqlToken {
  const { model, names, conditions, order, back, values } = page;
  const select = (more: readonly FragmentSqlToken[], orderBy: FragmentSqlToken) => fragment`
    select ${names} from ${tableSql(model)} t ${whereSql([...conditions, ...more])} ${orderBy} ${limit(page.max)}
  `;
  if (!runsAlongIndex(order)) return select(startOf(page), orderSql(order, back, 't'));
  const starts = branches(order, values, back);
  const [only, ...others] = starts;
  if (only === undefined) return select([fragment`false`], orderSql(order, back, 't'));
  if (others.length === 0) return select(only.conditions, only.order);
  // PostgreSQL runs the branches of a UNION ALL in sequence and stops at the limit. Usually the first branch is enough.
  const all = starts.map((branch) => fragment`(${select(branch.conditions, branch.order)})`);
  return fragment`select t.* from (${joinFragments(all, union)}) t ${limit(page.max)}`;
}

/**
 * The rows of a page for a search on indexed columns, in an order that has an index. If matches had to be counted, `MATCHES` is
 * their number, up to one more than `MAX_SORTED`. Instead of relying on the planner, the statement tries two plans in turn, each
 * with a limit: docs/decisions/0012-search-plans.md.
 */
function searchedPageSql(page: PageRows): FragmentSqlToken {
  const { model, hasComputed, conditions, back } = page;
  const allColumns = fragment`t.*`;
  // Expressions are computed last, only for the rows of the page, since a search may visit thousands of others.
  const names = hasComputed ? allColumns : page.names;
  const selected = hasComputed ? page.names : allColumns;
  const order = orderSql(page.order, back, 't');
  const pageLimit = limit(page.max);
  const fullPage = rawSql(String(page.max));
  const max = rawSql(String(MAX_SORTED));
  const matches = nameSql([inPage(model, MATCHES)]);
  const scan = (rows: number) => fragment`
    select ${names} from (${pageSql({ ...page, names: allColumns, conditions: [], max: rows })}) t
    ${whereSql(conditions)} ${order} ${pageLimit}
  `;
  const [shortScan, shortScanRows, longScan, longScanRows, matching, matchingRows] = CTES;
  const shortScanSuffices = fragment`(select rows from ${shortScanRows}) = ${fullPage}`;
  const longScanSuffices = fragment`(select rows from ${longScanRows}) = ${fullPage}`;
  const isTooMany = fragment`(select rows from ${matchingRows}) > ${max}`;
  return fragment`
    with ${shortScan} as materialized (${scan(SHORT_SCAN)}),
    ${shortScanRows} as materialized (select count(*) as rows from ${shortScan}),
    ${matching} as materialized (
      select ${names} from ${tableSql(model)} t ${whereSql([...conditions, ...startOf(page)])}
    ),
    ${matchingRows} as materialized (
      select count(*) as rows from (select from ${matching} ${limit(MAX_SORTED + 1)}) counted
    ),
    ${longScan} as materialized (${scan(LONG_SCAN)}),
    ${longScanRows} as materialized (select count(*) as rows from ${longScan})
    (select ${selected}, null::bigint as ${matches} from ${shortScan} t where ${shortScanSuffices})
    union all
    (select ${selected}, (select rows from ${matchingRows}) from ${longScan} t
      where not ${shortScanSuffices} and ${isTooMany} and ${longScanSuffices})
    union all
    (select ${selected}, (select rows from ${matchingRows}) from ${matching} t
      where not ${shortScanSuffices} and (not ${isTooMany} or not ${longScanSuffices})
      ${order} ${pageLimit})
  `;
}

/** Names that no table has. Row rules and filters refer to tables, which a CTE of the same name would shadow. */
const CTES = [
  nameSql(['~short scan']),
  nameSql(['~short scan rows']),
  nameSql(['~long scan']),
  nameSql(['~long scan rows']),
  nameSql(['~matching']),
  nameSql(['~matching rows']),
] as const;

/**
 * Whether scanning along this order returns rows one by one. An index on a choice, a relation or a number returns groups of rows
 * with the same value, and a group must be read completely before it can be sorted by the key; the same applies to rows with NULL.
 */
function scansRowByRow(order: readonly Sort[]): boolean {
  const [first] = order;
  // An expression refers to columns of the table, which the page's subselects do not contain.
  if (order.some(({ field }) => field.expression !== undefined)) return false;
  if (first === undefined || mayBeNull(first.field) || !isIndexed(first.field)) return false;
  const { field } = first;
  return (
    field.unique || TIME_TYPES.has(field.typeName) || (field.model.key.length === 1 && field.model.key[0] === field)
  );
}

const TIME_TYPES: ReadonlySet<string> = new Set(['timestamp', 'localDateTime', 'date']);

/** Whether an index returns the rows in this order. */
function runsAlongIndex([first]: readonly Sort[]): boolean {
  return first !== undefined && isIndexed(first.field);
}

function startOf({ order, values, back }: PageRows): readonly FragmentSqlToken[] {
  const start = oneCondition(order, values, back);
  return start === undefined ? [] : [start];
}

/** A literal, because with a parameter the planner would assume a tenth of the table. */
function limit(max: number): FragmentSqlToken {
  return rawSql(`limit ${Math.trunc(max)}`);
}
