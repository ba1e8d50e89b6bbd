import { type FragmentSqlToken, sql } from 'slonik';
import type { FieldInfo } from '../model/field-type.ts';
import { joinFragments } from '../sql/fragments.ts';
import { choicesSql, columnSql, comparedSql, isText, itemsSql, tableSql, valueSql, valuesSql } from './field-sql.ts';
import type { Reader } from './reader.ts';
import type { Filter } from './types.ts';
import { visibleLinks } from './visible-rows.ts';

const or = sql.fragment` or `;
const and = sql.fragment` and `;

/** A filter as a condition on the alias `t`. */
export function filterSql(reader: Reader, filter: Filter): FragmentSqlToken {
  if (filter.is === 'range') return rangeSql(filter);
  if (filter.is === 'condition') return anyOf(filter.where.map((condition) => sql.fragment`(${condition})`));
  if (filter.is === 'present') return sql.fragment`${columnSql('t', filter.field)} is not null`;
  if (filter.field.item !== undefined) return arraySql(filter, filter.field.item);
  return filter.field.through === undefined ? oneOfSql(filter) : manyToManySql(reader, filter);
}

type Range = Extract<Filter, { is: 'range' }>;
type OneOf = Extract<Filter, { is: 'oneOf' }>;

function rangeSql({ field, from, to }: Range): FragmentSqlToken {
  const column = columnSql('t', field);
  const bounds: FragmentSqlToken[] = [];
  if (from !== undefined) bounds.push(sql.fragment`${column} >= ${valueSql(field, from)}`);
  if (to !== undefined) bounds.push(sql.fragment`${column} <= ${valueSql(field, to)}`);
  return bounds.length === 0 ? sql.fragment`true` : joinFragments(bounds, and);
}

function oneOfSql({ field, values }: OneOf): FragmentSqlToken {
  const column = columnSql('t', field);
  const present = values.filter((value) => value !== null);
  const [only, ...more] = present;
  const parts: FragmentSqlToken[] = [];
  if (values.includes(null)) parts.push(sql.fragment`${column} is null`);
  if (only !== undefined && field.values.length > 0 && !isText(field)) {
    parts.push(sql.fragment`${column} = any(${choicesSql(field, present)})`);
  } else if (only !== undefined) {
    const equals = more.length === 0 ? valueSql(field, only) : sql.fragment`any(${valuesSql(field, present)})`;
    parts.push(sql.fragment`${column} = ${equals}`);
  }
  return anyOf(parts);
}

/** For an array: it contains one of the values, or is empty. */
function arraySql({ field, values }: OneOf, item: FieldInfo): FragmentSqlToken {
  const column = columnSql('t', field);
  const present = values.filter((value) => value !== null);
  const parts: FragmentSqlToken[] = [];
  if (values.includes(null)) parts.push(sql.fragment`coalesce(cardinality(${column}), 0) = 0`);
  // The column may be an array of an enum that does not have every choice.
  if (present.length > 0 && item.values.length > 0 && !field.model.managed)
    parts.push(sql.fragment`${column}::text[] && ${sql.array(present, 'text')}`);
  else if (present.length > 0) parts.push(sql.fragment`${column} && ${itemsSql(field, item, present)}`);
  return anyOf(parts);
}

/** For a manyToMany: the row is linked to one of the values, or to no row, considering only link rows that the user can see. */
function manyToManySql(reader: Reader, { field, values }: OneOf): FragmentSqlToken {
  const { through } = field;
  if (through === undefined) throw new TypeError(`${field.model.name}.${field.name} is not a manyToMany field.`);
  const [key] = field.model.key;
  if (key === undefined) throw new TypeError(`The model ${field.model.name} has no key.`);
  // fault: hidden-links-filtered
  const condition = visibleLinks(reader, field);
  const visible = condition === undefined ? sql.fragment`` : sql.fragment`and ${condition}`;
  const links = sql.fragment`
    select from ${tableSql(through.model)} link
    where ${columnSql('link', through.source)} = ${comparedSql(through.source, columnSql('t', key))} ${visible}
  `;
  const present = values.filter((value) => value !== null);
  const parts: FragmentSqlToken[] = [];
  if (values.includes(null)) parts.push(sql.fragment`not exists (${links})`);
  if (present.length > 0) {
    const targetKey = columnSql('link', through.target);
    parts.push(sql.fragment`exists (${links} and ${targetKey} = any(${valuesSql(field, present)}))`);
  }
  return anyOf(parts);
}

/** True if any part is true; false if there are no parts, because a filter without values must not match every row. */
function anyOf(parts: readonly FragmentSqlToken[]): FragmentSqlToken {
  return parts.length === 0 ? sql.fragment`false` : sql.fragment`(${joinFragments(parts, or)})`;
}
