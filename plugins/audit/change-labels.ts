import type { Actor } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/registry.ts';
import type { Change } from './visible.ts';

/** What the labels of related rows are asked for together by, and what is known then. */
type Group = ModelInfo | FieldInfo;
type Labels = ReadonlyMap<Group, ReadonlyMap<string, string>>;

/**
 * The trail holds the keys of related rows, as it must; people know the rows by their labels. Asked of the reading door for
 * all entries of a page together, one statement a model that they point to: a row that is gone, or that the reader may not
 * know, stays a key.
 */
export async function withLabels<E extends { readonly changes: readonly Change[] }>(
  app: Pick<App, 'records' | 'policy'>,
  actor: Actor,
  entries: readonly E[],
): Promise<readonly E[]> {
  const groupOf = (field: FieldInfo): Group => groupFor(app, actor, field);
  const wanted = new Map<Group, { readonly field: FieldInfo; readonly keys: Set<string> }>();
  for (const { field, before, after } of entries.flatMap(({ changes }) => changes)) {
    if (!field?.target) continue;
    const group = groupOf(field);
    const known = wanted.get(group) ?? { field, keys: new Set() };
    for (const key of [...keysIn(before), ...keysIn(after)]) known.keys.add(key);
    wanted.set(group, known);
  }
  const labels = new Map<Group, ReadonlyMap<string, string>>();
  for (const [group, { field, keys }] of wanted) {
    if (keys.size > 0) labels.set(group, await app.records.labels(actor, field, [...keys]));
  }
  return entries.map((entry) => ({
    ...entry,
    changes: entry.changes.map((change) => labelled(change, labels, groupOf)),
  }));
}

/** All relations to a model that he may view are one question; one to what he may only pick is one of its own. */
function groupFor({ policy }: Pick<App, 'policy'>, actor: Actor, field: FieldInfo): Group {
  const { target } = field;
  return target && policy.may(actor, 'view', target) ? target : field;
}

function labelled(change: Change, labels: Labels, groupOf: (field: FieldInfo) => Group): Change {
  const { field, before, after } = change;
  const known = field?.target && labels.get(groupOf(field));
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
