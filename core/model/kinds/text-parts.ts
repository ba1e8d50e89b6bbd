// What the kinds of text share.

import { z } from 'zod';
import { escapeHtml } from '../../view/escape.ts';
import type { FieldType, Formatter, Issue } from '../kind.ts';
import { issue } from '../parsed.ts';
import { countCharacters, cutText } from '../plain-text.ts';
import type { FieldInfo } from '../registry.ts';
import { sqlLiteral } from '../sql-literal.ts';

/** What a list shows of a long text. */
const CUT = 80;

export const textDefault: FieldType['sqlDefault'] = (field) =>
  typeof field.default === 'string' ? sqlLiteral(field.default) : undefined;

/** Kept, sent and found as text: what every kind of text starts from, and each says what it does otherwise. */
export const asText = {
  sqlType: () => 'text',
  sqlDefault: textDefault,

  wire: z.string(),
  decode: String,
  encode: (value: string) => value,
  cast: () => 'text',

  align: 'start',
  text: String,

  filter: 'none',
  sortable: true,
  searchable: true,
  exported: String,
} as const satisfies Partial<FieldType<string>>;

/** A field's own bounds, held by the database as well. */
export const lengthChecks: FieldType['checks'] = ({ min, max }) => [
  ...(min === undefined ? [] : [{ suffix: 'min', sql: (column: string) => `char_length(${column}) >= ${min}` }]),
  ...(max === undefined ? [] : [{ suffix: 'max', sql: (column: string) => `char_length(${column}) <= ${max}` }]),
];

export function outsideLength(value: string, { min, max }: Pick<FieldInfo, 'min' | 'max'>): Issue | undefined {
  const length = countCharacters(value);
  if (typeof min === 'number' && length < min) return issue('problem.tooShort', { min, length });
  if (typeof max === 'number' && length > max) return issue('problem.tooLong', { max, length });
  return undefined;
}

/** The beginning of a text in a list, all of it on a record's own page. */
export function shownText(text: string, show: Formatter): string {
  return escapeHtml(show.whole === true ? text : cutText(text, CUT));
}
