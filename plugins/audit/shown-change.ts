import type { FieldInfo } from '../../core/model/registry.ts';
import type { Translate } from '../../core/view/words.ts';
import type { Change } from './visible.ts';

const LONGEST = 300;

/** A change in words, for a template that escapes. `undefined` where there was no value. */
export interface ShownChange {
  readonly label: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export function shownChange(t: Translate, { name, field, before, after }: Change): ShownChange {
  return {
    label: field?.label ?? nameOf(t, name),
    before: shownValue(t, field, before),
    after: shownValue(t, field, after),
  };
}

/** Other data of an event, by name. Names and codes have words where a plugin gave some (`audit.data.reason.wrong_password`). */
export function shownDetail(
  t: Translate,
  name: string,
  value: unknown,
): { readonly label: string; readonly after: string | undefined } {
  const code = typeof value === 'string' && /^[a-z]+(_[a-z]+)*$/.test(value) ? value : undefined;
  const after = code === undefined ? shownValue(t, undefined, value) : codeOf(t, name, code);
  return { label: nameOf(t, name), after };
}

function nameOf(t: Translate, name: string): string {
  const key = `audit.data.${name}`;
  const word = t(key);
  return word === key ? name : word;
}

/** A code without words is shown with blanks: `wrong password`. */
function codeOf(t: Translate, name: string, code: string): string {
  const key = `audit.data.${name}.${code}`;
  const words = t(key);
  return words === key ? code.replaceAll('_', ' ') : words;
}

/** A value of the trail in words: choices by their labels, the rest as it was stored. */
export function shownValue(t: Translate, field: FieldInfo | undefined, value: unknown): string | undefined {
  switch (typeof value) {
    case 'undefined':
      return undefined;
    case 'string':
      // Only of the set: an object has names of its own, and a text may be "constructor".
      return cut(field?.values.includes(value) ? (field.valueLabels[value] ?? value) : value);
    case 'boolean':
      return t(value ? 'value.yes' : 'value.no');
    case 'object':
      if (value === null) return undefined;
      if (Array.isArray(value) && value.length === 0) return undefined;
      if (Array.isArray(value)) return cut(value.map((each) => shownValue(t, field, each) ?? '').join(', '));
      return cut(JSON.stringify(value));
    default:
      return String(value);
  }
}

function cut(text: string): string {
  const signs = [...text];
  return signs.length <= LONGEST ? text : `${signs.slice(0, LONGEST).join('')}…`;
}
