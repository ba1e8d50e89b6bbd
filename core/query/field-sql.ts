// Tables, columns, values and labels of models as SQL fragments. Names and casts come only from the registry, never from a request.

import { type FragmentSqlToken, sql } from 'slonik';
import { TEXT_TYPES } from '../model/field-info.ts';
import type { FieldInfo, ModelInfo, Param } from '../model/field-type.ts';
import { comma, fragment, joinFragments, nameSql, rawSql } from '../sql/fragments.ts';
import { arrayLiteral, quoteLiteral, quoteName } from '../sql/quote.ts';
import { collationOf, hasVersions } from './table-facts.ts';

/** Columns by alias, looked up without building a key string. */
const columns = new Map<string, Map<string, FragmentSqlToken>>();

export function tableSql(model: ModelInfo): FragmentSqlToken {
  return nameSql(model.table);
}

/**
 * A column of an alias. For a computed column of a list, this is its expression on the table (`t`) and its name on a subquery that
 * has selected it.
 */
export function columnSql(alias: string, field: FieldInfo): FragmentSqlToken {
  if (field.expression !== undefined && alias === 't') {
    return fragment`((${field.expression})::${typeSql(field, '')})`;
  }
  // Cast because a domain over an enum has no operators of its own. Casting an enum to itself costs nothing.
  if (field.values.length > 0 && field.column !== '' && !isText(field) && field.item === undefined)
    return rawSql(`${quoteName(alias)}.${quoteName(field.column)}::${field.type.cast(field)}`);
  let ofAlias = columns.get(alias);
  if (ofAlias === undefined) {
    ofAlias = new Map();
    columns.set(alias, ofAlias);
  }
  let column = ofAlias.get(field.column);
  if (column === undefined) {
    column = nameSql([alias, field.column]);
    ofAlias.set(field.column, column);
  }
  return column;
}

/** A value that changes with every change of the row. Rows without `xmin` are compared as a whole, by hash. */
export function versionSql(model: ModelInfo): FragmentSqlToken {
  // fault: version-of-a-view
  return hasVersions(model) ? fragment`t.xmin::text` : fragment`md5((t.*)::text)`;
}

/** A column of the table in a select list, under the name that `columnSql` uses for it on the result. */
export function selectedSql(field: FieldInfo): FragmentSqlToken {
  const column = columnSql('t', field);
  return field.expression === undefined ? column : fragment`${column} as ${nameSql([field.column])}`;
}

/**
 * Whether the row `t` already has a value, in the precision of forms. Text is compared exactly, even if the column's type or
 * collation treats `ada` and `Ada` as equal. Items of an unmanaged array are compared as text or numbers: they may be of a domain,
 * which would reject a value before the savepoint of the change.
 */
export function isUnchangedSql(field: FieldInfo, value: FragmentSqlToken): FragmentSqlToken {
  const { column, item, type, model } = field;
  const own = type.rounded === undefined ? columnSql('t', field) : rawSql(type.rounded(`t.${quoteName(column)}`));
  const as = (suffix: string, stored = own) => {
    const cast = rawSql(suffix);
    return sql.fragment`${stored}${cast} is not distinct from ${value}${cast}`;
  };
  // fault: array-compared-by-its-type
  if (item !== undefined && !model.managed) {
    // A slice counts from 1: other programs may count the same items from another number.
    // fault: array-bounds-compared
    const items = sql.fragment`(case when array_ndims(${own}) = 1 then (${own})[:] else ${own} end)`;
    return as(item.typeName === 'integer' ? '::int8[]' : '::text[] collate "C"', items);
  }
  // jsonb treats 1.5 and 1.50 as equal, but keeps the digits.
  // fault: digits-not-compared
  if (type.exact !== undefined) return as('::text');
  // fault: collation-of-comparison
  if (holdsText(field) && (!isText(field) || !model.managed)) return as('::text collate "C"');
  return as('');
}

/**
 * A value as a parameter of the field's own type, so that indexes can be used. `value` is PostgreSQL's text or the result of
 * `FieldType.encode`.
 */
export function valueSql(field: FieldInfo, value: Param): FragmentSqlToken {
  // An unmanaged array may have any type (varchar[], an enum array). Without a cast, PostgreSQL uses the column's type.
  if (field.item !== undefined && !field.model.managed) return sql.fragment`${value}`;
  return sql.fragment`${value}::${typeSql(field, '')}`;
}

/** Several values as one parameter, so that the statement's text does not depend on their number. */
export function valuesSql(field: FieldInfo, values: readonly string[]): FragmentSqlToken {
  return sql.fragment`${sql.array(values, typeSql(field, '[]'))}`;
}

/**
 * Values of a choice as an array to compare the column with. Values that its enum does not have, because another program renamed
 * them, are in no row; cast to the enum, they would be an error.
 */
