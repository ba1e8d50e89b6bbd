// Dates and times without a time zone: `date`, `time`, `localDateTime`. A point in time is in `timestamp.ts`.

import { z } from 'zod';
import { quoteLiteral } from '../../sql/quote.ts';
import { isCalendarDate, isTimeOfDay, localMilliseconds, parseLocalTime } from '../calendar.ts';
import type { BaseFieldType } from '../field-type.ts';
import { createIssue, type Issue, invalid, validUnless } from '../issue.ts';
import { stringDefault } from './text.ts';

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/** A calendar date, `2026-11-20`, independent of time zones. */
export const date: BaseFieldType<string> = {
  name: 'date',
  sqlType: () => 'date',
  defaultWord: 'today',
  sqlDefault(field) {
    if (typeof field.default !== 'string') return undefined;
    return field.default === 'today' ? 'current_date' : quoteLiteral(field.default);
  },
  checks: () => [],

  dbSchema: z.string(),
  decode: (dbValue) => String(dbValue),
  encode: (value) => value,
  cast: () => 'date',

  parse(text) {
    const value = text.trim();
    return validUnless(validateDate(value), value);
  },
  validate: validateDate,

  align: 'start',

  widget: () => 'date',
  text: (dbValue) => String(dbValue),

  filter: 'range',
  sortable: true,
  searchable: false,
  exported: (dbValue) => String(dbValue),
};

function validateDate(value: unknown): Issue | undefined {
  const match = typeof value === 'string' ? DATE.exec(value) : null;
  const exists = match !== null && isCalendarDate(Number(match[1]), Number(match[2]), Number(match[3]));
  return exists ? undefined : createIssue('problem.date');
}

const TIME = /^(\d\d):(\d\d)(?::(\d\d))?$/;

/** A time of day to the second, without date or time zone: `09:30` or `09:30:15`. */
export const time: BaseFieldType<string> = {
  name: 'time',
  sqlType: () => 'time(0)',
  sqlDefault: stringDefault,
  checks: () => [],

  dbSchema: z.string(),
  decode: (dbValue) => String(dbValue),
  encode: (value) => value,
  cast: () => 'time',
  // As an interval, 24:00 would become 00:00.
  // fault: end-of-day-as-its-beginning
  rounded: (column) => `case when ${column} = '24:00' then ${column} else date_trunc('second', ${column})::time end`,

  /** Adds seconds, so that the value equals what the database returns. */
  parse(text) {
    const typed = text.trim();
    return validUnless(validateTime(typed), typed.length === 5 ? `${typed}:00` : typed);
  },
  validate: validateTime,

  align: 'start',

  widget: () => 'time',
  text: (dbValue) => withoutZeroSeconds(String(dbValue).replace(/\.\d+$/, '')),

  filter: 'range',
  sortable: true,
  searchable: false,
  exported: (dbValue) => String(dbValue),
};

function validateTime(value: unknown): Issue | undefined {
  const match = typeof value === 'string' ? TIME.exec(value) : null;
  const exists = match !== null && isTimeOfDay(Number(match[1]), Number(match[2]), Number(match[3] ?? 0));
  return exists ? undefined : createIssue('problem.time');
}

function withoutZeroSeconds(dbValue: string): string {
  return dbValue.length === 8 && dbValue.endsWith(':00') ? dbValue.slice(0, 5) : dbValue;
}

const DB_VALUE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?$/;

/** A local date and time, to the second: `2001-01-01 00:47:00`. It has no time zone, so it never shifts. */
export const localDateTime: BaseFieldType<string> = {
  name: 'localDateTime',
  sqlType: () => 'timestamp(0)',
  sqlDefault: stringDefault,
  checks: () => [],

  dbSchema: z.string(),
  decode: (dbValue) => String(dbValue),
  encode: (value) => value,
  cast: () => 'timestamp',
  rounded: (column) => `date_trunc('second', ${column})`,

  parse(text) {
    const milliseconds = wholeSeconds(text.trim());
    if (milliseconds === undefined) return invalid('problem.localDateTime');
    const value = new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');
    return validUnless(validateLocalDateTime(value), value);
  },
  validate: validateLocalDateTime,

  align: 'start',

  widget: () => 'datetime-local',
  text(dbValue) {
    const stored = String(dbValue);
    const text = (DB_VALUE.test(stored) ? stored.slice(0, 19) : stored).replace(' ', 'T');
    return text.length === 19 && text.endsWith(':00') ? text.slice(0, 16) : text;
  },

  filter: 'range',
  sortable: true,
  searchable: false,
  exported: (dbValue) => String(dbValue),
};

function validateLocalDateTime(value: unknown): Issue | undefined {
  return typeof value === 'string' && wholeSeconds(value) !== undefined
    ? undefined
    : createIssue('problem.localDateTime');
}

/** The milliseconds of a local time, as if it were UTC; undefined if it is invalid or has fractional seconds. */
function wholeSeconds(text: string): number | undefined {
  const local = parseLocalTime(text);
  return local === undefined || local.millisecond !== 0 ? undefined : localMilliseconds(local);
}
