import type { Actor } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import type { FieldInfo } from '../../core/model/registry.ts';
import type { HistoryEntry } from '../audit/history.ts';
import type { Change } from '../audit/visible.ts';

type Labels = ReadonlyMap<FieldInfo, ReadonlyMap<string, string>>;

/**
 * The trail holds the keys of related rows, as it must; people know the rows by their labels. Asked of the reading door, one
 * statement a relation: a row that is gone, or that the reader may not know, stays a key.
 */
export async function withLabels(
  app: Pick<App, 'rows'>,
  actor: Actor,
  entries: readonly HistoryEntry[],
): Promise<readonly HistoryEntry[]> {
  const keys = new Map<FieldInfo, Set<string>>();
  for (const { field, before, after } of entries.flatMap(({ changes }) => changes)) {
    if (!field?.target) continue;
    const known = keys.get(field) ?? new Set();
    for (const key of [...keysIn(before), ...keysIn(after)]) known.add(key);
    keys.set(field, known);
  }
  const labels = new Map<FieldInfo, ReadonlyMap<string, string>>();
  for (const [field, wanted] of keys) labels.set(field, await app.rows.labels(actor, field, [...wanted]));
  return entries.map((entry) => ({ ...entry, changes: entry.changes.map((change) => labelled(change, labels)) }));
}

function labelled(change: Change, labels: Labels): Change {
  const { field, before, after } = change;
  const known = field && labels.get(field);
  return known ? { ...change, before: said(before, known), after: said(after, known) } : change;
}

function said(value: unknown, known: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => said(each, known));
  return isKey(value) ? (known.get(String(value)) ?? value) : value;
}

function keysIn(value: unknown): readonly string[] {
  return [value].flat().filter(isKey).map(String);
}

function isKey(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
