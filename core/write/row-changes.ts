import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { type GivenColumn, givenLinks } from './given-values.ts';
import { linksDiffer } from './links.ts';
import { pointingTo } from './pointing.ts';
import type { StoredRow } from './stored-row.ts';
import type { Values } from './write.ts';

/** In which fields a row differs from what was given. */
export interface Changes {
  readonly names: ReadonlySet<string>;
  readonly columns: readonly GivenColumn[];
  readonly links: ReadonlyMap<FieldInfo, readonly string[]>;
}

/** `unseen`: fields that count as changed whatever the row holds. */
export function changesOf(
  model: ModelInfo,
  old: StoredRow,
  columns: readonly GivenColumn[],
  given: Values,
  unseen: ReadonlySet<string>,
): Changes {
  const changed = columns.filter(({ field }, index) => old.same[index] !== true || unseen.has(field.name));
  const links = new Map(
    [...givenLinks(model, given)].filter(
      ([field, keys]) => unseen.has(field.name) || linksDiffer(old.links.get(field.name) ?? [], keys),
    ),
  );
  const names = new Set([...changed.map(({ field }) => field.name), ...[...links.keys()].map((field) => field.name)]);
  return { names, columns: changed, links };
}

/** Of the values those that differ from the stored ones. */
export function changedValues(given: Values, changes: Changes): Values {
  return Object.fromEntries(Object.entries(given).filter(([name]) => changes.names.has(name)));
}

/** Only what is new must be within the actor's reach: a row may go on pointing to one that they cannot see. */
export function changedPointing(
  model: ModelInfo,
  given: Values,
  names: ReadonlySet<string>,
  old: StoredRow,
): ReadonlyMap<FieldInfo, readonly string[]> {
  const pointing = [...pointingTo(model, given)].filter(([field]) => names.has(field.name));
  return new Map(
    pointing.map(([field, keys]) => {
      const before = old.links.get(field.name) ?? [];
      return [field, keys.filter((key) => !before.includes(key))];
    }),
  );
}

/** Whether the row holds the given value of this field already. */
export function isSame(columns: readonly GivenColumn[], old: StoredRow, field: FieldInfo): boolean {
  const at = columns.findIndex((column) => column.field === field);
  return at >= 0 && old.same[at] === true;
}
