import type { FieldType, Issue } from '../kind.ts';
import { issue, refused, unless } from '../parsed.ts';
import { isStorable, LINE_BREAK } from '../plain-text.ts';
import type { FieldInfo } from '../registry.ts';
import { asText, lengthChecks, outsideLength, shownText } from './text-parts.ts';

/** Text without a length in its type: limits are CHECKs, which can be changed without rewriting the table. */
export const text: FieldType<string> = {
  ...asText,
  kind: 'text',
  checks: lengthChecks,

  /** Browsers send CRLF for every line end; outer spaces of a single line are never meant. Nothing else is changed. */
  parse(typed, field) {
    const value = field.multiline ? typed.replace(/\r\n?/g, '\n') : typed.trim();
    if (value.trim() === '') return refused('problem.required');
    return unless(validate(value, field), value);
  },
  validate,

  cell: (_field, show) => (wire) => shownText(String(wire), show),

  widget: (field) => (field.multiline ? 'textarea' : 'text'),
};

function validate(value: unknown, field: FieldInfo): Issue | undefined {
  if (typeof value !== 'string') return issue('problem.notText');
  if (!isStorable(value)) return issue('problem.notStorable');
  if (!field.multiline && LINE_BREAK.test(value)) return issue('problem.lineBreak');
  return outsideLength(value, field);
}
