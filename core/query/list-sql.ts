import { type FragmentSqlToken, type QuerySqlToken, sql } from 'slonik';
import type { RowSchema } from '../model/row.ts';
import { filterSql } from './filter-sql.ts';
import { freshPlan } from './fresh-plan.ts';
import { branches, oneCondition, orderSql } from './keyset.ts';
import { isIndexed } from './order.ts';
import type { Reader } from './reader.ts';
import { rowSql, rowsQuery } from './row-sql.ts';
import { searchableFields, searchSql } from './search-sql.ts';
import { searchWords } from './search-words.ts';
import { columnSql, comma, joined, piece, tableSql, trusted, whereSql } from './sql-names.ts';
import type { Ask, Listing, Sort } from './types.ts';

/** Entries of a manyToMany that a list shows. */
const LISTED = 20;

/**
 * One page of a list, and one row more that tells whether there is another page. The only builder of list SQL.
 * Backwards the rows come in reversed order. `order` is complete: see `completeOrder`.
 */
export function listSql(reader: Reader, listing: Listing, ask: Ask, order: readonly Sort[]): QuerySqlToken<RowSchema> {
  const { model, columns, wholeRow } = listing;
  const shown = [...(wholeRow ? model.stored : []), ...columns].filter((field) => reader.sees(field));
  // With the labels of what relations are narrowed by: the page names them, and need not ask for them.
  const narrowed = ask.filters.map(({ field }) => field).filter((field) => field.kind === 'belongsTo');
  const fields = [...shown, ...order.map((sort) => sort.field), ...narrowed];
  const row = rowSql(reader, model, { fields, listed: LISTED, whole: false, version: false });
  const names = row.needed.map((field) => columnSql('t', field));
  const back = isBackwards(ask);
  const page = pageSql(listing, joined(names, comma), conditionsOf(reader, listing, ask), ask, order, back);
  const query = rowsQuery(row, page, orderSql(order, back, 'p'));
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

function pageSql(
  { model }: Listing,
  names: FragmentSqlToken,
  conditions: readonly FragmentSqlToken[],
  ask: Ask,
  order: readonly Sort[],
  back: boolean,
): FragmentSqlToken {
  const values = typeof ask.at === 'object' ? ask.at.cursor.values : undefined;
  // A literal: with a parameter the planner would prepare for a tenth of the table.
  const limit = trusted(`limit ${Math.trunc(ask.size) + 1}`);
  const part = (more: readonly FragmentSqlToken[], orderBy: FragmentSqlToken) => piece`
    select ${names} from ${tableSql(model)} t ${whereSql([...conditions, ...more])} ${orderBy} ${limit}
  `;
  const whole = orderSql(order, back, 't');
  const first = order[0]?.field;
  if (first === undefined || !isIndexed(first)) {
    const start = oneCondition(order, values, back);
    return part(start === undefined ? [] : [start], whole);
  }
  const parts = branches(order, values, back);
  const [only, ...others] = parts;
  if (only === undefined) return part([piece`false`], whole);
  if (others.length === 0) return part(only.conditions, only.order);
  // PostgreSQL runs the parts of a UNION ALL one after the other and stops at the limit: mostly the first one is enough.
  const all = parts.map((branch) => piece`(${part(branch.conditions, branch.order)})`);
  return piece`select t.* from (${sql.join(all, piece` union all `)}) t ${limit}`;
}
