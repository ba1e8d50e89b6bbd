import { z } from 'zod';
import { escapeHtml } from '../../view/escape.ts';
import { isCalendarDate } from '../calendar.ts';
import type { FieldType, Issue } from '../kind.ts';
import { issue, unless } from '../parsed.ts';
import { sqlLiteral } from '../sql-literal.ts';

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/** A day on the calendar, `2026-11-20`; the same for every reader, whatever his zone. */
export const date: FieldType<string> = {
  kind: 'date',
  sqlType: () => 'date',
  defaultWord: 'today',
  sqlDefault(field) {
    if (typeof field.default !== 'string') return undefined;
    return field.default === 'today' ? 'current_date' : sqlLiteral(field.default);
  },
  checks: () => [],

  wire: z.string(),
  decode: (wire) => String(wire),
  encode: (value) => value,
  cast: () => 'date',

  parse(text) {
    const value = text.trim();
    return unless(validate(value), value);
  },
  validate,

  cell: (_field, show) => (wire) => {
    const iso = String(wire);
    // PostgreSQL also knows `infinity` and years before Christ; those are shown as it writes them.
    return DATE.test(iso) ? `<time datetime="${iso}">${escapeHtml(show.date(iso))}</time>` : escapeHtml(iso);
  },
  align: 'start',

  widget: () => 'date',
  text: (wire) => String(wire),

  filter: 'range',
  sortable: true,
  searchable: false,
  exported: (wire) => String(wire),
};

function validate(value: unknown): Issue | undefined {
  const match = typeof value === 'string' ? DATE.exec(value) : null;
  const real = match !== null && isCalendarDate(Number(match[1]), Number(match[2]), Number(match[3]));
  return real ? undefined : issue('problem.date');
}
