import type { Formatter } from '../../core/model/kind.ts';
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

export function shownChange(show: Formatter, { name, field, before, after }: Change): ShownChange {
  return {
    label: field?.label ?? nameOf(show.t, name),
    before: shownValue(show, field, before),
    after: shownValue(show, field, after),
  };
}

/** Other data of an event, by name. Names and codes have words where a plugin gave some (`audit.data.reason.wrong_password`). */
export function shownDetail(
  show: Formatter,
  name: string,
  value: unknown,
): { readonly label: string; readonly after: string | undefined } {
  const { t } = show;
  const code = typeof value === 'string' && /^[a-z]+(_[a-z]+)*$/.test(value) ? value : undefined;
  const after = code === undefined ? shownValue(show, undefined, value) : codeOf(t, name, code);
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

/** A value of the trail in words, as far as its field is known: as on the record's page, else as it was stored. */
export function shownValue(show: Formatter, field: FieldInfo | undefined, value: unknown): string | undefined {
  switch (typeof value) {
    case 'undefined':
      return undefined;
    case 'string':
    case 'number':
      return cut(field === undefined ? String(value) : ofField(show, field, String(value)));
    case 'boolean':
      return show.t(value ? 'value.yes' : 'value.no');
    case 'object':
      if (value === null) return undefined;
      if (Array.isArray(value) && value.length === 0) return undefined;
      if (Array.isArray(value)) return cut(value.map((each) => shownValue(show, field, each) ?? '').join(', '));
      return cut(JSON.stringify(value));
    default:
      return String(value);
  }
}

/** A moment as exports write it. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

const WALL = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?$/;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/** The field may have been of another kind when this was written, so nothing is taken for granted. */
function ofField(show: Formatter, field: FieldInfo, text: string): string {
  // Only of the set: an object has names of its own, and a text may be "constructor".
  if (field.values.includes(text)) return field.valueLabels[text] ?? text;
  switch (field.item?.kind ?? field.kind) {
    case 'timestamp':
      return isTime(MOMENT, text) ? show.timestamp(text) : text;
    case 'localDateTime':
      return isTime(WALL, text) ? show.localDateTime(text) : text;
    case 'integer':
    case 'bigint':
    case 'decimal':
      return NUMBER.test(text) ? show.number(text) : text;
    case 'money':
      return field.currency === undefined ? text : show.money(text, field.currency);
    default:
      return text;
  }
}

/** 13 months and 25 hours have the shape of a time. */
function isTime(shape: RegExp, text: string): boolean {
  return shape.test(text) && !Number.isNaN(Date.parse(text));
}

function cut(text: string): string {
  const signs = [...text];
  return signs.length <= LONGEST ? text : `${signs.slice(0, LONGEST).join('')}…`;
}
