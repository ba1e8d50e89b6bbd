import type { FragmentSqlToken, QuerySqlToken } from 'slonik';
import type { RowSchema } from '../model/row.ts';
import { filterSql } from './filter-sql.ts';
import { freshPlan } from './fresh-plan.ts';
import { orderSql } from './keyset.ts';
import { type Cut, cutSql, leadsRowByRow, searchedSql } from './page-sql.ts';
import type { Reader } from './reader.ts';
import { rowSql, rowsQuery } from './row-sql.ts';
import { searchableFields, searchesIndexes, searchSql } from './search-sql.ts';
import { searchWords } from './search-words.ts';
import { comma, joined, piece, selectedSql } from './sql-names.ts';
import type { Ask, Listing, Sort } from './types.ts';

/** Entries of a manyToMany that a list shows. */
const LISTED = 20;

/**
 * One page of a list, and one row more that tells whether there is another page. Of a search with indexes also how many
 * rows match (`MATCHES`). The only builder of list SQL.
 * Backwards the rows come in reversed order. `order` is complete: see `completeOrder`.
 */
export function listSql(reader: Reader, listing: Listing, ask: Ask, order: readonly Sort[]): QuerySqlToken<RowSchema> {
  const { model, columns, computed = [], wholeRow } = listing;
  const shown = [...(wholeRow ? model.stored : []), ...columns, ...computed].filter((field) => reader.sees(field));
  // With the labels of what relations are narrowed by: the page names them, and need not ask for them.
  const narrowed = ask.filters.map(({ field }) => field).filter((field) => field.kind === 'belongsTo');
  const fields = [...shown, ...order.map((sort) => sort.field), ...narrowed];
  const matches = ask.q !== '' && leadsRowByRow(order) && searchesIndexes(searchableFields(reader, listing.search));
  const row = rowSql(reader, model, { fields, listed: LISTED, whole: false, version: false, matches });
  const names = row.needed.map(selectedSql);
  const back = isBackwards(ask);
  const cut: Cut = {
    model,
    names: joined(names, comma),
    hasComputed: row.needed.some(({ expression }) => expression !== undefined),
    conditions: conditionsOf(reader, listing, ask),
    order,
    back,
    values: typeof ask.at === 'object' ? ask.at.cursor.values : undefined,
    most: ask.size + 1,
  };
  const query = rowsQuery(row, matches ? searchedSql(cut) : cutSql(cut), orderSql(order, back, 'p'));
  return ask.q === '' && ask.filters.length === 0 ? query : freshPlan(query);
}

/** What narrows the list, the reader's own scope first. Without any the list is the whole table. */
export function conditionsOf(
  reader: Reader,
  listing: Listing,
  ask: Pick<Ask, 'filters' | 'q'>,
): readonly FragmentSqlToken[] {
  const scope = reader.scope(listing.model);
  return [
    ...(scope === undefined ? [] : [piece`(${scope})`]),
    ...ask.filters.map(filterSql),
    ...searchSql(reader, searchableFields(reader, listing.search), searchWords(ask.q) ?? []),
  ];
}

/** Whether the page is read from its end. */
export function isBackwards({ at }: Pick<Ask, 'at'>): boolean {
  return at === 'last' || (typeof at === 'object' && at.direction === 'before');
}
