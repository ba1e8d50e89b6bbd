// Where a page starts, as conditions that an index understands. Empty values come last in every direction, for nobody
// sorts to look at what is not there; backwards everything is turned round.
//
// "Everything after this row" is one row comparison where all columns run one way and none is NULL. Otherwise it is taken
// apart into branches that have no row in common: equal in the first columns, beyond the bound in the next one. Each branch
// runs along an index by itself and stops at the page's size; an OR of the same conditions would read half the table.

import { type FragmentSqlToken, sql } from 'slonik';
import { columnSql, comma, joined, piece, valueSql } from './sql-names.ts';
import type { Sort } from './types.ts';

/** A part of the rows: what they fulfil, and how they are ordered among themselves. */
export interface Branch {
  readonly conditions: readonly FragmentSqlToken[];
  readonly order: FragmentSqlToken;
}
type Values = readonly (string | null)[];
type Known = 'one value' | 'not null' | 'open';

const and = piece` and `;
const or = piece` or `;

/**
 * The rows strictly after `values` (before them when `back`), or all of them, as branches without a row in common, in the
 * order in which they follow each other.
 */
export function branches(order: readonly Sort[], values: Values | undefined, back: boolean): readonly Branch[] {
  const branch = (at: number, knownAt: Known, ...conditions: readonly FragmentSqlToken[]): Branch => {
    const known = order.map((_, index): Known => (index < at ? 'one value' : index === at ? knownAt : 'open'));
    const equal = values === undefined ? [] : order.slice(0, at).map((sort, index) => equals(sort, values[index]));
    return { conditions: [...equal, ...conditions], order: orderSql(order, back, 't', known) };
  };

  if (values === undefined) {
    const [first] = order;
    if (first?.field.nullable !== true) return [branch(0, 'open')];
    const parts = [branch(0, 'not null', isNotNull(first)), branch(0, 'one value', isNull(first))];
    return back ? parts.reverse() : parts;
  }

  // One group a column, from the first to the last: what shares the values of the columns before it and lies beyond in it.
  const groups: Branch[][] = [];
  for (const [at, sort] of order.entries()) {
    const rest = order.slice(at);
    if (isOneComparison(rest)) {
      groups.push([branch(at, 'not null', comparison(rest, values.slice(at), back))]);
      break;
    }
    const value = values[at] ?? null;
    if (value === null) {
      groups.push(back ? [branch(at, 'not null', isNotNull(sort))] : []);
      continue;
    }
    const beyond = branch(at, 'not null', comparison([sort], [value], back));
    groups.push(sort.field.nullable && !back ? [beyond, branch(at, 'one value', isNull(sort))] : [beyond]);
  }
  // What shares the most comes first.
  return groups.reverse().flat();
}

/** The same rows in one condition, for orders without an index: one look at the table instead of one a branch. */
export function oneCondition(
  order: readonly Sort[],
  values: Values | undefined,
  back: boolean,
): FragmentSqlToken | undefined {
  if (values === undefined) return undefined;
  const parts = branches(order, values, back).map((branch) => piece`(${sql.join(branch.conditions, and)})`);
  return parts.length === 0 ? piece`false` : piece`(${sql.join(parts, or)})`;
}

/** `order by …`; what is known of a column spares a word that would keep an index from being used. */
export function orderSql(
  order: readonly Sort[],
  back: boolean,
  alias: string,
  known: readonly Known[] = [],
): FragmentSqlToken {
  const terms = order.flatMap((sort, index) => {
    const { field, descending } = sort;
    if (known[index] === 'one value') return [];
    const column = columnSql(alias, field);
    const down = descending !== back;
    const term = down ? piece`${column} desc` : piece`${column}`;
    // PostgreSQL takes NULL for the largest value: last when ascending, first when descending.
    if (!field.nullable || known[index] === 'not null' || down === back) return [term];
    return [back ? piece`${term} nulls first` : piece`${term} nulls last`];
  });
  return terms.length === 0 ? piece`` : piece`order by ${joined(terms, comma)}`;
}

/**
 * A handful of values (choices, booleans) make long runs of equal ones; a row comparison would sort such a run first,
 * a branch for the equal ones goes straight along the key.
 */
function isOneComparison(rest: readonly Sort[]): boolean {
  const [first, ...others] = rest;
  if (first === undefined || rest.some((sort) => sort.field.nullable || sort.descending !== first.descending))
    return false;
  return others.length === 0 || !rest.some(({ field }) => field.values.length > 0 || field.spec.filter === 'boolean');
}

function comparison(sorts: readonly Sort[], values: Values, back: boolean): FragmentSqlToken {
  const columns = sorts.map(({ field }) => columnSql('t', field));
  const bounds = sorts.map(({ field }, index) => valueSql(field, values[index] ?? ''));
  const down = sorts[0]?.descending !== back;
  const left = piece`(${joined(columns, comma)})`;
  const right = piece`(${sql.join(bounds, comma)})`;
  return down ? piece`${left} < ${right}` : piece`${left} > ${right}`;
}

function equals(sort: Sort, value: string | null | undefined): FragmentSqlToken {
  if (value === null || value === undefined) return isNull(sort);
  return piece`${columnSql('t', sort.field)} = ${valueSql(sort.field, value)}`;
}

function isNull({ field }: Sort): FragmentSqlToken {
  return piece`${columnSql('t', field)} is null`;
}

function isNotNull({ field }: Sort): FragmentSqlToken {
  return piece`${columnSql('t', field)} is not null`;
}
