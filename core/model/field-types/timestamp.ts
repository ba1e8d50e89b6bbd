import { z } from 'zod';
import { quoteLiteral } from '../../sql/quote.ts';
import { formatOffset, localMilliseconds, offsetAt, parseLocalTime, resolveLocalTime } from '../calendar.ts';
import type { BaseFieldType } from '../field-type.ts';
import type { Issue, Parsed } from '../issue.ts';
import { createIssue, invalid, validUnless } from '../issue.ts';

/** PostgreSQL's text for a timestamptz when the session's time zone is UTC: `2026-11-20 10:44:00.123+00`. */
const DB_VALUE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00$/;
const OFFSET = /^([+-])(\d\d)(?::?(\d\d)(?::?(\d\d))?)?$/;
const FIRST = Date.parse('0001-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** A point in time, to the millisecond: a Date in code, shown in the user's time zone on pages. */
export const timestamp: BaseFieldType<Date> = {
  name: 'timestamp',
  sqlType: () => 'timestamptz(3)',
  defaultWord: 'now',
  sqlDefault(field) {
    if (field.default === 'now') return 'now()';
    return field.default instanceof Date ? quoteLiteral(field.default.toISOString()) : undefined;
  },
  checks: () => [],

  dbSchema: z.string(),
  decode: (dbValue) => dateOf(String(dbValue)),
  encode: (value) => value.toISOString(),
  cast: () => 'timestamptz',
  rounded: (column) => `date_trunc('milliseconds', ${column})`,

  parse(text, _field, timeZone) {
    const { clock, offset } = splitOffset(text.trim());
    const parsed = parseLocalTime(clock);
    if (parsed === undefined || (offset !== '' && parseOffset(offset) === undefined))
      return invalid('problem.timestamp');
    const local = localMilliseconds(parsed);
    if (offset === '') return momentInZone(timeZone ?? 'UTC', local);
    const moment = new Date(local - (parseOffset(offset) ?? 0));
    return validUnless(validate(moment), moment);
  },
  validate,

  align: 'start',

  widget: () => 'datetime-local',
  /**
   * The format of `<input type="datetime-local">`. If the local time occurred twice because clocks were set back, the offset is
   * appended, so that `parse` returns the right moment. Such a string needs an `<input type="text">`.
   */
  text(dbValue, _field, timeZone) {
    const moment = dateOf(String(dbValue));
    if (Number.isNaN(moment.getTime())) return String(dbValue);
    return timeZone === undefined ? moment.toISOString() : formatInZone(timeZone, moment);
  },

  filter: 'range',
  sortable: true,
  searchable: false,
  exported: (dbValue) => (DB_VALUE.test(String(dbValue)) ? isoOf(String(dbValue)) : String(dbValue)),
};

function validate(value: unknown): Issue | undefined {
  const moment = value instanceof Date ? value.getTime() : Number.NaN;
  return moment >= FIRST && moment <= LAST ? undefined : createIssue('problem.timestamp');
}

/** `infinity` and years BC, which occur only in unmanaged tables, become an invalid Date. */
function dateOf(dbValue: string): Date {
  return new Date(DB_VALUE.test(dbValue) ? isoOf(dbValue) : Number.NaN);
}

function isoOf(dbValue: string): string {
  return `${dbValue.slice(0, 10)}T${dbValue.slice(11, -3)}Z`;
}

function splitOffset(text: string): { clock: string; offset: string } {
  const match = /\s*(?:z|[+-][\d:]+)$/i.exec(text.slice(16));
  if (match === null) return { clock: text, offset: '' };
  return { clock: text.slice(0, 16 + match.index), offset: match[0].trim() };
}

/** An offset in milliseconds. PostgreSQL accepts offsets below 16 hours. */
function parseOffset(text: string): number | undefined {
  if (text.toUpperCase() === 'Z') return 0;
  const match = OFFSET.exec(text);
  if (match === null) return undefined;
  const [hours, minutes, seconds] = [Number(match[2]), Number(match[3] ?? 0), Number(match[4] ?? 0)];
  if (hours > 15 || minutes > 59 || seconds > 59) return undefined;
  return (match[1] === '-' ? -1000 : 1000) * (hours * 3600 + minutes * 60 + seconds);
}

function momentInZone(timeZone: string, local: number): Parsed<Date> {
  const [first, second] = resolveLocalTime(timeZone, local);
  const time = formatLocal(local).replace('T', ' ');
  if (first === undefined) return invalid('problem.timeSkipped', { time, timeZone });
  if (second !== undefined) {
    const params = { time, timeZone, first: withOffset(timeZone, first), second: withOffset(timeZone, second) };
    return invalid('problem.timeTwice', params);
  }
  const moment = new Date(first);
  return validUnless(validate(moment), moment);
}

function formatInZone(timeZone: string, moment: Date): string {
  const local = moment.getTime() + offsetAt(timeZone, moment.getTime());
  // In the first and last hours that can be stored, the local time may be in a year that cannot be entered.
  if (local < FIRST || local > LAST) return moment.toISOString();
  return resolveLocalTime(timeZone, local).length === 1 ? formatLocal(local) : withOffset(timeZone, moment.getTime());
}

function withOffset(timeZone: string, moment: number): string {
  const offset = offsetAt(timeZone, moment);
  return formatLocal(moment + offset) + formatOffset(offset);
}

/** The shortest exact format: seconds are omitted if they are zero. */
function formatLocal(local: number): string {
  const iso = new Date(local).toISOString().slice(0, -1);
  if (!iso.endsWith('.000')) return iso;
  return iso.endsWith(':00.000') ? iso.slice(0, -7) : iso.slice(0, -4);
}
