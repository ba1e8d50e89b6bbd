import { type FragmentSqlToken, sql } from 'slonik';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { builtInFieldTypes } from '../model/field-types/index.ts';
import { comma, joinFragments } from '../sql/fragments.ts';
import { columnSql } from './field-sql.ts';
import type { Reader } from './reader.ts';

/** Types of computed columns: field types that need no further options. */
export type ComputedType = 'text' | 'integer' | 'bigint' | 'boolean' | 'date' | 'timestamp' | 'uuid';

export interface ComputedSource {
  /** Unique among the computed columns and filters of the listing. */
  readonly name: string;
  readonly label: string;
  readonly type: ComputedType;
  /** An SQL expression on the alias `t` of the model's table. */
  readonly expression: FragmentSqlToken;
  /** @defaultValue true */
  readonly sortable?: boolean;
}

/** Prefix of computed columns and condition filters in query strings, which field names cannot contain. */
export const COMPUTED = '*';

/**
 * A column that PostgreSQL computes in a list's statement. List SQL treats it like any other field: lists can be sorted by it,
 * cursors contain it, and it may be NULL. It has no index, so large tables cannot be sorted by it.
 *
 * @example
 * computedField(model, {
 *   name: 'comments',
 *   label: 'Comments',
 *   type: 'bigint',
 *   expression: sql.fragment`select count(*) from comment c where c.record_key = t.id::text`,
 * }) // sort=*comments
 */
export function computedField(model: ModelInfo, source: ComputedSource): FieldInfo {
  const name = COMPUTED + source.name;
  const spec = builtInFieldTypes[source.type];
  return {
    model,
    name,
    column: name,
    expression: source.expression,
    owner: model.owner,
    writable: false,
    typeName: source.type,
    type: source.sortable === false ? { ...spec, sortable: false } : spec,
    label: source.label,
    help: '',
    nullable: true,
    unique: false,
    index: false,
    readOnly: true,
    secret: undefined,
    default: undefined,
    min: undefined,
    max: undefined,
    multiline: false,
    precision: undefined,
    scale: undefined,
    values: [],
    types: [],
    pixels: undefined,
    currency: undefined,
    item: undefined,
    source: undefined,
    valueLabels: {},
    tones: {},
    schema: undefined,
    target: undefined,
    onDelete: 'restrict',
    through: undefined,
  };
}

/**
 * A hash of the columns that this reader may see, used to order rows with the same key. Hidden columns are excluded, because
 * cursors contain the hash, and a hidden value with few possible values could otherwise be guessed.
 */
export function rowHashField(reader: Reader, model: ModelInfo): FieldInfo {
  const columns = model.stored
    .filter((field) => reader.sees(field))
    .map((field) => sql.fragment`${columnSql('t', field)}`);
  const expression = sql.fragment`md5(row(${joinFragments(columns, comma)})::text)`;
  const field = computedField(model, { name: 'row', label: '', type: 'text', expression, sortable: false });
  return { ...field, nullable: false };
}

/** The field of a `ConditionFilter`. It is never read as a column: its values are conditions. */
export function conditionField(
  model: ModelInfo,
  { name, label }: { readonly name: string; readonly label: string },
): FieldInfo {
  return computedField(model, { name, label, type: 'text', expression: sql.fragment`null`, sortable: false });
}
