import type { App } from '../../core/app.ts';
import { distinctTexts } from '../../core/model/distinct-labels.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/field-type.ts';
import type { Actor } from '../../core/policy/actor.ts';
import type { Change } from './visible.ts';

/** Labels of related rows: what to query together, and the results. */
type Group = ModelInfo | FieldInfo;
type Labels = ReadonlyMap<Group, ReadonlyMap<string, string>>;

/**
 * The audit trail stores the keys of related rows; users know the rows by their labels. Queried from `app.records` for all
 * entries of a page together, one statement per related model: a row that is deleted, or hidden from the user, remains a key.
 */
export async function withLabels<E extends { readonly changes: readonly Change[] }>(
  app: Pick<App, 'records' | 'policy'>,
  actor: Actor,
  entries: readonly E[],
): Promise<readonly E[]> {
  const groupOf = (field: FieldInfo): Group => groupFor(app, actor, field);
  const needed = new Map<Group, { readonly field: FieldInfo; readonly keys: Set<string> }>();
  for (const { field, before, after } of entries.flatMap(({ changes }) => changes)) {
    if (!field?.target) continue;
    const group = groupOf(field);
    const needs = needed.get(group) ?? { field, keys: new Set() };
    for (const key of [...keysIn(before), ...keysIn(after)]) needs.keys.add(key);
    needed.set(group, needs);
  }
  const labels = new Map<Group, ReadonlyMap<string, string>>();
  for (const [group, { field, keys }] of needed) {
    if (keys.size > 0) labels.set(group, distinctTexts(await app.records.labels(actor, field, [...keys])));
  }
  return entries.map((entry) => ({
    ...entry,
    changes: entry.changes.map((change) => labelled(change, labels, groupOf)),
  }));
}

/** All relations to a model that the user can view share one query; one whose rows they can only select has its own. */
function groupFor({ policy }: Pick<App, 'policy'>, actor: Actor, field: FieldInfo): Group {
  const { target } = field;
  return target && policy.may(actor, 'view', target) ? target : field;
}

function labelled(change: Change, labels: Labels, groupOf: (field: FieldInfo) => Group): Change {
  const { field, before, after } = change;
  const ofGroup = field?.target && labels.get(groupOf(field));
  return ofGroup ? { ...change, before: withLabel(before, ofGroup), after: withLabel(after, ofGroup) } : change;
}

/** Keys without a label are left as they are. */
function withLabel(value: unknown, labels: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => withLabel(each, labels));
  return isKey(value) ? (labels.get(String(value)) ?? value) : value;
}

function keysIn(value: unknown): readonly string[] {
  return [value].flat().filter(isKey).map(String);
}

function isKey(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
