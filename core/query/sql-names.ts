// Names and casts as pieces of SQL. They come from the registry alone, never from a request.

import { type FragmentSqlToken, sql, type ValueExpression } from 'slonik';
import { quoteName } from '../migrate/quote.ts';
import type { Param } from '../model/kind.ts';
import { TEXT_TYPES } from '../model/own-type.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';

const nothing = sql.fragment``;
const and = sql.fragment` and `;

/** A list's statement mentions its names some sixty times; each is quoted once. They are few, as names of models are. */
const named = new Map<string, FragmentSqlToken>();

export function tableSql(model: ModelInfo): FragmentSqlToken {
  return nameSql(model.table);
}

/** Of a computed column of a list, the expression itself over the table (`t`), and its name over what has selected it. */
export function columnSql(alias: string, field: FieldInfo): FragmentSqlToken {
  if (field.expression !== undefined && alias === 't') {
    return piece`((${field.expression})::${typeSql(field, '')})`;
  }
  return nameSql([alias, field.column]);
}

/** A column of the table in a select list, under the name that `columnSql` has for it over the result. */
export function selectedSql(field: FieldInfo): FragmentSqlToken {
  const column = columnSql('t', field);
  return field.expression === undefined ? column : piece`${column} as ${nameSql([field.column])}`;
}

/** A name of the registry, or one that the code itself gives in a statement. */
export function nameSql(parts: readonly string[]): FragmentSqlToken {
  const key = parts.join('\0');
  let found = named.get(key);
  if (found === undefined) {
    found = sql.fragment`${sql.identifier([...parts])}`;
    named.set(key, found);
  }
  return found;
}

/**
 * What pages and the audit trail read of a column: the column, or what its kind gives instead of a value that is too large
 * to be read for looking at. `whole`: for one record.
 */
export function shownSql(alias: string, field: FieldInfo, whole: boolean): FragmentSqlToken {
  const { summary } = field.spec;
  if (summary === undefined) return columnSql(alias, field);
  return trusted(summary.sql(`${quoteName(alias)}.${quoteName(field.column)}`, whole));
}

/** A column as forms know it, to be compared with what they hold. */
export function comparedSql(alias: string, { column, spec }: FieldInfo): FragmentSqlToken {
  const name = `${quoteName(alias)}.${quoteName(column)}`;
  return trusted(spec.rounded?.(name) ?? name);
}

/** A value as a parameter of the field's own type: compared as it is, never as text, so that indexes are used. */
export function valueSql(field: FieldInfo, value: string): FragmentSqlToken {
  return typedSql(field, value);
}

/** The same for what `spec.encode` gives: NULL, numbers and booleans, too. */
export function typedSql(field: FieldInfo, value: Param): FragmentSqlToken {
  return sql.fragment`${value}::${typeSql(field, '')}`;
}

/** Several values in one parameter, so that the statement's text does not depend on how many there are. */
export function valuesSql(field: FieldInfo, values: readonly string[]): FragmentSqlToken {
  return sql.fragment`${sql.array(values, typeSql(field, '[]'))}`;
}

/** The field that a relation's values are keys of; the field itself where it is no relation. */
export function valueField(field: FieldInfo): FieldInfo {
  return field.target === undefined ? field : onlyKey(field.target);
}

/** The key of a model that relations may point to. The boot refuses relations to composite keys. */
export function onlyKey(model: ModelInfo): FieldInfo {
  const [key, more] = model.key;
  if (key === undefined || more !== undefined) throw new TypeError(`The model ${model.name} has no single key.`);
  return key;
}

export function isText(field: FieldInfo): boolean {
  const holder = valueField(field);
  return holder.spec.cast(holder) === 'text';
}

/** Whether words can be looked for in the column: it holds text, of whichever type. */
export function holdsText(field: FieldInfo): boolean {
  const holder = valueField(field);
  return TEXT_TYPES.includes(holder.spec.cast(holder));
}

/** `nothing` for a list of no pieces, so that a template reads the same with and without them. */
export function joined(pieces: readonly FragmentSqlToken[], glue: FragmentSqlToken): FragmentSqlToken {
  if (pieces.length === 0) return nothing;
  if (pieces.some(({ values }) => values.length > 0)) return sql.fragment`${sql.join(pieces, glue)}`;
  return { ...nothing, sql: pieces.map(({ sql: text }) => text).join(glue.sql) };
}

/**
 * `sql.fragment`; pieces without values are put in as they are. Slonik looks through every piece for values to number anew,
 * and a list's statement nests some thirty pieces that are nothing but names.
 */
export function piece(parts: TemplateStringsArray, ...inserted: readonly ValueExpression[]): FragmentSqlToken {
  let text = parts[0] ?? '';
  for (const [index, token] of inserted.entries()) {
    if (!isPlain(token)) return sql.fragment(parts, ...inserted);
    text += token.sql + parts[index + 1];
  }
  return { ...nothing, sql: text };
}

function isPlain(token: ValueExpression): token is FragmentSqlToken {
  return isFragment(token) && token.values.length === 0;
}

function isFragment(token: ValueExpression): token is FragmentSqlToken {
  return typeof token === 'object' && token !== null && 'type' in token && token.type === nothing.type;
}

/** `where a and b`; nothing when there is no condition. */
export function whereSql(conditions: readonly FragmentSqlToken[]): FragmentSqlToken {
  return conditions.length === 0 ? nothing : piece`where ${joined(conditions, and)}`;
}

export const comma = sql.fragment`, `;

const types = new Map<string, FragmentSqlToken>();

function typeSql(field: FieldInfo, suffix: '' | '[]'): FragmentSqlToken {
  const holder = valueField(field);
  return trusted(`${holder.spec.cast(holder)}${suffix}`);
}

/** SQL that the code itself wrote (the name of a type, a number after LIMIT). Kept, for there are few of them. */
export function trusted(text: string): FragmentSqlToken {
  let found = types.get(text);
  if (found === undefined) {
    found = Object.freeze({ ...nothing, sql: text });
    types.set(text, found);
  }
  return found;
}