export function choicesSql(field: FieldInfo, values: readonly string[]): FragmentSqlToken {
  if (isText(field)) return valuesSql(field, values);
  const type = field.type.cast(field);
  const labels = rawSql(`(
    select e.enumlabel::text from pg_catalog.pg_enum e join pg_catalog.pg_type d on e.enumtypid in (d.oid, d.typbasetype)
    where d.oid = ${quoteLiteral(type)}::regtype
  )`);
  // fault: choice-that-the-enum-lacks
  return sql.fragment`array(
    select value::${rawSql(type)} from unnest(${sql.array(values, 'text')}) as value
    where value in ${labels} or not exists ${labels}
  )`;
}

/** The items of an array column as one parameter of the column's type, for comparison with the column. */
export function itemsSql(field: FieldInfo, item: FieldInfo, values: readonly string[]): FragmentSqlToken {
  return field.model.managed ? valuesSql(item, values) : sql.fragment`${arrayLiteral(values)}`;
}

function typeSql(field: FieldInfo, suffix: '' | '[]'): FragmentSqlToken {
  const typeField = valueField(field);
  return rawSql(`${typeField.type.cast(typeField)}${suffix}`);
}

/** The field that a field's values belong to: for a relation, the target's key field; for others, the field itself. */
export function valueField(field: FieldInfo): FieldInfo {
  return field.target === undefined ? field : onlyKey(field.target);
}

/** The key of a model that relations may reference. Startup rejects relations to composite keys. */
export function onlyKey(model: ModelInfo): FieldInfo {
  const [key, more] = model.key;
  if (key === undefined || more !== undefined) throw new TypeError(`The model ${model.name} has no single key.`);
  return key;
}

export function isText(field: FieldInfo): boolean {
  const typeField = valueField(field);
  return typeField.type.cast(typeField) === 'text';
}

/**
 * A value to compare with a column: PostgreSQL does not compare columns of two other collations than the database's. An index of
 * the column can be used.
 */
export function comparedSql(indexed: FieldInfo, value: FragmentSqlToken): FragmentSqlToken {
  const collation = collationOf(indexed);
  // fault: collations-compared
  return collation === undefined ? value : fragment`${value} collate ${rawSql(collation)}`;
}

/** Whether the column holds text of any type, and can be searched for words. */
export function holdsText(field: FieldInfo): boolean {
  const typeField = valueField(field);
  return TEXT_TYPES.includes(typeField.type.cast(typeField));
}

/** The separator between the parts of a label. */
export const LABEL_SEPARATOR = ' · ';

/** One part of a label as SQL. */
export type PartSql = (field: FieldInfo) => FragmentSqlToken;

/**
 * The label of a row, as an SQL expression: the label's fields joined by ' · '. If all parts are empty, it is the key, so that a link
 * is never empty. `ownSql`: a value of the row itself; `partSql`: that, or the label of a referenced row; see `label-sql.ts`.
 */
export function labelSql(
  model: ModelInfo,
  parts: readonly FieldInfo[],
  ownSql: PartSql,
  partSql: PartSql = ownSql,
): FragmentSqlToken {
  const key = joinedText(model.key, ownSql);
  const isKey = parts.every((field) => field.target === undefined && model.key.includes(field));
  if (parts.length === 0 || isKey) return key;
  return fragment`coalesce(nullif(${withCollation(model, parts, joinedText(parts, partSql))}, ''), ${key})`;
}

/** PostgreSQL neither compares nor sorts text that is made of columns with several collations. */
function withCollation(model: ModelInfo, parts: readonly FieldInfo[], text: FragmentSqlToken): FragmentSqlToken {
  const referenced = parts.flatMap(({ target }) => (target ? [...target.label, ...target.key] : []));
  const collation = [...parts, ...referenced, ...model.key].map(collationOf).find((name) => name !== undefined);
  // fault: labels-of-several-collations
  return collation === undefined ? text : fragment`(${text} collate ${rawSql(collation)})`;
}

/** A field as an SQL expression of type text. */
export function textSql(field: FieldInfo, alias: string): FragmentSqlToken {
  const column = columnSql(alias, field);
  return isText(field) ? column : fragment`${column}::text`;
}

/** Max length of a label's part: nobody reads more, and a list shows hundreds of labels. */
const MAX_LABEL = 1_000;

/**
 * One part of a label, truncated if it is long. Keys are not truncated, because a row without another label is labelled by its key.
 */
export function labelPartSql(field: FieldInfo, alias: string): FragmentSqlToken {
  const text = textSql(field, alias);
  const { model, max } = field;
  const isShort = model.managed && typeof max === 'number' && max <= MAX_LABEL;
  // fault: label-not-cut
  if (isShort || !holdsText(field) || model.key.includes(field)) return text;
  // Three dots, because not every encoding has an ellipsis.
  return fragment`case when octet_length(${text}) > ${rawSql(String(4 * MAX_LABEL))}
    then left(${text}, ${rawSql(String(MAX_LABEL))}) || '...' else ${text} end`;
}

function joinedText(fields: readonly FieldInfo[], partSql: (field: FieldInfo) => FragmentSqlToken): FragmentSqlToken {
  const [only, ...more] = fields;
  if (only !== undefined && more.length === 0) return partSql(only);
  const texts = fields.map(partSql);
  return fragment`concat_ws(' · ', ${joinFragments(texts, comma)})`;
}
