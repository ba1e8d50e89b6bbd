import { z } from 'zod';
import { escapeHtml } from '../../view/escape.ts';
import type { Issue, KindSpec } from '../kind.ts';
import { issue, refused, unless } from '../parsed.ts';
import { countCharacters, cutText, isStorable, LINE_BREAK } from '../plain-text.ts';
import type { FieldInfo } from '../registry.ts';
import { sqlLiteral } from '../sql-literal.ts';

/** What a list shows of a long text. */
const CUT = 80;

/** Text without a length in its type: limits are CHECKs, which can be changed without rewriting the table. */
export const text: KindSpec<string> = {
  kind: 'text',
  sqlType: () => 'text',
  sqlDefault: (field) => (typeof field.default === 'string' ? sqlLiteral(field.default) : undefined),
  checks: ({ min, max }) => [
    ...(min === undefined ? [] : [{ suffix: 'min', sql: (column: string) => `char_length(${column}) >= ${min}` }]),
    ...(max === undefined ? [] : [{ suffix: 'max', sql: (column: string) => `char_length(${column}) <= ${max}` }]),
  ],

  wire: z.string(),
  decode: (wire) => String(wire),
  encode: (value) => value,
  cast: () => 'text',

  /** Browsers send CRLF for every line end; outer spaces of a single line are never meant. Nothing else is changed. */
  parse(typed, field) {
    const value = field.multiline ? typed.replace(/\r\n?/g, '\n') : typed.trim();
    if (value.trim() === '') return refused('problem.required');
    return unless(validate(value, field), value);
  },
  validate,

  cell: (_field, show) =>
    show.whole === true ? (wire) => escapeHtml(String(wire)) : (wire) => escapeHtml(cutText(String(wire), CUT)),
  align: 'start',

  widget: (field) => (field.multiline ? 'textarea' : 'text'),
  text: (wire) => String(wire),

  filter: 'none',
  sortable: true,
  searchable: true,
  exported: (wire) => String(wire),
};

function validate(value: unknown, field: FieldInfo): Issue | undefined {
  if (typeof value !== 'string') return issue('problem.notText');
  if (!isStorable(value)) return issue('problem.notStorable');
  if (!field.multiline && LINE_BREAK.test(value)) return issue('problem.lineBreak');
  const length = countCharacters(value);
  if (typeof field.min === 'number' && length < field.min) return issue('problem.tooShort', { min: field.min, length });
  if (typeof field.max === 'number' && length > field.max) return issue('problem.tooLong', { max: field.max, length });
  return undefined;
}
