import type { App } from '../../core/app.ts';
import { distinctTexts } from '../../core/model/distinct-labels.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/field-type.ts';
import type { Actor } from '../../core/policy/actor.ts';
import type { Change } from './visible.ts';

/** A group of relations whose labels are queried together. */
type Group = ModelInfo | FieldInfo;
type Labels = ReadonlyMap<Group, ReadonlyMap<string, string>>;

/**
 * Replaces the keys of related rows, as stored in the audit trail, by labels, which users recognise. Labels are read through
 * `app.records` for all entries of a page, with one statement per related model. The keys of rows that were deleted or are hidden
 * from the user remain.
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

/** Relations to a model that the user can view share a query. If the user can only select its rows, each relation has its own. */
function groupFor({ policy }: Pick<App, 'policy'>, actor: Actor, field: FieldInfo): Group {
  const { target } = field;
  return target && policy.may(actor, 'view', target) ? target : field;
}

function labelled(change: Change, labels: Labels, groupOf: (field: FieldInfo) => Group): Change {
  const { field, before, after } = change;
  const ofGroup = field?.target && labels.get(groupOf(field));
  return ofGroup ? { ...change, before: withLabel(before, ofGroup), after: withLabel(after, ofGroup) } : change;
}

/** Leaves keys without a label as they are. */
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
