import type { FieldInfo, Formatter } from '../model/field-type.ts';
import { toIso } from './formatter.ts';
import { choiceLabel } from './model-names.ts';

/** PostgreSQL's text in UTC, or that of exports. */
const TIMESTAMP = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00|Z)$/;
const LOCAL_TIME = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?$/;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/**
 * A value as text, formatted as in lists. `text`: as PostgreSQL or an export writes it. A text that does not fit the field (PostgreSQL
 * also has `infinity` and years BC, and an old audit entry may be of another type) is returned unchanged.
 *
 * @example valueText(placedAt, '2026-11-20 10:44:00+00', formatter) // '2026-11-20 11:44' in Zurich
 */
export function valueText(field: FieldInfo, text: string, formatter: Formatter): string {
  // Own properties only: the text may be "constructor".
  if (field.values.includes(text)) return choiceLabel(formatter.t, field, text);
  switch (field.item?.typeName ?? field.typeName) {
    case 'timestamp':
      return isTime(TIMESTAMP, toIso(text)) ? formatter.timestamp(text) : text;
    case 'localDateTime':
      return isTime(LOCAL_TIME, text) ? formatter.localDateTime(text) : text;
    case 'time':
      return text.length === 8 && text.endsWith(':00') ? text.slice(0, 5) : text;
    case 'integer':
    case 'bigint':
    case 'decimal':
      return NUMBER.test(text) ? formatter.number(text) : text;
    case 'money':
      return field.currency === undefined ? text : formatter.money(text, field.currency);
    case 'boolean':
      return text === 'true' || text === 'false' ? formatter.t(text === 'true' ? 'value.yes' : 'value.no') : text;
    default:
      return text;
  }
}

/** The pattern of a time also matches 25 hours and 13 months. */
function isTime(pattern: RegExp, text: string): boolean {
  return pattern.test(text) && !Number.isNaN(Date.parse(text));
}
