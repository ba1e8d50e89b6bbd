import { type FragmentSqlToken, sql } from 'slonik';
import type { DbValue, FieldInfo, ModelInfo } from '../model/field-type.ts';
import { onlyKey } from '../query/field-sql.ts';
import type { FullRow } from './full-row.ts';
import { keysDiffer } from './links.ts';
import type { Values } from './types.ts';
import { type ColumnValue, linkedKeys, referencedKeys } from './values.ts';

/** The fields whose requested values differ from those of the row. */
export interface Changes {
  readonly names: ReadonlySet<string>;
  readonly columns: readonly ColumnValue[];
  readonly links: ReadonlyMap<FieldInfo, readonly string[]>;
}

/** `hidden`: fields that always count as changed. */
export function diffRow(
  model: ModelInfo,
  old: FullRow,
  columns: readonly ColumnValue[],
  values: Values,
  hidden: ReadonlySet<string>,
): Changes {
  const changed = columns.filter(({ field }, index) => old.unchanged[index] !== true || hidden.has(field.name));
  const links = new Map(
    [...linkedKeys(model, values)]
      .map(([field, keys]): [FieldInfo, readonly string[]] => [field, asStored(field, keys, old)])
      .filter(([field, keys]) => hidden.has(field.name) || keysDiffer(old.links.get(field.name) ?? [], keys)),
  );
  const names = new Set([...changed.map(({ field }) => field.name), ...[...links.keys()].map((field) => field.name)]);
  return { names, columns: changed, links };
}

/**
 * The keys, with those of existing link rows as stored in PostgreSQL, because code may write the same key differently (a time, a
 * number).
 */
function asStored({ name, target }: FieldInfo, keys: readonly string[], old: FullRow): readonly string[] {
  const before = old.links.get(name) ?? [];
  if (target === undefined || before.length === 0) return keys;
  const { type } = onlyKey(target);
  const stored = new Map(before.map((key) => [String(type.encode(type.decode(key))), key]));
  return keys.map((key) => stored.get(key) ?? key);
}

/** The values that differ from the stored ones. */
export function changedValues(values: Values, changes: Changes): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => changes.names.has(name)));
}

/**
 * The references that the row does not have yet, by field. Only these must be visible to the actor: a row may keep a reference to a
 * row that they cannot see.
 */
export function newReferences(
  model: ModelInfo,
  values: Values,
  names: ReadonlySet<string>,
  old: FullRow,
): ReadonlyMap<FieldInfo, readonly string[]> {
  const references = [...referencedKeys(model, values)].filter(([field]) => names.has(field.name));
  return new Map(
    references.map(([field, keys]) => {
      const before = new Set(old.links.get(field.name));
      return [field, asStored(field, keys, old).filter((key) => !before.has(key))];
    }),
  );
}

/** Whether the row already has the value requested for this field. */
export function isUnchanged(columns: readonly ColumnValue[], old: FullRow, field: FieldInfo): boolean {
  const at = columns.findIndex((column) => column.field === field);
  return at >= 0 && old.unchanged[at] === true;
}

/**
 * The field with the time of the last change, as declared by `timestamps()`: a read-only timestamp with the default `now`, named
 * `updatedAt`. Every update sets it to the transaction's time. No other field has a special name.
 */
function updatedAtField(model: ModelInfo): FieldInfo | undefined {
  const field = model.fields.get('updatedAt');
  return field?.typeName === 'timestamp' && field.readOnly && field.default === 'now' ? field : undefined;
}

/** The assignment of the time of the change, which every UPDATE includes unless the values set it. */
export function updatedAtSql(model: ModelInfo, values: Values): readonly FragmentSqlToken[] {
  const field = updatedAtField(model);
  if (field === undefined || Object.hasOwn(values, field.name)) return [];
  // fault: updated-at-not-set
  return [sql.fragment`${sql.identifier([field.column])} = now()`];
}

/** Whether a column has this value, compared as text: a different notation of the same value counts as different. */
export function holdsValue(field: FieldInfo, dbValue: DbValue | undefined, value: unknown): boolean {
  if (dbValue === undefined || field.column === '') return false;
  if (value === null || dbValue === null) return value === dbValue;
  if (Array.isArray(dbValue)) return JSON.stringify(dbValue) === JSON.stringify(value);
  const text = typeof dbValue === 'object' ? JSON.stringify(dbValue) : String(dbValue);
  return text === (typeof value === 'object' ? JSON.stringify(value) : String(value));
}
