import { z } from 'zod';
import { parseArray } from '../../database/values.ts';
import { arrayLiteral, quoteLiteral } from '../../sql/quote.ts';
import type { BaseFieldType, FieldInfo } from '../field-type.ts';
import type { Issue } from '../issue.ts';
import { createIssue, invalid, validUnless } from '../issue.ts';

type Item = string | number;
const items = z.array(z.union([z.string(), z.number()]));

/**
 * Arrays of unmanaged tables may have NULL items and several dimensions. Arrays of types that the driver does not know (enums,
 * citext) are PostgreSQL's text.
 */
const anyItems = z.array(z.unknown());
const arrayText = z
  .string()
  .regex(/^(?:\[[-\d:\][]+=)?\{.*\}$/s)
  .transform((text) => parseArray(text));
const dbItems = z.union([anyItems, arrayText]);

/**
 * Several values of one type in one column: strings, integers or choices, in the order given. An empty array is `[]`; NULL is
 * allowed only if the field is nullable.
 */
export const array: BaseFieldType<readonly (Item | null)[]> = {
  name: 'array',
  sqlType: (field) => `${getItem(field).type.sqlType(getItem(field))}[]`,
  sqlDefault(field) {
    const literal = items.safeParse(field.default);
    if (literal.success) return quoteLiteral(arrayLiteral(literal.data));
    const mayBeEmpty = field.default === undefined && !field.nullable && !(Number(field.min) > 0);
    return mayBeEmpty ? "'{}'" : undefined;
  },
  /** The lengths of strings are checked only by `app.write`, because a CHECK cannot have a condition on each item of an array. */
  checks(field) {
    const { min, max } = field;
    const item = getItem(field);
    const bounds = item.typeName === 'integer' ? item : undefined;
    // The explicit type makes the condition differ between item types.
    const typedNull = `null::${item.type.sqlType(item)}`;
    return [
      { suffix: 'items', sql: (column) => `array_position(${column}, ${typedNull}) is null` },
      ...(min === undefined ? [] : [{ suffix: 'min', sql: (column: string) => `cardinality(${column}) >= ${min}` }]),
      ...(max === undefined ? [] : [{ suffix: 'max', sql: (column: string) => `cardinality(${column}) <= ${max}` }]),
      ...(item.typeName === 'choice' ? [{ suffix: 'choice', sql: containedIn(item.values) }] : []),
      ...(bounds?.min === undefined
        ? []
        : [{ suffix: 'item_min', sql: (column: string) => `${bounds.min} <= all (${column})` }]),
      ...(bounds?.max === undefined
        ? []
        : [{ suffix: 'item_max', sql: (column: string) => `${bounds.max} >= all (${column})` }]),
    ];
  },

  dbSchema: dbItems,
  decode: itemsIn,
  unexpected: (dbValue) => !items.safeParse(dbValue).success,
  encode: arrayLiteral,
  cast: (field) => `${getItem(field).type.cast(getItem(field))}[]`,

  /** One item per line; blank lines are ignored. New items are never NULL: only unmanaged tables contain NULL items. */
  parse(text, field, timeZone) {
    const item = getItem(field);
    const value: Item[] = [];
    for (const line of splitLines(text)) {
      if (line.trim() === '') continue;
      const parsed = item.type.parse(line, item, timeZone);
      if (!parsed.ok) return parsed;
      value.push(...itemsIn([parsed.value]));
    }
    return validUnless(validate(value, field), value);
  },
  validate: (value, field) => validate(value, field),
  parseChange(text, stored, field, timeZone) {
    // fault: stored-items-parsed
    const before = shownParts(stored);
    const parts = field.type.filter === 'values' ? chosenParts(text, before) : matchItems(text, before);
    const value: (Item | null)[] = [];
    for (const part of parts) {
      if (typeof part !== 'string') {
        // A PostgreSQL array cannot mix strings with nested arrays, so the nested arrays would have to become strings.
        if (Array.isArray(part.item)) return invalid('problem.arrayNested');
        value.push(...storedItems([part.item]));
      } else if (part.trim() !== '') {
        const parsed = getItem(field).type.parse(part, getItem(field), timeZone);
        if (!parsed.ok) return parsed;
        value.push(...itemsIn([parsed.value]));
      }
    }
    return validUnless(validate(value, field, storedItems(stored)), value);
  },
  validateChange: (value, stored, field) => validate(value, field, storedItems(stored)),

  align: 'start',

  widget: (field) => (getItem(field).typeName === 'choice' ? 'boxes' : 'textarea'),
  text: (dbValue) => shownItems(dbValue).join('\n'),

  filter: 'typed',
  sortable: false,
  searchable: false,
  exported: (dbValue) => (Array.isArray(dbValue) ? dbValue : []),
};

/** An array of choices, for which the form has checkboxes instead of a text input. */
export const arrayOfChoices: BaseFieldType<readonly (Item | null)[]> = { ...array, filter: 'values' };

/** An item, NULL or a nested array, with the lines that a form shows for it. */
interface ShownItem {
  readonly item: unknown;
  readonly lines: readonly string[];
}

function shownParts(stored: unknown): readonly ShownItem[] {
  const list: readonly unknown[] = Array.isArray(stored) ? stored : [];
  return shownItems(list).map((text, at) => ({ item: list[at], lines: splitLines(String(text ?? '')) }));
}

/**
 * Checkboxes have no order, so items that are still ticked keep their positions, repeated ones included, and new items are
 * appended.
 */
function chosenParts(text: string, before: readonly ShownItem[]): readonly (string | ShownItem)[] {
  const chosen = new Set(splitLines(text));
  // An empty item and NULL have no checkbox.
  const kept = before.filter(({ lines }) => lines.every((line) => line === '' || chosen.has(line)));
  const shown = new Set(kept.flatMap(({ lines }) => lines));
  return [...kept, ...[...chosen].filter((line) => !shown.has(line))];
}

/**
 * Matches the lines of the submitted text with the items shown: first from both ends, then in between. Lines without a match are
 * returned as strings.
 */
function matchItems(text: string, shown: readonly ShownItem[]): readonly (string | ShownItem)[] {
  const lines = splitLines(text);
  let start = 0;
  let first = 0;
  for (let next = shown[0]; next && isAt(lines, start, lines.length, next); next = shown[first]) {
    start += next.lines.length;
    first += 1;
  }
  let end = lines.length;
  let last = shown.length;
  for (let next = shown[last - 1]; next && last > first; next = shown[last - 1]) {
    if (!isAt(lines, Math.max(start, end - next.lines.length), end, next)) break;
    end -= next.lines.length;
    last -= 1;
  }
  const others = new Map<string, ShownItem>();
  for (const each of shown.slice(first, last)) others.set(each.lines[0] ?? '', each);
  const parts: (string | ShownItem)[] = shown.slice(0, first);
  while (start < end) {
    const line = lines[start] ?? '';
    const other = others.get(line);
    const isOther = other !== undefined && isAt(lines, start, end, other);
    parts.push(isOther ? other : line);
    start += isOther ? other.lines.length : 1;
  }
  return [...parts, ...shown.slice(last)];
}

/** Whether the lines from `start` to before `end` are those of the item. */
function isAt(lines: readonly string[], start: number, end: number, item: ShownItem): boolean {
  return start + item.lines.length <= end && item.lines.every((line, at) => lines[start + at] === line);
}

function splitLines(text: string): readonly string[] {
  return text.split(/\r\n|\r|\n/);
}

/** `before`: items that are already stored, which are not validated. */
function validate(value: unknown, field: FieldInfo, before: readonly unknown[] = []): Issue | undefined {
  const { min, max } = field;
  if (!Array.isArray(value)) return createIssue('problem.items');
  const { length } = value;
  if (typeof min === 'number' && length < min) return createIssue('problem.tooFewItems', { min, length });
  if (typeof max === 'number' && length > max) return createIssue('problem.tooManyItems', { max, length });
  const item = getItem(field);
  const stored = new Set<unknown>(before);
  for (const member of value) {
    if (stored.has(member)) continue;
    const issue = item.type.validate(member, item);
    if (issue !== undefined) return issue;
    // Forms show each item on a line of its own, so an item must survive that unchanged.
    if (typeof member === 'string' && (member === '' || member.trim() !== member))
      return createIssue('problem.itemSpaces');
  }
  return undefined;
}

function getItem({ item, name }: FieldInfo): FieldInfo {
  if (item === undefined) throw new TypeError(`${name} is not an array.`);
  return item;
}

/**
 * The items as pages show them: NULL as an empty value, nested arrays as PostgreSQL's text.
 *
 * @example shownItems(['a', null, ['b', 'c']]) // ['a', null, '{"b","c"}']
 */
export function shownItems(dbValue: unknown): readonly (Item | null)[] {
  const list: readonly unknown[] = Array.isArray(dbValue) ? dbValue : [];
  return list.map((item) => {
    if (item === null || typeof item === 'number') return item;
    return Array.isArray(item) ? nestedText(item) : String(item);
  });
}

function nestedText(list: readonly unknown[]): string {
  return `{${list.map((item) => (Array.isArray(item) ? nestedText(item) : item === null ? 'NULL' : arrayLiteral([String(item)]).slice(1, -1))).join(',')}}`;
}

/** Without NULL items and nested arrays, which occur only in unmanaged tables. */
function itemsIn(dbValue: unknown): readonly Item[] {
  return storedItems(dbValue).filter((item) => item !== null);
}

function storedItems(dbValue: unknown): readonly (Item | null)[] {
  const list: readonly unknown[] = Array.isArray(dbValue) ? dbValue : [];
  return list.filter((item) => item === null || typeof item === 'string' || typeof item === 'number');
}

function containedIn(values: readonly string[]): (column: string) => string {
  return (column) => `${column} <@ array[${values.map(quoteLiteral).join(', ')}]`;
}
