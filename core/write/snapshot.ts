import type { DbValue } from '../model/kind.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { onlyKey } from '../query/sql-names.ts';
import type { StoredRow } from './stored-row.ts';
import type { Snapshot } from './types.ts';

/** A row as JSON by field name; a manyToMany is an array of keys. With `names` only these fields. */
export function snapshotOf(model: ModelInfo, row: StoredRow, names?: ReadonlySet<string>): Snapshot {
  const entries: [string, unknown][] = [];
  for (const field of model.fields.values()) {
    if (names !== undefined && !names.has(field.name)) continue;
    const links = row.links.get(field.name);
    entries.push([
      field.name,
      links === undefined ? exported(field, row.wires[field.name]) : exportedKeys(field, links),
    ]);
  }
  return Object.fromEntries(entries);
}

/** One value as an audit row's JSON has it. */
export function exported(field: FieldInfo, wire: DbValue | undefined): unknown {
  if (wire === null || wire === undefined) return null;
  return field.spec.recorded?.(wire) ?? field.spec.exported(wire);
}

/** In one order whatever order they were given in, so that two snapshots can be compared. */
function exportedKeys(field: FieldInfo, links: readonly string[]): readonly unknown[] {
  if (field.target === undefined) return [];
  const { spec } = onlyKey(field.target);
  return [...links].sort(byNumberOrText).map((key) => spec.exported(key));
}

function byNumberOrText(one: string, other: string): number {
  const difference = Number(one) - Number(other);
  if (!Number.isNaN(difference)) return difference;
  return one < other ? -1 : one > other ? 1 : 0;
}
