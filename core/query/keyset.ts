// The start of a page, as conditions that can use an index. NULL comes last in every direction; when a list is read backwards,
// everything is reversed. See docs/decisions/0008-keyset-pagination.md.

import { type FragmentSqlToken, sql } from 'slonik';
import { comma, fragment, joinFragments } from '../sql/fragments.ts';
import { columnSql } from './field-sql.ts';
import { mayBeNull } from './table-facts.ts';
import type { Sort } from './types.ts';

/** A subset of the rows: its conditions and its order. */
export interface Branch {
  readonly conditions: readonly FragmentSqlToken[];
  readonly order: FragmentSqlToken;
}
/** A row's values in the columns of the order, as SQL. */
type Values = readonly (FragmentSqlToken | null)[];
/** What the conditions of a branch guarantee about a column of the order. */
type Restriction = 'one value' | 'not null' | 'open';

const and = fragment` and `;
const or = fragment` or `;

/** The rows strictly after `values` (before them if `back`), or all rows, as disjoint branches in order. */
export function branches(order: readonly Sort[], values: Values | undefined, back: boolean): readonly Branch[] {
  const branch = (at: number, restriction: Restriction, ...conditions: readonly FragmentSqlToken[]): Branch => {
    const restrictions = order.map(
      (_, index): Restriction => (index < at ? 'one value' : index === at ? restriction : 'open'),
    );
    const equal = values === undefined ? [] : order.slice(0, at).map((sort, index) => equals(sort, values[index]));
    return { conditions: [...equal, ...conditions], order: orderSql(order, back, 't', restrictions) };
  };

  if (values === undefined) {
    const [first] = order;
    if (first === undefined || !mayBeNull(first.field)) return [branch(0, 'open')];
    const parts = [branch(0, 'not null', isNotNull(first)), branch(0, 'one value', isNull(first))];
    return back ? parts.reverse() : parts;
  }

  // One group per column, from first to last: rows that are equal in the columns before it and beyond the bound in this one.
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
    const pastBound = branch(at, 'not null', comparison([sort], [value], back));
    groups.push(mayBeNull(sort.field) && !back ? [pastBound, branch(at, 'one value', isNull(sort))] : [pastBound]);
  }
  // Rows with the most equal columns come first.
  return groups.reverse().flat();
}

/** The rows of a page as a single condition, for orders without an index: the table is scanned once instead of once per branch. */
export function oneCondition(
  order: readonly Sort[],
  values: Values | undefined,
  back: boolean,
): FragmentSqlToken | undefined {
  if (values === undefined) return undefined;
  const parts = branches(order, values, back).map((branch) => fragment`(${sql.join(branch.conditions, and)})`);
  return parts.length === 0 ? fragment`false` : fragment`(${sql.join(parts, or)})`;
}

/**
 * `order by …`. Columns and NULLS FIRST/LAST that `restrictions` make redundant are omitted, because they could prevent the use of
 * an index.
 */
export function orderSql(
  order: readonly Sort[],
  back: boolean,
  alias: string,
  restrictions: readonly Restriction[] = [],
): FragmentSqlToken {
  const terms = order.flatMap((sort, index) => {
    const { field, descending } = sort;
    if (restrictions[index] === 'one value') return [];
    const column = columnSql(alias, field);
    const down = descending !== back;
    const term = down ? fragment`${column} desc` : fragment`${column}`;
    // PostgreSQL treats NULL as the largest value: it comes last in ascending and first in descending order.
    if (!mayBeNull(field) || restrictions[index] === 'not null' || down === back) return [term];
    return [back ? fragment`${term} nulls first` : fragment`${term} nulls last`];
  });
  return terms.length === 0 ? fragment`` : fragment`order by ${joinFragments(terms, comma)}`;
}

/**
 * Whether a row comparison can be used. Columns with few distinct values (choices, booleans) have long runs of equal values, which
 * a row comparison would have to sort, whereas a separate branch for them reads along the key.
 */
function isOneComparison(rest: readonly Sort[]): boolean {
  const [first, ...others] = rest;
  if (first === undefined || rest.some((sort) => mayBeNull(sort.field) || sort.descending !== first.descending))
    return false;
  return others.length === 0 || !rest.some(({ field }) => field.values.length > 0 || field.type.filter === 'boolean');
}

function comparison(sorts: readonly Sort[], values: Values, back: boolean): FragmentSqlToken {
  const columns = sorts.map(({ field }) => columnSql('t', field));
  const bounds = sorts.map((_, index) => values[index] ?? fragment`null`);
  const down = sorts[0]?.descending !== back;
  const left = fragment`(${joinFragments(columns, comma)})`;
  const right = fragment`(${sql.join(bounds, comma)})`;
  return down ? fragment`${left} < ${right}` : fragment`${left} > ${right}`;
}

function equals(sort: Sort, value: FragmentSqlToken | null | undefined): FragmentSqlToken {
  if (value === null || value === undefined) return isNull(sort);
  return fragment`${columnSql('t', sort.field)} = ${value}`;
}

function isNull({ field }: Sort): FragmentSqlToken {
  return fragment`${columnSql('t', field)} is null`;
}

function isNotNull({ field }: Sort): FragmentSqlToken {
  return fragment`${columnSql('t', field)} is not null`;
}
