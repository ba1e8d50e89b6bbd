import { firstMomentOf, isCalendarDate, localMilliseconds } from '../model/calendar.ts';
import type { FieldInfo } from '../model/field-type.ts';
import { valueField } from './field-sql.ts';
import { exactValue } from './search.ts';
import type { Filter } from './types.ts';

/** "Is empty" in a query string. Not an empty string, which an empty input sends. */
export const NO_VALUE = '+none';
/** "Has any value" in a query string. */
export const SOME_VALUE = '+some';

const MAX_VALUES = 100;

/**
 * Parses `f.status=open&f.status=new`. Several values are alternatives; empty strings are ignored. Undefined if a value is not
 * valid for the field, or "is empty" is used on a field that cannot be empty.
 */
export function parseOneOf(field: FieldInfo, texts: readonly string[], timeZone: string): Filter | 'none' | undefined {
  if (texts.length > MAX_VALUES) return undefined;
  if (field.type.filter === 'presence') return parsePresence(field, texts);
  const typeField = field.item ?? field;
  const mayBeEmpty = field.nullable || field.through !== undefined || field.item !== undefined;
  const values = new Set<string | null>();
  for (const text of texts) {
    if (text === '') continue;
    if (text === NO_VALUE) {
      if (!mayBeEmpty) return undefined;
      values.add(null);
      continue;
    }
    const value = exactValue(typeField, text, timeZone);
    if (value === undefined || !isDeclared(field, value)) return undefined;
    values.add(value);
  }
  return values.size === 0 ? 'none' : { field, is: 'oneOf', values: [...values].sort(emptyFirst) };
}

/** Parses `f.scan=+some` and `f.scan=+none`; both together do not filter. */
function parsePresence(field: FieldInfo, texts: readonly string[]): Filter | 'none' | undefined {
  const selected = new Set(texts.filter((text) => text !== ''));
  const [some, none] = [selected.delete(SOME_VALUE), selected.delete(NO_VALUE)];
  if (selected.size > 0 || (none && !field.nullable)) return undefined;
  if (some === none) return 'none';
  return some ? { field, is: 'present' } : { field, is: 'oneOf', values: [null] };
}

export type RangeEnd = 'from' | 'to';

/**
 * Parses `f.startsAt.from=2026-01-01&f.startsAt.to=2026-01-31`. Both are inclusive: a day, a minute or a second ends at its last
 * moment in the time zone. Returns an array of the ends that are invalid, if any are.
 */
export function parseRange(
  field: FieldInfo,
  fromText: string,
  toText: string,
  timeZone: string,
): Filter | 'none' | readonly RangeEnd[] {
  const from = fromText === '' ? undefined : bound(field, fromText, timeZone, startOf(field, fromText, timeZone));
  const to = toText === '' ? undefined : bound(field, toText, timeZone, endOf(field, toText, timeZone));
  const unreadable: RangeEnd[] = [
    ...(fromText !== '' && from === undefined ? (['from'] as const) : []),
    ...(toText !== '' && to === undefined ? (['to'] as const) : []),
  ];
  if (unreadable.length > 0) return unreadable;
  return from === undefined && to === undefined ? 'none' : { field, is: 'range', from, to };
}

function bound(field: FieldInfo, text: string, timeZone: string, moment: string | undefined): string | undefined {
  return moment ?? exactValue(field, text, timeZone);
}

function startOf(field: FieldInfo, text: string, timeZone: string): string | undefined {
  if (field.typeName === 'timestamp') return startOfDay(text, timeZone);
  return field.typeName === 'localDateTime' ? wallClock(startOfDay(text, 'UTC')) : undefined;
}

function endOf(field: FieldInfo, text: string, timeZone: string): string | undefined {
  if (field.typeName === 'timestamp') return endOfDay(text, timeZone) ?? endOfMoment(field, text, timeZone);
  if (field.typeName === 'localDateTime') return wallClock(endOfDay(text, 'UTC')) ?? endOfClock(field, text);
  return field.typeName === 'time' ? endOfClock(field, text) : undefined;
}

// The format of `parseLocalTime`, to find out whether there are seconds, and how many digits follow them.
const CLOCK = /^(?:\d{4}-\d\d-\d\d[Tt ])?\d\d:\d\d(?::\d\d(?:[.,](\d{1,3}))?)?/;
const TO_THE_MINUTE = /^(?:\d{4}-\d\d-\d\d[Tt ])?\d\d:\d\d(?!:)/;

/** The last microsecond of an entered minute, second or fraction of a second, since columns can be more precise than the input. */
function endOfMoment(field: FieldInfo, text: string, timeZone: string): string | undefined {
  const start = exactValue(field, text, timeZone);
  if (start === undefined) return undefined;
  const typed = text.trim();
  const digits = CLOCK.exec(typed)?.[1]?.length ?? 0;
  const milliseconds = TO_THE_MINUTE.test(typed) ? 60_000 : 10 ** (3 - digits);
  return isoText(Date.parse(start) + milliseconds - 1).replace('Z', '999Z');
}

function endOfClock(field: FieldInfo, text: string): string | undefined {
  const start = exactValue(field, text);
  if (start === undefined) return undefined;
  return `${TO_THE_MINUTE.test(text.trim()) ? start.replace(/00$/, '59') : start}.999999`;
}

function wallClock(moment: string | undefined): string | undefined {
  return moment?.replace('T', ' ').replace('Z', '');
}

/** Choices are a closed set, so any other value is an error in the query string, and not an empty list. */
function isDeclared(field: FieldInfo, value: string): boolean {
  const { values } = valueField(field);
  return values.length === 0 || values.includes(value);
}

function emptyFirst(one: string | null, other: string | null): number {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? -1 : 1;
  return one < other ? -1 : 1;
}

const DAY = 86_400_000;
const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/** The day's first moment in a time zone, as ISO text; undefined if the text is not a date. */
function startOfDay(text: string, timeZone: string): string | undefined {
  const midnight = midnightOf(text);
  return midnight === undefined ? undefined : isoText(firstMomentOf(midnight, timeZone));
}

/** The day's last moment in a time zone, to the microsecond, the resolution of PostgreSQL's timestamps. */
function endOfDay(text: string, timeZone: string): string | undefined {
  const midnight = midnightOf(text);
  if (midnight === undefined) return undefined;
  return isoText(firstMomentOf(midnight + DAY, timeZone) - 1).replace('Z', '999Z');
}

/** Limited to four-digit years, which the first and last days exceed in some time zones. */
function isoText(moment: number): string {
  return new Date(Math.min(Math.max(moment, EARLIEST), LATEST)).toISOString();
}

function midnightOf(text: string): number | undefined {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined || !isCalendarDate(year, month, day))
    return undefined;
  return localMilliseconds({ year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0 });
}
