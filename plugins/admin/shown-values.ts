// What a form showed. A field that comes back as it was shown counts as not submitted: it is neither validated nor written, even
// if the control cannot represent the stored value (`infinity`, microseconds, leading or trailing spaces, a choice that no longer
// exists).

import { createHash } from 'node:crypto';
import type { Form } from '../../core/form/form.ts';
import type { ShownTexts } from '../../core/form/shown-values.ts';
import type { FieldInfo } from '../../core/model/field-type.ts';
import type { Input } from './form-input.ts';

/** By field: a digest of what the browser sends for an unchanged control; for a manyToMany, the keys that were listed. */
export type ShownValues = ShownTexts;

/** The values that a form with this input shows. */
export function shownValues(fields: readonly FieldInfo[], input: Input): ShownValues {
  return new Map(
    fields.map((field): [string, string | readonly string[]] => {
      const texts = input.get(field.name) ?? [];
      return [field.name, field.through === undefined ? hashTexts(sentTexts(field, texts)) : texts];
    }),
  );
}

/** Encodes the values for the form's hidden field. */
export function shownText(shown: ShownValues): string {
  return JSON.stringify([...shown]);
}

/** Whether a field came back as it was shown. Always false for a manyToMany: see `partitionKeys`. */
export function isUntouched(field: FieldInfo, form: Form, shown: ShownValues | undefined): boolean {
  const digest = shown?.get(field.name);
  // fault: untouched-fields-written
  return typeof digest === 'string' && digest === hashTexts(sentTexts(field, form.all(field.name)));
}

/** Splits the posted strings of a manyToMany: listed keys that came back, listed keys that did not, and new rows to add. */
export function partitionKeys(
  texts: readonly string[],
  shown: readonly string[],
): { readonly kept: readonly string[]; readonly removed: readonly string[]; readonly added: readonly string[] } {
  const sent = new Set(texts.map(lines));
  const listed = new Set(shown.map(lines));
  // A ticked box with an empty key cannot be distinguished from an unticked one.
  const isKept = (key: string): boolean => key === '' || sent.has(lines(key));
  return {
    kept: shown.filter(isKept),
    removed: shown.filter((key) => !isKept(key)),
    added: texts.map(lines).filter((text) => text.trim() !== '' && !listed.has(text)),
  };
}

/** The names of fields whose values differ between two forms. */
export function differingFields(one: ShownValues, other: ShownValues): readonly string[] {
  return [...one].flatMap(([name, value]) =>
    JSON.stringify(sorted(value)) === JSON.stringify(sorted(other.get(name))) ? [] : [name],
  );
}

function sorted(value: string | readonly string[] | undefined): unknown {
  return typeof value === 'object' ? value.toSorted() : value;
}

/** What a browser sends for a control with these strings, with line breaks and times normalised. */
function sentTexts(field: FieldInfo, texts: readonly string[]): readonly string[] {
  const [first = ''] = texts;
  switch (field.type.widget(field)) {
    case 'checkbox':
      return texts.includes('true') ? ['true'] : [];
    case 'boxes':
      return [...new Set(texts.flatMap((text) => lines(text).split('\n')))].filter((text) => text !== '').toSorted();
    case 'relation':
      return [oneLine(texts.find((text) => text.trim() !== '') ?? '')];
    case 'time':
    case 'datetime-local':
      return [shortTime(first)];
    default:
      return [lines(field.item === undefined ? first : texts.join('\n'))];
  }
}

/** Browsers send line breaks as CRLF, whatever the original text had. */
function lines(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/** Single-line inputs remove line breaks. Leading and trailing blanks are kept: they may be part of a key. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, '');
}

const TIME = /^(.*\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?$/;

/** Browsers drop trailing zeros from times: `10:44:00.120` becomes `10:44:00.12`. */
function shortTime(text: string): string {
  const match = TIME.exec(text.replace(' ', 'T'));
  if (match === null) return lines(text);
  const [, minutes = '', second = '00', fraction = ''] = match;
  return `${minutes}:${second}.${fraction.replace(/0+$/, '')}`;
}

/** Does not need to be a signature: a forged digest can only leave a field of the user's own form unchanged. */
function hashTexts(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('base64url').slice(0, 16);
}
