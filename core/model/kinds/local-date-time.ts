import { z } from 'zod';
import { escapeHtml } from '../../view/escape.ts';
import { asIfUtc, readWall } from '../calendar.ts';
import type { FieldType, Issue } from '../kind.ts';
import { issue, refused, unless } from '../parsed.ts';
import { sqlLiteral } from '../sql-literal.ts';

const WIRE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?$/;

/** Date and time on some wall clock, to the second: `2001-01-01 00:47:00`. It has no zone, so nothing ever shifts it. */
export const localDateTime: FieldType<string> = {
  kind: 'localDateTime',
  sqlType: () => 'timestamp(0)',
  sqlDefault: (field) => (typeof field.default === 'string' ? sqlLiteral(field.default) : undefined),
  checks: () => [],

  wire: z.string(),
  decode: (wire) => String(wire),
  encode: (value) => value,
  cast: () => 'timestamp',
  rounded: (column) => `date_trunc('second', ${column})`,

  parse(text) {
    const clock = clockOf(text.trim());
    if (clock === undefined) return refused('problem.localDateTime');
    const value = new Date(clock).toISOString().slice(0, 19).replace('T', ' ');
    return unless(validate(value), value);
  },
  validate,

  cell: (_field, show) => (wire) => {
    const text = String(wire);
    if (!WIRE.test(text)) return escapeHtml(text);
    return `<time datetime="${text.slice(0, 19).replace(' ', 'T')}">${escapeHtml(show.localDateTime(text))}</time>`;
  },
  align: 'start',

  widget: () => 'datetime-local',
  text(wire) {
    const wall = String(wire);
    const text = (WIRE.test(wall) ? wall.slice(0, 19) : wall).replace(' ', 'T');
    return text.length === 19 && text.endsWith(':00') ? text.slice(0, 16) : text;
  },

  filter: 'range',
  sortable: true,
  searchable: false,
  exported: (wire) => String(wire),
};

function validate(value: unknown): Issue | undefined {
  return typeof value === 'string' && clockOf(value) !== undefined ? undefined : issue('problem.localDateTime');
}

function clockOf(text: string): number | undefined {
  const wall = readWall(text);
  return wall === undefined || wall.millisecond !== 0 ? undefined : asIfUtc(wall);
}
