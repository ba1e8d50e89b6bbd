// What a form of an account or group showed. A field that comes back as it was shown counts as not submitted, even if the control
// cannot show the stored value or someone else has changed it since.

import type { Form } from '../../core/form/form.ts';
import { readShownTexts } from '../../core/form/shown-values.ts';

/** Whether a field came back as the form showed it. */
export function isUntouched(form: Form, name: string): boolean {
  const [shown] = shownIn(form, name) ?? [];
  // fault: untouched-account-written
  return shown !== undefined && form.get(name) === shown;
}

/** The fields that do not come back as the form showed them. */
export function editIn<N extends string>(form: Form | undefined, names: readonly N[]): Partial<Record<N, string>> {
  const changed = form ? names.filter((name) => !isUntouched(form, name)) : [];
  return Object.fromEntries(changed.map((name) => [name, form?.get(name) ?? ''])) as Partial<Record<N, string>>;
}

/** The boxes that were ticked and unticked; undefined if the request does not come from a form. */
export function tickedSince(
  form: Form,
  name: string,
): { readonly added: readonly string[]; readonly removed: readonly string[] } | undefined {
  const shown = shownIn(form, name);
  if (shown === undefined) return undefined;
  const ticked = form.all(name);
  return {
    added: ticked.filter((value) => !shown.includes(value)),
    removed: shown.filter((value) => !ticked.includes(value)),
  };
}

function shownIn(form: Form, name: string): readonly string[] | undefined {
  const shown = readShownTexts(form)?.get(name);
  return typeof shown === 'string' ? [shown] : shown;
}
