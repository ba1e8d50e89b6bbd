import { type FragmentSqlToken, sql } from 'slonik';
import type { FieldInfo } from '../model/registry.ts';
import { columnSql, joined, tableSql, valueSql, valuesSql } from './sql-names.ts';
import type { Filter } from './types.ts';

const or = sql.fragment` or `;
const and = sql.fragment` and `;

/** A filter as a condition over the alias `t`. */
export function filterSql(filter: Filter): FragmentSqlToken {
  if (filter.is === 'range') return rangeSql(filter);
  if (filter.is === 'condition') return anyOf(filter.where.map((condition) => sql.fragment`(${condition})`));
  if (filter.is === 'present') return sql.fragment`${columnSql('t', filter.field)} is not null`;
  if (filter.field.item !== undefined) return holdsSql(filter, filter.field.item);
  return filter.field.through === undefined ? oneOfSql(filter) : linkedSql(filter);
}

type Range = Extract<Filter, { is: 'range' }>;
type OneOf = Extract<Filter, { is: 'oneOf' }>;

function rangeSql({ field, from, to }: Range): FragmentSqlToken {
  const column = columnSql('t', field);
  const bounds: FragmentSqlToken[] = [];
  if (from !== undefined) bounds.push(sql.fragment`${column} >= ${valueSql(field, from)}`);
  if (to !== undefined) bounds.push(sql.fragment`${column} <= ${valueSql(field, to)}`);
  return bounds.length === 0 ? sql.fragment`true` : joined(bounds, and);
}

function oneOfSql({ field, values }: OneOf): FragmentSqlToken {
  const column = columnSql('t', field);
  const given = values.filter((value) => value !== null);
  const [only, ...more] = given;
  const parts: FragmentSqlToken[] = [];
  if (values.includes(null)) parts.push(sql.fragment`${column} is null`);
  if (only !== undefined) {
    const equals = more.length === 0 ? valueSql(field, only) : sql.fragment`any(${valuesSql(field, given)})`;
    parts.push(sql.fragment`${column} = ${equals}`);
  }
  return anyOf(parts);
}

/** An array: one of the values is in it, or it holds nothing. */
function holdsSql({ field, values }: OneOf, item: FieldInfo): FragmentSqlToken {
  const column = columnSql('t', field);
  const given = values.filter((value) => value !== null);
  const parts: FragmentSqlToken[] = [];
  if (values.includes(null)) parts.push(sql.fragment`coalesce(cardinality(${column}), 0) = 0`);
  if (given.length > 0) parts.push(sql.fragment`${column} && ${valuesSql(item, given)}`);
  return anyOf(parts);
}

/** A manyToMany: linked to one of the values, or to nothing. */
function linkedSql({ field, values }: OneOf): FragmentSqlToken {
  const { through } = field;
  if (through === undefined) throw new TypeError(`${field.model.name}.${field.name} is no manyToMany.`);
  const [key] = field.model.key;
  if (key === undefined) throw new TypeError(`The model ${field.model.name} has no key.`);
  const links = sql.fragment`
    select from ${tableSql(through.model)} link
    where ${columnSql('link', through.near)} = ${columnSql('t', key)}
  `;
  const given = values.filter((value) => value !== null);
  const parts: FragmentSqlToken[] = [];
  if (values.includes(null)) parts.push(sql.fragment`not exists (${links})`);
  if (given.length > 0) {
    const far = columnSql('link', through.far);
    parts.push(sql.fragment`exists (${links} and ${far} = any(${valuesSql(field, given)}))`);
  }
  return anyOf(parts);
}

/** One of them holds; of none, nothing does: a filter without values must not show everything. */
function anyOf(parts: readonly FragmentSqlToken[]): FragmentSqlToken {
  return parts.length === 0 ? sql.fragment`false` : sql.fragment`(${joined(parts, or)})`;
}
