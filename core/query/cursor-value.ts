// Whether a text is one that PostgreSQL itself would write for a value of a type. Cursors come back from a browser; a value
// that the database would refuse must not become an error.

import { isStorable } from '../model/plain-text.ts';

type Test = (text: string) => boolean;

const LATEST_YEAR = 294_275;
const DATE = /^(\d{4,6})-(\d\d)-(\d\d)$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.\d{1,6})?$/;
const NUMBER = /^-?(?:\d{1,1000}(?:\.\d{1,1000})?|Infinity)$|^NaN$/;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** By the cast of the column's kind. A type that is not here cannot be in a cursor: its list starts at the top. */
const TESTS: Readonly<Record<string, Test>> = {
  text: isStorable,
  citext: isStorable,
  bpchar: isStorable,
  int4: isWhole(-(2n ** 31n), 2n ** 31n - 1n),
  int8: isWhole(-(2n ** 63n), 2n ** 63n - 1n),
  numeric: (text) => NUMBER.test(text),
  bool: (text) => text === 'true' || text === 'false',
  date: isDate,
  time: isTime,
  timestamp: isTimestamp,
  timestamptz: (text) =>
    text === 'infinity' || text === '-infinity' || (text.endsWith('+00') && isTimestamp(text.slice(0, -3))),
  uuid: (text) => UUID.test(text),
};
const OTHER_NAMES: Readonly<Record<string, string>> = {
  integer: 'int4',
  bigint: 'int8',
  boolean: 'bool',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
};

export function isTextOfType(text: string, cast: string): boolean {
  return TESTS[OTHER_NAMES[cast] ?? cast]?.(text) ?? false;
}

function isWhole(least: bigint, most: bigint): Test {
  return (text) => {
    if (!/^-?\d{1,19}$/.test(text)) return false;
    const number = BigInt(text);
    return number >= least && number <= most;
  };
}

function isDate(text: string): boolean {
  if (text === 'infinity' || text === '-infinity') return true;
  const match = DATE.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 1 || year > LATEST_YEAR || month < 1 || month > 12) return false;
  // Day 0 of the next month is the last one of this; the year 2000 or 2001 stands in, for Date ends before PostgreSQL does.
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return day >= 1 && day <= new Date(Date.UTC(leap ? 2000 : 2001, month, 0)).getUTCDate();
}

function isTime(text: string): boolean {
  const match = TIME.exec(text);
  return match !== null && Number(match[1]) <= 23 && Number(match[2]) <= 59 && Number(match[3]) <= 59;
}

function isTimestamp(text: string): boolean {
  if (text === 'infinity' || text === '-infinity') return true;
  const [date = '', time = '', ...more] = text.split(' ');
  return more.length === 0 && DATE.test(date) && isDate(date) && isTime(time);
}
