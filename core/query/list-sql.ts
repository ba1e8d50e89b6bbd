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
import type { PossibleQuery } from './possible-query.ts';
import type { Reader } from './reader.ts';
import { inPage, type RowsQuery, rowSql, rowsQuery } from './row-sql.ts';
import { searchableFields, searchesIndexes, searchSql, searchWords } from './search.ts';
import { mayBeNull } from './table-facts.ts';
import type { Listing, Sort } from './types.ts';

/** Max entries of a manyToMany in a list. */
const MAX_LISTED = 20;

type ListedQuery = ListQueryValues & Partial<Pick<PossibleQuery, 'absentWords'>>;

/**
 * One page of a list, plus one row that shows whether there is another page. For a search with indexes also how many rows match
 * (`MATCHES`). The only builder of list SQL. Backwards, rows are returned in reverse order. `order` is complete: see
 * `completeOrder`.
 */
export function listSql(reader: Reader, listing: Listing, query: ListedQuery, order: readonly Sort[]): RowsQuery {
  const { model, columns, computed = [], wholeRow } = listing;
  const visible = [...(wholeRow ? model.stored : []), ...columns, ...computed].filter((field) => reader.sees(field));
  // With the labels of the relations that the list is filtered by: the page shows them without another query.
  const filterRelations = query.filters.map(({ field }) => field).filter((field) => field.typeName === 'belongsTo');
  const fields = [...visible, ...order.map((sort) => sort.field), ...filterRelations];
  const matches = query.q !== '' && scansRowByRow(order) && searchesIndexes(searchableFields(reader, listing.search));
  const row = rowSql(reader, model, { fields, listed: MAX_LISTED, extent: 'list', version: false, matches });
  const names = row.needed.map(selectedSql);
  const back = isBackwards(query);
  const page: PageRows = {
    model,
    names: joinFragments(names, comma),
    hasComputed: row.needed.some(({ expression }) => expression !== undefined),
    conditions: listConditions(reader, listing, query),
    order,
    back,
    values: typeof query.at === 'object' ? boundsSql(reader, model, order, query.at.cursor) : undefined,
    max: query.size + 1,
  };
  const statement = rowsQuery(row, matches ? searchedPageSql(page) : pageSql(page), orderSql(order, back, 'p'));
  return query.q === '' && query.filters.length === 0 ? statement : freshPlan(statement);
}

/** The conditions of the list, the user's row rules first. Without any, the list is the whole table. */
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
  /** The required columns of `t`. */
  readonly names: FragmentSqlToken;
  /** Some of them are expressions on `t`. */
  readonly hasComputed: boolean;
  /** On `t`. */
  readonly conditions: readonly FragmentSqlToken[];
  /** Complete: see `completeOrder`. */
  readonly order: readonly Sort[];
  /** Read from the end. */
  readonly back: boolean;
  /** Where the page starts: the row before it, by its values in the order. */
  readonly values: readonly (FragmentSqlToken | null)[] | undefined;
  readonly max: number;
}

/**
 * Max matches of a search that are sorted and counted rather than found by scanning along the order. About fifteen milliseconds.
 */
export const MAX_SORTED = 6_000;
/** Rows scanned along the order: enough for a frequent word, and one millisecond's work. */
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
  // PostgreSQL runs the branches of a UNION ALL in sequence and stops at the limit: usually the first one is enough.
  const all = starts.map((branch) => fragment`(${select(branch.conditions, branch.order)})`);
  return fragment`select t.* from (${joinFragments(all, union)}) t ${limit(page.max)}`;
}

/**
 * The rows of a page for a search on indexed columns, in an order that has an index; with the number of matches as `MATCHES` if they
 * had to be counted, up to one more than `MAX_SORTED`. It tries two plans in turn, each with a limit, instead of trusting the
 * planner: docs/decisions/0012-search-plans.md.
 */
function searchedPageSql(page: PageRows): FragmentSqlToken {
  const { model, hasComputed, conditions, back } = page;
  const allColumns = fragment`t.*`;
  // Expressions are computed last, only for the rows of the page: a search may visit thousands of others.
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

/** Names that no table has: row rules and filters refer to tables, and a CTE of the same name would shadow them. */
const CTES = [
  nameSql(['~short scan']),
  nameSql(['~short scan rows']),
  nameSql(['~long scan']),
  nameSql(['~long scan rows']),
  nameSql(['~matching']),
  nameSql(['~matching rows']),
] as const;

/**
 * Whether scanning along this order returns rows one by one. An index on a choice, a relation or a number returns them in groups
 * that share a value, and a group must be read completely before it can be sorted by the key; the same applies to rows without a
 * value.
 */
function scansRowByRow(order: readonly Sort[]): boolean {
  const [first] = order;
  // An expression refers to columns of the table that the page's subselects no longer have.
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

/** A literal: with a parameter the planner would assume a tenth of the table. */
function limit(max: number): FragmentSqlToken {
  return rawSql(`limit ${Math.trunc(max)}`);
}
