// `text` and `markdown`, and what all field types that are stored as text have in common.

import { z } from 'zod';
import { quoteLiteral } from '../../sql/quote.ts';
import type { BaseFieldType, FieldInfo } from '../field-type.ts';
import { createIssue, type Issue, invalid, validUnless } from '../issue.ts';
import { countCharacters, isStorable, LINE_BREAK } from '../plain-text.ts';

/** The DEFAULT of a column whose values are strings in code. */
export function stringDefault(field: FieldInfo): string | undefined {
  return typeof field.default === 'string' ? quoteLiteral(field.default) : undefined;
}

/** The common base of all field types that are stored as text. Each of them overrides what differs. */
export const asText = {
  sqlType: () => 'text',
  sqlDefault: stringDefault,

  dbSchema: z.string(),
  decode: String,
  encode: (value: string) => value,
  cast: () => 'text',

  align: 'start',
  text: String,

  filter: 'none',
  sortable: true,
  searchable: true,
  exported: String,
} as const satisfies Partial<BaseFieldType<string>>;

/** A field's own bounds, also enforced by the database. */
export const lengthChecks: BaseFieldType['checks'] = ({ min, max }) => [
  ...(min === undefined ? [] : [{ suffix: 'min', sql: (column: string) => `char_length(${column}) >= ${min}` }]),
  ...(max === undefined ? [] : [{ suffix: 'max', sql: (column: string) => `char_length(${column}) <= ${max}` }]),
];

/** Whether a string is shorter or longer than the field allows. */
export function lengthIssue(value: string, { min, max }: Pick<FieldInfo, 'min' | 'max'>): Issue | undefined {
  const length = countCharacters(value);
  if (typeof min === 'number' && length < min) return createIssue('problem.tooShort', { min, length });
  if (typeof max === 'number' && length > max) return createIssue('problem.tooLong', { max, length });
  return undefined;
}

/** Text. The column type has no length; limits are CHECKs, which can be changed without rewriting the table. */
export const text: BaseFieldType<string> = {
  ...asText,
  name: 'text',
  checks: lengthChecks,

  /** Converts the CRLF that browsers send to LF, and trims text of a single line. Nothing else is changed. */
  parse(typed, field) {
    const value = field.multiline ? typed.replace(/\r\n?/g, '\n') : typed.trim();
    if (value.trim() === '') return invalid('problem.required');
    return validUnless(validateText(value, field), value);
  },
  validate: validateText,

  widget: (field) => (field.multiline ? 'textarea' : 'text'),
};

function validateText(value: unknown, field: FieldInfo): Issue | undefined {
  if (typeof value !== 'string') return createIssue('problem.notText');
  if (!isStorable(value)) return createIssue('problem.notStorable');
  if (!field.multiline && LINE_BREAK.test(value)) return createIssue('problem.lineBreak');
  return lengthIssue(value, field);
}

/** The limit if the field sets no `max`: a long report that still renders quickly. Not enforced by the database. */
const MAX_MARKDOWN_LENGTH = 50_000;

/** Multi-line text in Markdown. It is stored as entered and rendered on a record's own page; lists show its first words. */
export const markdown: BaseFieldType<string> = {
  ...asText,
  name: 'markdown',
  checks: lengthChecks,

  parse(typed, field) {
    const value = typed.replace(/\r\n?/g, '\n');
    if (value.trim() === '') return invalid('problem.required');
    return validUnless(validateMarkdown(value, field), value);
  },
  validate: validateMarkdown,

  widget: () => 'markdown',

  sortable: false,
};

function validateMarkdown(value: unknown, field: FieldInfo): Issue | undefined {
  if (typeof value !== 'string') return createIssue('problem.notText');
  return isStorable(value)
    ? lengthIssue(value, { min: field.min, max: field.max ?? MAX_MARKDOWN_LENGTH })
    : createIssue('problem.notStorable');
}
