import { z } from 'zod';
import { arrayLiteral } from '../array-literal.ts';
import type { FieldType, Issue } from '../kind.ts';
import { issue, unless } from '../parsed.ts';
import type { FieldInfo } from '../registry.ts';
import { sqlLiteral } from '../sql-literal.ts';

type Item = string | number;
const items = z.array(z.union([z.string(), z.number()]));
/** What a list shows of a long array. */
const LISTED = 10;

/**
 * Several values of one kind in one column: texts, whole numbers or choices, in the order in which they were given. An empty
 * one is `[]`, and NULL only where the field may be NULL.
 */
export const array: FieldType<readonly Item[]> = {
  kind: 'array',
  sqlType: (field) => `${itemOf(field).spec.sqlType(itemOf(field))}[]`,
  sqlDefault(field) {
    const preset = items.safeParse(field.default);
    if (preset.success) return sqlLiteral(arrayLiteral(preset.data));
    const mayBeEmpty = field.default === undefined && !field.nullable && !(Number(field.min) > 0);
    return mayBeEmpty ? "'{}'" : undefined;
  },
  /** The lengths of texts are the write door's alone: PostgreSQL has no condition over each item of an array of texts. */
  checks(field) {
    const { min, max } = field;
    const item = itemOf(field);
    const one = item.kind === 'integer' ? item : undefined;
    // The type is named, so that an array of other items has another condition.
    const nothing = `null::${item.spec.sqlType(item)}`;
    return [
      { suffix: 'items', sql: (column) => `array_position(${column}, ${nothing}) is null` },
      ...(min === undefined ? [] : [{ suffix: 'min', sql: (column: string) => `cardinality(${column}) >= ${min}` }]),
      ...(max === undefined ? [] : [{ suffix: 'max', sql: (column: string) => `cardinality(${column}) <= ${max}` }]),
      ...(item.kind === 'choice' ? [{ suffix: 'choice', sql: among(item.values) }] : []),
      ...(one?.min === undefined
        ? []
        : [{ suffix: 'item_min', sql: (column: string) => `${one.min} <= all (${column})` }]),
      ...(one?.max === undefined
        ? []
        : [{ suffix: 'item_max', sql: (column: string) => `${one.max} >= all (${column})` }]),
    ];
  },

  wire: items,
  decode: itemsIn,
  encode: arrayLiteral,
  cast: (field) => `${itemOf(field).spec.cast(itemOf(field))}[]`,

  /** One a line; lines with nothing on them are none. */
  parse(text, field, zone) {
    const item = itemOf(field);
    const value: Item[] = [];
    for (const line of text.split(/\r\n|\r|\n/)) {
      if (line.trim() === '') continue;
      const parsed = item.spec.parse(line, item, zone);
      if (!parsed.ok) return parsed;
      value.push(...itemsIn([parsed.value]));
    }
    return unless(validate(value, field), value);
  },
  validate,

  cell(field, show) {
    const item = itemOf(field);
    const cell = item.spec.cell(item, show);
    const badge = (one: Item): string => {
      const html = cell(one, {});
      return html.startsWith('<span') ? html : `<span class="badge">${html}</span>`;
    };
    return (wire) => {
      const all = itemsIn(wire);
      const shown = show.whole === true ? all : all.slice(0, LISTED);
      const more = all.length > shown.length ? [`<span class="badge">+${all.length - shown.length}</span>`] : [];
      return [...shown.map(badge), ...more].join(' ');
    };
  },
  align: 'start',

  widget: (field) => (itemOf(field).kind === 'choice' ? 'boxes' : 'textarea'),
  text: (wire) => itemsIn(wire).join('\n'),

  filter: 'typed',
  sortable: false,
  searchable: false,
  exported: itemsIn,
};

/** Where the items are known, boxes are ticked and nothing is typed. */
export const arrayOfChoices: FieldType<readonly Item[]> = { ...array, filter: 'values' };

function validate(value: unknown, field: FieldInfo): Issue | undefined {
  const { min, max } = field;
  if (!Array.isArray(value)) return issue('problem.items');
  const { length } = value;
  if (typeof min === 'number' && length < min) return issue('problem.tooFewItems', { min, length });
  if (typeof max === 'number' && length > max) return issue('problem.tooManyItems', { max, length });
  const item = itemOf(field);
  for (const one of value) {
    const found = item.spec.validate(one, item);
    if (found !== undefined) return found;
    // A line is how an item is written in a form, so nothing may be lost there.
    if (typeof one === 'string' && (one === '' || one.trim() !== one)) return issue('problem.itemSpaces');
  }
  return undefined;
}

function itemOf({ item, name }: FieldInfo): FieldInfo {
  if (item === undefined) throw new TypeError(`${name} is no array.`);
  return item;
}

/** NULL stands only in tables that others keep. */
function itemsIn(wire: unknown): readonly Item[] {
  const list: readonly unknown[] = Array.isArray(wire) ? wire : [];
  return list.filter((one) => typeof one === 'string' || typeof one === 'number');
}

function among(values: readonly string[]): (column: string) => string {
  return (column) => `${column} <@ array[${values.map(sqlLiteral).join(', ')}]`;
}
