import type { Form } from '../../core/form/form.ts';
import type { FieldInfo } from '../../core/model/field-type.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import { type Input, isInForm } from './form-input.ts';
import type { FormState } from './form-view.ts';
import type { Selection } from './resolve-relations.ts';
import {
  differingFields,
  isUntouched,
  partitionKeys,
  type ShownValues,
  shownText,
  shownValues,
} from './shown-values.ts';
import type { SubmittedForm } from './submitted-form.ts';

/**
 * The form after a conflict: the user's own changes, and the current values of all other fields. It carries the new version,
 * since users who save again have seen the other changes.
 *
 * @param current the record as it is now
 * @param conflict the fields that would have been overwritten
 */
export function afterConflict(
  { fields, form, selections, shown = new Map() }: SubmittedForm,
  current: { readonly record: FoundRecord; readonly input: Input },
  conflict: readonly string[],
): Partial<FormState> & Pick<FormState, 'input' | 'selections'> {
  const now = shownValues(fields, current.input);
  const input = new Map(current.input);
  const all = new Map<string, Selection>(selections);
  for (const field of fields) {
    const selection = selections.get(field.name);
    if (field.through !== undefined && selection) {
      const before = shown.get(field.name) ?? [];
      const removed = new Set(typeof before === 'string' ? [] : before.filter((key) => !selection.kept.includes(key)));
      const kept = (current.input.get(field.name) ?? []).filter((key) => !removed.has(key));
      all.set(field.name, { ...selection, kept });
    } else if (isInForm(field.name, form) && !isUntouched(field, form, shown))
      input.set(field.name, form.all(field.name));
  }
  const differing = differingFields(shown, now);
  // Fields where both entered the same value do not count.
  const changedByBoth = fields.filter(
    (field) => differing.includes(field.name) && isChangedFrom(shown, field, form) && isChangedFrom(now, field, form),
  );
  const { record } = current;
  return {
    record,
    input,
    selections: all,
    version: record.version,
    shown: shownText(now),
    // Empty if the user can see none of the fields that others have changed. `conflict` also has fields that only this user changed.
    // fault: own-change-called-conflict
    conflict: shown.size > 0 ? differing : conflict,
    changedByBoth: new Set(changedByBoth.map(({ name }) => name)),
  };
}

/**
 * Whether the posted value of a field differs from what the form showed; for a manyToMany, whether rows were added or removed.
 */
function isChangedFrom(shown: ShownValues, field: FieldInfo, form: Form): boolean {
  const keys = shown.get(field.name);
  if (keys === undefined || typeof keys === 'string') return !isUntouched(field, form, shown);
  const { added, removed } = partitionKeys(form.all(field.name), keys);
  return added.length > 0 || removed.length > 0;
}
