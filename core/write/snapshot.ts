import { UnexpectedValue } from '../base/unexpected-value.ts';
import type { DbValue, FieldInfo, ModelInfo } from '../model/field-type.ts';
import { LargeValue } from '../model/row.ts';
import { onlyKey } from '../query/field-sql.ts';
import type { FullRow } from './full-row.ts';
import type { Snapshot } from './types.ts';

/**
 * A row as JSON by field name; a manyToMany is an array of keys, and a large text may be a `LargeValue`. With `names`, only these
 * fields are included.
 */
export function rowSnapshot(model: ModelInfo, row: FullRow, names?: ReadonlySet<string>): Snapshot {
  const entries: [string, unknown][] = [];
  for (const field of model.fields.values()) {
    if (names !== undefined && !names.has(field.name)) continue;
    const links = row.links.get(field.name);
    entries.push([
      field.name,
      links === undefined ? auditValue(field, row.dbValues[field.name]) : auditKeys(field, links),
    ]);
  }
  return Object.fromEntries(entries);
}

/** One value, as JSON for the audit trail. */
export function auditValue(field: FieldInfo, dbValue: DbValue | undefined): unknown {
  if (dbValue === null || dbValue === undefined) return null;
  if (dbValue instanceof UnexpectedValue) return dbValue.text;
  if (dbValue instanceof LargeValue) return dbValue;
  return field.type.recorded?.(dbValue) ?? field.type.exported(dbValue);
}

/** Keys are sorted, so that two snapshots can be compared. */
function auditKeys(field: FieldInfo, keys: readonly string[]): readonly unknown[] {
  if (field.target === undefined) return [];
  const { type } = onlyKey(field.target);
  return [...keys].sort(byNumberOrText).map((key) => type.exported(key));
}

function byNumberOrText(one: string, other: string): number {
  const difference = Number(one) - Number(other);
  if (!Number.isNaN(difference)) return difference;
  return one < other ? -1 : one > other ? 1 : 0;
}
