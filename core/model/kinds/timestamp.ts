import { z } from 'zod';
import { escapeHtml } from '../../view/escape.ts';
import { asIfUtc, readWall } from '../calendar.ts';
import type { FieldType, Issue, Parsed } from '../kind.ts';
import { issue, refused, unless } from '../parsed.ts';
import { sqlLiteral } from '../sql-literal.ts';
import { momentsOf, offsetAt, writeOffset } from '../zone.ts';

/** What PostgreSQL sends for a timestamptz when the session's zone is UTC: `2026-11-20 10:44:00.123+00`. */
const WIRE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00$/;
const OFFSET = /^([+-])(\d\d)(?::?(\d\d)(?::?(\d\d))?)?$/;
const FIRST = Date.parse('0001-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** A moment, to the millisecond: a Date in code, on the reader's clocks in pages. */
export const timestamp: FieldType<Date> = {
  kind: 'timestamp',
  sqlType: () => 'timestamptz(3)',
  defaultWord: 'now',
  sqlDefault(field) {
    if (field.default === 'now') return 'now()';
    return field.default instanceof Date ? sqlLiteral(field.default.toISOString()) : undefined;
  },
  checks: () => [],

  wire: z.string(),
  decode: (wire) => dateOf(String(wire)),
  encode: (value) => value.toISOString(),
  cast: () => 'timestamptz',
  rounded: (column) => `date_trunc('milliseconds', ${column})`,

  parse(text, _field, zone) {
    const { wall, offset } = splitOffset(text.trim());
    const read = readWall(wall);
    if (read === undefined || (offset !== '' && offsetOf(offset) === undefined)) return refused('problem.timestamp');
    const clock = asIfUtc(read);
    if (offset === '') return onClocksOf(zone ?? 'UTC', clock);
    const moment = new Date(clock - (offsetOf(offset) ?? 0));
    return unless(validate(moment), moment);
  },
  validate,

  cell: (_field, show) => (wire) => {
    const text = String(wire);
    if (!WIRE.test(text)) return escapeHtml(text);
    return `<time datetime="${isoOf(text)}">${escapeHtml(show.timestamp(text))}</time>`;
  },
  align: 'start',

  widget: () => 'datetime-local',
  /**
   * What `<input type="datetime-local">` takes. Where clocks were put back and the same wall-clock time came twice, the offset
   * is written behind it, so that `parse` takes back the moment that is meant: such a text needs an `<input type="text">`.
   */
  text(wire, _field, zone) {
    const moment = dateOf(String(wire));
    if (Number.isNaN(moment.getTime())) return String(wire);
    return zone === undefined ? moment.toISOString() : onWallOf(zone, moment);
  },

  filter: 'range',
  sortable: true,
  searchable: false,
  exported: (wire) => (WIRE.test(String(wire)) ? isoOf(String(wire)) : String(wire)),
};

function validate(value: unknown): Issue | undefined {
  const moment = value instanceof Date ? value.getTime() : Number.NaN;
  return moment >= FIRST && moment <= LAST ? undefined : issue('problem.timestamp');
}

/** `infinity` and years before Christ, which only others can have written, become an invalid Date. */
function dateOf(wire: string): Date {
  return new Date(WIRE.test(wire) ? isoOf(wire) : Number.NaN);
}

function isoOf(wire: string): string {
  return `${wire.slice(0, 10)}T${wire.slice(11, -3)}Z`;
}

function splitOffset(text: string): { wall: string; offset: string } {
  const match = /\s*(?:z|[+-][\d:]+)$/i.exec(text.slice(16));
  if (match === null) return { wall: text, offset: '' };
  return { wall: text.slice(0, 16 + match.index), offset: match[0].trim() };
}

/** Milliseconds; PostgreSQL knows offsets below 16 hours. */
function offsetOf(text: string): number | undefined {
  if (text.toUpperCase() === 'Z') return 0;
  const match = OFFSET.exec(text);
  if (match === null) return undefined;
  const [hours, minutes, seconds] = [Number(match[2]), Number(match[3] ?? 0), Number(match[4] ?? 0)];
  if (hours > 15 || minutes > 59 || seconds > 59) return undefined;
  return (match[1] === '-' ? -1000 : 1000) * (hours * 3600 + minutes * 60 + seconds);
}

function onClocksOf(zone: string, clock: number): Parsed<Date> {
  const [first, second] = momentsOf(zone, clock);
  const time = written(clock).replace('T', ' ');
  if (first === undefined) return refused('problem.timeSkipped', { time, zone });
  if (second !== undefined) {
    const params = { time, zone, first: withOffset(zone, first), second: withOffset(zone, second) };
    return refused('problem.timeTwice', params);
  }
  const moment = new Date(first);
  return unless(validate(moment), moment);
}

function onWallOf(zone: string, moment: Date): string {
  const clock = moment.getTime() + offsetAt(zone, moment.getTime());
  // In the first and last hours that can be stored, a zone's clocks may show a year that cannot be written.
  if (clock < FIRST || clock > LAST) return moment.toISOString();
  return momentsOf(zone, clock).length === 1 ? written(clock) : withOffset(zone, moment.getTime());
}

function withOffset(zone: string, moment: number): string {
  const offset = offsetAt(zone, moment);
  return written(moment + offset) + writeOffset(offset);
}

/** As short as nothing is lost: no seconds where they are zero. */
function written(clock: number): string {
  const iso = new Date(clock).toISOString().slice(0, -1);
  if (!iso.endsWith('.000')) return iso;
  return iso.endsWith(':00.000') ? iso.slice(0, -7) : iso.slice(0, -4);
}
