// Formats the results of inputs. Rows of `records` and `query` are recognised by identity, so that they can be plain values.
import { inspect } from 'node:util';
import { columns, paint, plainText } from '../terminal.ts';

type Row = Readonly<Record<string, unknown>>;

export interface TableOptions {
  /** The columns to show first; the others follow in the order of the rows. */
  readonly first?: readonly string[];
  /** Printed as the last line. */
  readonly note?: string | undefined;
}

const tables = new WeakMap<readonly Row[], TableOptions>();
const rows = new WeakSet<object>();
const texts = new WeakMap<object, string>();

const MAX_CELL = 40;
const MAX_DEPTH = 4;
const MAX_LINE = 120;
const REORDERING = /[\u202a-\u202e\u2066-\u2069]/gu;
const GAP = 2;

/** Marks an array to be shown as a table. */
export function markAsTable(shown: readonly Row[], options: TableOptions = {}): void {
  tables.set(shown, options);
}

/** Marks an object to be shown with one line per field. */
export function markAsRow(shown: object): void {
  rows.add(shown);
}

/** Marks an object to be shown as this text, because it is large or contains secrets. */
export function markAsText(shown: object, text: string): void {
  texts.set(shown, text);
}

/**
 * Formats a value for the terminal.
 *
 * @example
 * id  name           country
 * 1   Zürich         CH
 * 1 row.
 */
export function valueText(value: unknown, width: number): string {
  if (typeof value === 'object' && value !== null) {
    const table = Array.isArray(value) ? tables.get(value) : undefined;
    if (table !== undefined) return tableText(value as readonly Row[], table, width);
    if (rows.has(value)) return rowText(value as Row);
    const text = texts.get(value);
    if (text !== undefined) return text;
  }
  const colors = paint('bold', 'x') !== 'x';
  // `inspect` escapes control characters in strings, but not the ones that reorder text.
  return inspect(value, { depth: MAX_DEPTH, colors, breakLength: Math.min(width, MAX_LINE) }).replace(
    REORDERING,
    '\ufffd',
  );
}

function tableText(shown: readonly Row[], { first = [], note }: TableOptions, width: number): string {
  const count = shown.length === 1 ? '1 row.' : `${shown.length} rows.`;
  const [example] = shown;
  if (example === undefined) return 'No rows.';
  const names = [...new Set([...first, ...Object.keys(example)])].filter((name) => name in example);
  const cells = names.map((name) => [name, ...shown.map((row) => cellText(row[name]))]);
  const fitting = howManyFit(cells, width);
  const left = names.slice(fitting);
  const [header = '', ...lines] = columns(
    ['', ...shown].map((_row, line) => cells.slice(0, fitting).map((column) => column[line] ?? '')),
  );
  return [
    paint('bold', header),
    ...lines,
    note === undefined ? count : `${count} ${note}`,
    ...(left.length === 0 ? [] : [paint('dim', `Not shown: ${left.join(', ')}.`)]),
  ].join('\n');
}

/** The number of columns that fit the terminal; at least one. */
function howManyFit(cells: readonly (readonly string[])[], width: number): number {
  let used = 0;
  const beyond = cells.findIndex((column, at) => {
    used += Math.max(...column.map(({ length }) => length)) + (at === 0 ? 0 : GAP);
    return at > 0 && used > width;
  });
  return beyond === -1 ? cells.length : beyond;
}

function rowText(row: Row): string {
  return columns(Object.entries(row).map(([name, value]) => [name, oneLine(value)])).join('\n');
}

function cellText(value: unknown): string {
  const text = oneLine(value);
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text;
}

function oneLine(value: unknown): string {
  if (value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  const text = typeof value === 'object' ? inspect(value, { breakLength: Number.POSITIVE_INFINITY }) : String(value);
  return plainText(text.replaceAll(/\s*\n\s*/g, ' '));
}
