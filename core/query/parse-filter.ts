import type { FieldInfo } from '../model/registry.ts';
import { exactValue } from './search-sql.ts';
import { valueField } from './sql-names.ts';
import type { Filter } from './types.ts';
import { endOfDay, startOfDay } from './zoned-day.ts';

/** "Is empty" in an address. A word and not an empty text, for that is what an input nobody filled in sends. */
export const NO_VALUE = '+none';
/** "Has one, whatever it is." */
export const SOME_VALUE = '+some';

const MOST_VALUES = 100;

/**
 * `f.status=open&f.status=new`: alternatives; an empty text is none of them. Undefined when a value is none of the field's,
 * or "is empty" is asked of a field that never is.
 */
export function parseOneOf(field: FieldInfo, texts: readonly string[], zone: string): Filter | 'nothing' | undefined {
  if (texts.length > MOST_VALUES) return undefined;
  if (field.spec.filter === 'presence') return parsePresence(field, texts);
  const holder = field.item ?? field;
  const mayBeEmpty = field.nullable || field.through !== undefined || field.item !== undefined;
  const values = new Set<string | null>();
  for (const text of texts) {
    if (text === '') continue;
    if (text === NO_VALUE) {
      if (!mayBeEmpty) return undefined;
      values.add(null);
      continue;
    }
    const value = exactValue(holder, text, zone);
    if (value === undefined || !isKnown(field, value)) return undefined;
    values.add(value);
  }
  return values.size === 0 ? 'nothing' : { field, is: 'oneOf', values: [...values].sort(emptyFirst) };
}

/** `f.scan=+some`, `f.scan=+none`; both of them narrow nothing. */
function parsePresence(field: FieldInfo, texts: readonly string[]): Filter | 'nothing' | undefined {
  const given = new Set(texts.filter((text) => text !== ''));
  const [some, none] = [given.delete(SOME_VALUE), given.delete(NO_VALUE)];
  if (given.size > 0 || (none && !field.nullable)) return undefined;
  if (some === none) return 'nothing';
  return some ? { field, is: 'present' } : { field, is: 'oneOf', values: [null] };
}

/** `f.startsAt.from=2026-01-01&f.startsAt.to=2026-01-31`, both inclusive: a day's end is its last moment in the zone. */
export function parseRange(
  field: FieldInfo,
  fromText: string,
  toText: string,
  zone: string,
): Filter | 'nothing' | undefined {
  if (field.spec.filter !== 'range') return undefined;
  const from = fromText === '' ? undefined : bound(field, fromText, zone, startOf(field, fromText, zone));
  const to = toText === '' ? undefined : bound(field, toText, zone, endOf(field, toText, zone));
  if ((fromText !== '' && from === undefined) || (toText !== '' && to === undefined)) return undefined;
  return from === undefined && to === undefined ? 'nothing' : { field, is: 'range', from, to };
}

function bound(field: FieldInfo, text: string, zone: string, day: string | undefined): string | undefined {
  return day ?? exactValue(field, text, zone);
}

function startOf(field: FieldInfo, text: string, zone: string): string | undefined {
  if (field.kind === 'timestamp') return startOfDay(text, zone);
  return field.kind === 'localDateTime' ? wallClock(startOfDay(text, 'UTC')) : undefined;
}

function endOf(field: FieldInfo, text: string, zone: string): string | undefined {
  if (field.kind === 'timestamp') return endOfDay(text, zone);
  return field.kind === 'localDateTime' ? wallClock(endOfDay(text, 'UTC')) : undefined;
}

function wallClock(moment: string | undefined): string | undefined {
  return moment?.replace('T', ' ').replace('Z', '');
}

/** Choices are a closed set; a value outside of it is a mistake in the address and not an empty list. */
function isKnown(field: FieldInfo, value: string): boolean {
  const { values } = valueField(field);
  return values.length === 0 || values.includes(value);
}

function emptyFirst(one: string | null, other: string | null): number {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? -1 : 1;
  return one < other ? -1 : 1;
}
