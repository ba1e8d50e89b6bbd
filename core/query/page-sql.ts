// The rows of one page, cut off before anything is joined to them.

import { type FragmentSqlToken, sql } from 'slonik';
import type { ModelInfo } from '../model/registry.ts';
import { MATCHES } from './aliases.ts';
import { branches, oneCondition, orderSql } from './keyset.ts';
import { isIndexed } from './order.ts';
import { joined, nameSql, piece, tableSql, trusted, whereSql } from './sql-names.ts';
import type { Sort } from './types.ts';

export interface Cut {
  readonly model: ModelInfo;
  /** Columns of `t` that are needed. */
  readonly names: FragmentSqlToken;
  /** Some of them are expressions over `t`. */
  readonly hasComputed: boolean;
  /** Over `t`. */
  readonly conditions: readonly FragmentSqlToken[];
  /** Complete: see `completeOrder`. */
  readonly order: readonly Sort[];
  /** Read from the end. */
  readonly back: boolean;
  /** Where the page starts: the row before it, by its values in the order. */
  readonly values: readonly (string | null)[] | undefined;
  readonly most: number;
}

/** Rows of a search that are sorted, and counted, rather than looked for along the order. Some fifteen milliseconds. */
export const MOST_SORTED = 6_000;
/** Rows that are looked through along the order: for a frequent word a few are enough, one millisecond's work. */
const NEAR = 1_000;
const FAR = 20_000;
const union = sql.fragment` union all `;

/** By whichever way PostgreSQL finds best. */
export function cutSql(cut: Cut): FragmentSqlToken {
  const { model, names, conditions, order, back, values } = cut;
  const part = (more: readonly FragmentSqlToken[], orderBy: FragmentSqlToken) => piece`
    select ${names} from ${tableSql(model)} t ${whereSql([...conditions, ...more])} ${orderBy} ${limit(cut.most)}
  `;
  if (!runsAlongIndex(order)) return part(startOf(cut), orderSql(order, back, 't'));
  const parts = branches(order, values, back);
  const [only, ...others] = parts;
  if (only === undefined) return part([piece`false`], orderSql(order, back, 't'));
  if (others.length === 0) return part(only.conditions, only.order);
  // PostgreSQL runs the parts of a UNION ALL one after the other and stops at the limit: mostly the first one is enough.
  const all = parts.map((branch) => piece`(${part(branch.conditions, branch.order)})`);
  return piece`select t.* from (${joined(all, union)}) t ${limit(cut.most)}`;
}

/**
 * The same rows for a search over indexed columns, in an order that has an index; with how many match as `MATCHES` where they
 * had to be counted, up to one more than `MOST_SORTED`.
 *
 * There are two ways to them: fetch all that match and sort them, which is short when little does, or go along the order and
 * leave out what does not match, which is short when much does. PostgreSQL would choose by statistics. Those say next to
 * nothing about what `ilike` finds, and with a wrong guess it reads half of a large table. So this goes a little way along the
 * order, then fetches, and when that turns out to be too much goes further; only where that is not enough either does it
 * fetch the rest. No CTE runs before its rows are asked for, and one that is materialized is planned for all its rows.
 */
export function searchedSql(cut: Cut): FragmentSqlToken {
  const { model, hasComputed, conditions, back } = cut;
  const whole = piece`t.*`;
  // Expressions are computed last, for the rows of the page: a search may find thousands of others on its way.
  const names = hasComputed ? whole : cut.names;
  const selected = hasComputed ? cut.names : whole;
  const order = orderSql(cut.order, back, 't');
  const page = limit(cut.most);
  const full = trusted(String(cut.most));
  const most = trusted(String(MOST_SORTED));
  const matches = nameSql([MATCHES]);
  const walk = (rows: number) => piece`
    select ${names} from (${cutSql({ ...cut, names: whole, conditions: [], most: rows })}) t
    ${whereSql(conditions)} ${order} ${page}
  `;
  const [near, nearRows, far, farRows, matching, matchingRows] = CTES;
  const isNear = piece`(select rows from ${nearRows}) = ${full}`;
  const isFar = piece`(select rows from ${farRows}) = ${full}`;
  const isTooMuch = piece`(select rows from ${matchingRows}) > ${most}`;
  return piece`
    with ${near} as materialized (${walk(NEAR)}),
    ${nearRows} as materialized (select count(*) as rows from ${near}),
    ${matching} as materialized (
      select ${names} from ${tableSql(model)} t ${whereSql([...conditions, ...startOf(cut)])}
    ),
    ${matchingRows} as materialized (
      select count(*) as rows from (select from ${matching} ${limit(MOST_SORTED + 1)}) found
    ),
    ${far} as materialized (${walk(FAR)}),
    ${farRows} as materialized (select count(*) as rows from ${far})
    (select ${selected}, null::bigint as ${matches} from ${near} t where ${isNear})
    union all
    (select ${selected}, (select rows from ${matchingRows}) from ${far} t
      where not ${isNear} and ${isTooMuch} and ${isFar})
    union all
    (select ${selected}, (select rows from ${matchingRows}) from ${matching} t
      where not ${isNear} and (not ${isTooMuch} or not ${isFar})
      ${order} ${page})
  `;
}

/** Names that no table has: scopes and filters inside name tables, and a CTE would stand in the place of one called like it. */
const CTES = [
  nameSql(['~near']),
  nameSql(['~near rows']),
  nameSql(['~far']),
  nameSql(['~far rows']),
  nameSql(['~matching']),
  nameSql(['~matching rows']),
] as const;

/**
 * Whether going along this order leads through rows one by one. An index of a choice, a relation or a number gives them in
 * groups that share a value, and a group must be read whole before the key can sort it; so do the rows without a value.
 */
export function leadsRowByRow(order: readonly Sort[]): boolean {
  const [first] = order;
  // An expression reads columns of the table that the page's subselects no longer have.
  if (order.some(({ field }) => field.expression !== undefined)) return false;
  if (first === undefined || first.field.nullable || !isIndexed(first.field)) return false;
  const { field } = first;
  return field.unique || MOMENTS.has(field.kind) || (field.model.key.length === 1 && field.model.key[0] === field);
}

const MOMENTS: ReadonlySet<string> = new Set(['timestamp', 'localDateTime', 'date']);

/** Whether an index gives the rows in this order. */
function runsAlongIndex([first]: readonly Sort[]): boolean {
  return first !== undefined && isIndexed(first.field);
}

function startOf({ order, values, back }: Cut): readonly FragmentSqlToken[] {
  const start = oneCondition(order, values, back);
  return start === undefined ? [] : [start];
}

/** A literal: with a parameter the planner would prepare for a tenth of the table. */
function limit(most: number): FragmentSqlToken {
  return trusted(`limit ${Math.trunc(most)}`);
}
