// Local times (a date with a time of day), and their conversion to points in time in a time zone.

/** A date and time of day in the Gregorian calendar, in any time zone. Months and days count from 1. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** Years 0001 to 9999: four digits, so that strings sort like dates, and only years on which calendars agree. */
export function isCalendarDate(year: number, month: number, day: number): boolean {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

export function isTimeOfDay(hour: number, minute: number, second: number): boolean {
  return hour <= 23 && minute <= 59 && second <= 59;
}

/** Milliseconds since 1970, as if the local time were UTC. */
export function localMilliseconds(local: LocalTime): number {
  const date = new Date(0);
  // Date.UTC would read the years 1 to 99 as 1901 to 1999.
  date.setUTCFullYear(local.year, local.month - 1, local.day);
  return date.setUTCHours(local.hour, local.minute, local.second, local.millisecond);
}

const LOCAL_TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?$/i;

/** `2026-11-20T10:44`, `2026-11-20 10:44:15.123`; undefined for any other text or a time that does not exist. */
export function parseLocalTime(text: string): LocalTime | undefined {
  const match = LOCAL_TIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = 0, fraction = ''] = match;
  // Digits beyond milliseconds would be lost silently, so only zeros are accepted there.
  if (/[1-9]/.test(fraction.slice(3))) return undefined;
  const local = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    millisecond: Number(fraction.slice(0, 3).padEnd(3, '0')),
  };
  const exists =
    isCalendarDate(local.year, local.month, local.day) && isTimeOfDay(local.hour, local.minute, local.second);
  return exists ? local : undefined;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// ── time zones: their history comes from Intl, that is, from the time zone data in Node

const formats = new Map<string, Intl.DateTimeFormat>();
const OFFSET = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/;
const DAY = 86_400_000;

/** Whether Node knows a time zone: an IANA name, or an offset such as `+05:45`. */
export function isTimeZone(name: string): boolean {
  try {
    return formatFor(name) !== undefined;
  } catch {
    return false;
  }
}

/** The first moment of a day in a time zone; `midnight`: its beginning as if it were in UTC. */
export function firstMomentOf(midnight: number, timeZone: string): number {
  // If clocks were set forward over midnight, the day begins at that moment.
  return resolveLocalTime(timeZone, midnight)[0] ?? midnight - offsetAt(timeZone, midnight - DAY);
}

/** The offset of a time zone from UTC at a moment, in milliseconds. Throws RangeError for an unknown zone. */
export function offsetAt(timeZone: string, moment: number): number {
  const match = OFFSET.exec(formatFor(timeZone).format(moment));
  if (match === null) return 0;
  const [, sign, hours, minutes, seconds = 0] = match;
  const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -offset : offset;
}

/**
 * The moments, in order, at which a time zone has a local time (given as if it were UTC): usually one, two if clocks were set back
 * over it, none if they were set forward over it.
 */
export function resolveLocalTime(timeZone: string, local: number): readonly number[] {
  // A zone's offset changes at most once within two days, so only the offsets before and after can apply.
  const before = local - offsetAt(timeZone, local - DAY);
  const after = local - offsetAt(timeZone, local + DAY);
  return [...new Set([before, after])]
    .filter((moment) => moment + offsetAt(timeZone, moment) === local)
    .sort((one, other) => one - other);
}

/** `+02:00`, with seconds for historical offsets that had them. */
export function formatOffset(offset: number): string {
  const seconds = Math.abs(offset) / 1000;
  const parts = [
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    ...(seconds % 60 === 0 ? [] : [seconds % 60]),
  ];
  return (offset < 0 ? '-' : '+') + parts.map((part) => String(part).padStart(2, '0')).join(':');
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: timeZone, timeZoneName: 'longOffset' });
    formats.set(timeZone, format);
  }
  return format;
}
