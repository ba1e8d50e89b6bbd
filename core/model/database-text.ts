import { isStorable } from './plain-text.ts';

/**
 * Whether a string is PostgreSQL's own output for a value of a type. Used for the parts of keys in URLs and of cursors: they come
 * from a browser, and a value that the database would reject must not cause an error. Each value has exactly one such text, except
 * numeric values, whose scale PostgreSQL keeps.
 *
 * @example isTextOfType('0044-03-15 BC', 'date') // true
 */
export function isTextOfType(text: string, cast: string): boolean {
  return TESTS[TYPE_ALIASES[cast] ?? cast]?.(text) ?? false;
}

/** Whether `isTextOfType` knows the type. */
export function isKnownType(cast: string): boolean {
  return Object.hasOwn(TESTS, TYPE_ALIASES[cast] ?? cast);
}

/** Whether every text is a value of the type. */
export function isTextType(cast: string): boolean {
  return TESTS[cast] === isStorable;
}

type Test = (text: string) => boolean;

/** The last year of a date; timestamps end in the year 294276. */
const LAST_YEAR = 5_874_897;
const LAST_YEAR_OF_MOMENT = 294_276;
const FIRST_YEAR_BC = 4_714;
const DATE = /^(\d{4}|[1-9]\d{4,6})-(\d\d)-(\d\d)( BC)?$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.\d{0,5}[1-9])?$/;
const NUMBER = /^-?(?:(?:0|[1-9]\d*)(?:\.\d+)?|Infinity)$|^NaN$/;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** By the cast of the column's type. */
const TESTS: Readonly<Record<string, Test>> = {
  text: isStorable,
  citext: isStorable,
  bpchar: isStorable,
  int2: isInteger(-(2n ** 15n), 2n ** 15n - 1n),
  int4: isInteger(-(2n ** 31n), 2n ** 31n - 1n),
  int8: isInteger(-(2n ** 63n), 2n ** 63n - 1n),
  numeric: (text) => NUMBER.test(text),
  bool: (text) => text === 'true' || text === 'false',
  date: (text) => isInfinite(text) || isDate(text, LAST_YEAR),
  time: isTime,
  timestamp: isTimestamp,
  timestamptz: isTimestamptz,
  uuid: (text) => UUID.test(text),
};
const TYPE_ALIASES: Readonly<Record<string, string>> = {
  smallint: 'int2',
  integer: 'int4',
  bigint: 'int8',
  boolean: 'bool',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
};

/** Each integer has one text: no `007`, no `+7`, no `-0`. */
const INTEGER = /^(?:0|-?[1-9]\d{0,18})$/;

function isInteger(min: bigint, max: bigint): Test {
  return (text) => {
    if (!INTEGER.test(text)) return false;
    const number = BigInt(text);
    return number >= min && number <= max;
  };
}

function isInfinite(text: string): boolean {
  return text === 'infinity' || text === '-infinity';
}

function isDate(text: string, lastYear: number): boolean {
  const match = DATE.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const isBc = match[4] !== undefined;
  if (year < 1 || year > (isBc ? FIRST_YEAR_BC : lastYear) || month < 1 || month > 12) return false;
  // Day 0 of the next month is the last day of this month. The year is replaced by 2000 or 2001, because Date's range ends before
  // PostgreSQL's. The year before 1 is 1 BC, which is a leap year.
  const counted = isBc ? 1 - year : year;
  const leap = (counted % 4 === 0 && counted % 100 !== 0) || counted % 400 === 0;
  return day >= 1 && day <= new Date(Date.UTC(leap ? 2000 : 2001, month, 0)).getUTCDate();
}

function isTime(text: string): boolean {
  if (text === '24:00:00') return true;
  const match = TIME.exec(text);
  return match !== null && Number(match[1]) <= 23 && Number(match[2]) <= 59 && Number(match[3]) <= 59;
}

/** `2026-11-20 10:44:00.123`, `0044-03-15 00:00:00 BC` */
function isTimestamp(text: string): boolean {
  if (isInfinite(text)) return true;
  const [date = '', time = '', era, ...more] = text.split(' ');
  if (more.length > 0 || (era !== undefined && era !== 'BC')) return false;
  return isDate(era === undefined ? date : `${date} BC`, LAST_YEAR_OF_MOMENT) && isTime(time) && time !== '24:00:00';
}

/** In a session whose time zone is UTC: `2026-11-20 10:44:00.123+00`, `0044-03-15 00:00:00+00 BC` */
function isTimestamptz(text: string): boolean {
  if (isInfinite(text)) return true;
  const match = /^(.*)\+00( BC)?$/.exec(text);
  return match !== null && isTimestamp(`${match[1]}${match[2] ?? ''}`) && !isInfinite(match[1] ?? '');
}
