/** A date and a time of day on the Gregorian calendar, which zone whatever. Months and days count from 1. */
export interface Wall {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** Years 0001 to 9999: four digits, so that texts sort as dates do, and no year that calendars disagree about. */
export function isCalendarDate(year: number, month: number, day: number): boolean {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

export function isTimeOfDay(hour: number, minute: number, second: number): boolean {
  return hour <= 23 && minute <= 59 && second <= 59;
}

/** The milliseconds since 1970 that a wall clock at Greenwich would mean. */
export function asIfUtc(wall: Wall): number {
  const date = new Date(0);
  // Date.UTC would take the years 1 to 99 for 1901 to 1999.
  date.setUTCFullYear(wall.year, wall.month - 1, wall.day);
  return date.setUTCHours(wall.hour, wall.minute, wall.second, wall.millisecond);
}

const WALL = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?$/i;

/** `2026-11-20T10:44`, `2026-11-20 10:44:15.123`; undefined when it is no such text or no such time. */
export function readWall(text: string): Wall | undefined {
  const match = WALL.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = 0, fraction = ''] = match;
  // Digits past the millisecond would be lost silently; zeros there lose nothing.
  if (/[1-9]/.test(fraction.slice(3))) return undefined;
  const wall = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    millisecond: Number(fraction.slice(0, 3).padEnd(3, '0')),
  };
  const real = isCalendarDate(wall.year, wall.month, wall.day) && isTimeOfDay(wall.hour, wall.minute, wall.second);
  return real ? wall : undefined;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
