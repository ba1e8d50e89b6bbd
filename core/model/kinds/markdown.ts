import { escapeHtml } from '../../view/escape.ts';
import { markdownExcerpt, markdownHtml } from '../../view/markdown.ts';
import type { FieldType, Issue } from '../kind.ts';
import { issue, refused, unless } from '../parsed.ts';
import { cutText, isStorable } from '../plain-text.ts';
import type { FieldInfo } from '../registry.ts';
import { asText, lengthChecks, outsideLength } from './text-parts.ts';

const CUT = 80;
/** Without a `max` of its own: a long report, and still rendered within a moment. Not held by the database. */
const MOST = 50_000;

/** Text of many lines with Markdown in it: stored as typed, rendered on a record's own page, its first words in lists. */
export const markdown: FieldType<string> = {
  ...asText,
  kind: 'markdown',
  checks: lengthChecks,

  parse(typed, field) {
    const value = typed.replace(/\r\n?/g, '\n');
    if (value.trim() === '') return refused('problem.required');
    return unless(validate(value, field), value);
  },
  validate,

  cell: (_field, show) =>
    show.whole === true
      ? (wire) => `<div class="prose">${markdownHtml(String(wire))}</div>`
      : (wire) => escapeHtml(cutText(markdownExcerpt(String(wire)), CUT)),

  widget: () => 'markdown',

  sortable: false,
};

function validate(value: unknown, field: FieldInfo): Issue | undefined {
  if (typeof value !== 'string') return issue('problem.notText');
  return isStorable(value)
    ? outsideLength(value, { min: field.min, max: field.max ?? MOST })
    : issue('problem.notStorable');
}
