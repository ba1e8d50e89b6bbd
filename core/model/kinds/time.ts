import { z } from 'zod';
import { escapeHtml } from '../../view/escape.ts';
import { isTimeOfDay } from '../calendar.ts';
import type { FieldType, Issue } from '../kind.ts';
import { issue, unless } from '../parsed.ts';
import { sqlLiteral } from '../sql-literal.ts';

const TIME = /^(\d\d):(\d\d)(?::(\d\d))?$/;

/** A time of day to the second, without a date and without a zone: `09:30` or `09:30:15`. */
export const time: FieldType<string> = {
  kind: 'time',
  sqlType: () => 'time(0)',
  sqlDefault: (field) => (typeof field.default === 'string' ? sqlLiteral(field.default) : undefined),
  checks: () => [],

  wire: z.string(),
  decode: (wire) => String(wire),
  encode: (value) => value,
  cast: () => 'time',
  rounded: (column) => `date_trunc('second', ${column})::time`,

  /** The value has its seconds, so it equals what the database will give back. */
  parse(text) {
    const typed = text.trim();
    return unless(validate(typed), typed.length === 5 ? `${typed}:00` : typed);
  },
  validate,

  cell: () => (wire) => {
    const shown = escapeHtml(withoutZeroSeconds(String(wire)));
    return `<time datetime="${shown}">${shown}</time>`;
  },
  align: 'start',

  widget: () => 'time',
  text: (wire) => withoutZeroSeconds(String(wire).replace(/\.\d+$/, '')),

  filter: 'range',
  sortable: true,
  searchable: false,
  exported: (wire) => String(wire),
};

function validate(value: unknown): Issue | undefined {
  const match = typeof value === 'string' ? TIME.exec(value) : null;
  const real = match !== null && isTimeOfDay(Number(match[1]), Number(match[2]), Number(match[3] ?? 0));
  return real ? undefined : issue('problem.time');
}

function withoutZeroSeconds(wire: string): string {
  return wire.length === 8 && wire.endsWith(':00') ? wire.slice(0, 5) : wire;
}
