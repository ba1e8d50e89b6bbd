/** Finds rows that may make a change fail, with SQL to run before the migration. */
import { quoteName, quoteTable } from '../sql/quote.ts';
import { castBetween, family } from './cast.ts';
import type { Change } from './change.ts';
import type { CheckShape, ColumnShape, ForeignKeyShape } from './shape.ts';
import { tokenize } from './statements.ts';

/** Lines of a message: a sentence, the query, and the SQL to add before the change if there are such rows. */
export type ConflictingRows = readonly string[];

/** Rows that may make this change fail; undefined if no row can. */
export function conflictingRows(change: Change, changes: readonly Change[]): ConflictingRows | undefined {
  const before = new Before(changes);
  switch (change.kind) {
    case 'addColumn':
      return newColumn(change.table, change.column, before);
    case 'addCheck':
      return newCheck(change.table, change.check, before, changes);
    case 'addForeignKey':
      return newForeignKey(change.table, change.foreignKey, before, changes);
    case 'addUnique':
    case 'addPrimaryKey':
      return newUnique(change.table, { columns: change.key.columns, ignoresCase: false }, before, changes);
    case 'addIndex':
      return change.index.method === 'uniqueLower'
        ? newUnique(
            change.table,
            { columns: change.index.columns.map(({ name }) => name), ignoresCase: true },
            before,
            changes,
          )
        : undefined;
    case 'alterColumn':
      return change.before.nullable && !change.after.nullable ? notNull(change.table, change.after, before) : undefined;
    default:
      return undefined;
  }
}

/** The rows whose values a conversion rejects or changes. */
export function convertedRows(change: Extract<Change, { kind: 'alterColumn' }>, changes: readonly Change[]): string {
  const before = new Before(changes);
  const column = quoteName(before.column(change.table, change.after.name));
  const condition = rejectedBy(column, change.before.type, change.after.type);
  const needs = condition.includes('pg_input_is_valid') ? ' (PostgreSQL 16 or newer)' : '';
  return find(before.table(change.table), condition, needs);
}

const FIND_THEM = 'Find these rows: ';

function find(table: string, condition: string, needs = ''): string {
  return `${FIND_THEM.replace(': ', `${needs}: `)}select * from ${quoteTable(table)} where ${condition};`;
}

function newColumn(table: string, column: ColumnShape, before: Before): ConflictingRows | undefined {
  if (column.nullable || column.identity || column.default !== null) return undefined;
  const [target, name] = [quoteTable(table), quoteName(column.name)];
  return [
    `Fails if ${table} has rows, because they have no value for ${column.name}.`,
    `${FIND_THEM}select * from ${quoteTable(before.table(table))};`,
    'If it has rows, use three steps instead:',
    `alter table ${target} add column ${name} ${column.type};`,
    `update ${target} set ${name} = ...;`,
    `alter table ${target} alter column ${name} set not null;`,
  ];
}

function notNull(table: string, column: ColumnShape, before: Before): ConflictingRows {
  const name = quoteName(column.name);
  return [
    `Fails if ${column.name} is null in a row of ${table}.`,
    find(before.table(table), `${quoteName(before.column(table, column.name))} is null`),
    'If so, set a value first:',
    `update ${quoteTable(table)} set ${name} = ${column.default ?? '...'} where ${name} is null;`,
  ];
}

function newCheck(
  table: string,
  check: CheckShape,
  before: Before,
  changes: readonly Change[],
): ConflictingRows | undefined {
  const dropped = changes.flatMap((change) =>
    change.kind === 'dropCheck' && change.table === table ? [change.check.condition] : [],
  );
  const isConverted = before.hasConverted(table, check.condition);
  const implied = dropped.some((old) => implies(before.renamed(table, old), check.condition));
  if (before.hasAdded(table, check.condition) || (implied && !isConverted)) return undefined;
  return [
    `Fails if a row of ${table} violates: ${check.condition}`,
    find(before.table(table), `not (${before.expression(table, check.condition)})`),
  ];
}

/** Whether every row that meets one condition also meets the other, as with a longer max, a lower min or an additional choice. */
function implies(one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [boundOf(one), boundOf(other)];
  if (a !== undefined && b !== undefined && a.of === b.of) return a.isMax ? a.bound <= b.bound : a.bound >= b.bound;
  const [values, more] = [choicesOf(one), choicesOf(other)];
  return (
    values !== undefined &&
    more !== undefined &&
    values.of === more.of &&
    values.texts.every((text) => more.texts.includes(text))
  );
}

function boundOf(
  condition: string,
): { readonly of: string; readonly isMax: boolean; readonly bound: number } | undefined {
  const plain = /^(.+) (<=|>=) (-?[\d.]+)$/s.exec(condition);
  if (plain !== null) {
    const [, left = '', sign = '', bound = ''] = plain;
    return { of: `${left} ${sign}`, isMax: sign === '<=', bound: Number(bound) };
  }
  const items = /^(-?[\d.]+) (<=|>=) (all \(.+\))$/s.exec(condition);
  if (items === null) return undefined;
  const [, bound = '', sign = '', right = ''] = items;
  return { of: `${sign} ${right}`, isMax: sign === '>=', bound: Number(bound) };
}

function choicesOf(condition: string): { readonly of: string; readonly texts: readonly string[] } | undefined {
  const match = /^(.+?) in \((.+)\)$/s.exec(condition);
  if (match === null) return undefined;
  const [, of = '', list = ''] = match;
  return { of, texts: tokenize(list).flatMap(({ kind, text }) => (kind === 'text' ? [text] : [])) };
}

function newForeignKey(
  table: string,
  key: ForeignKeyShape,
  before: Before,
  changes: readonly Change[],
): ConflictingRows | undefined {
  const same = (other: ForeignKeyShape): boolean =>
    JSON.stringify([other.columns, other.target, other.targetColumns]) ===
    JSON.stringify([key.columns, key.target, key.targetColumns]);
  const isKept = changes.some(
    (change) => change.kind === 'dropForeignKey' && change.table === table && same(change.foreignKey),
  );
  const isNew = before.isCreated(table) || key.columns.some((column) => before.isAdded(table, column));
  if (isKept || isNew) return undefined;
  const columns = key.columns.map((column) => quoteName(before.column(table, column)));
  const filled = columns.map((column) => `c.${column} is not null`).join(' and ');
  const isRetyped = key.columns.some(
    (column, at) => before.isRetyped(table, column) || before.isRetyped(key.target, key.targetColumns[at] ?? ''),
  );
  const cast = isRetyped ? '::text' : '';
  const matches = key.targetColumns
    .map((column, at) => `t.${quoteName(before.column(key.target, column))}${cast} = c.${columns[at]}${cast}`)
    .join(' and ');
  const exists = before.isCreated(key.target)
    ? ''
    : ` and not exists (select from ${quoteTable(before.table(key.target))} t where ${matches})`;
  return [
    `Fails if a row of ${table} refers to a row of ${key.target} that does not exist.`,
    `${FIND_THEM}select c.* from ${quoteTable(before.table(table))} c where ${filled}${exists};`,
  ];
}

function newUnique(
  table: string,
  { columns, ignoresCase }: { readonly columns: readonly string[]; readonly ignoresCase: boolean },
  before: Before,
  changes: readonly Change[],
): ConflictingRows | undefined {
  const wasUnique = changes.some(
    (change) =>
      (change.kind === 'dropUnique' || change.kind === 'dropPrimaryKey') &&
      change.table === table &&
      !ignoresCase &&
      change.key.columns.every((column) => columns.includes(column)),
  );
  const added = columns.flatMap((name) => before.added(table, name));
  // In a new column, NULLs and generated values are distinct, whereas a constant is the same in every row.
  const differ = added.some((column) => column.identity || column.default === null || column.default.endsWith(')'));
  if (wasUnique || differ) return undefined;
  const old = columns
    .filter((name) => !before.isAdded(table, name))
    .map((name) => quoteName(before.column(table, name)));
  const grouped = old.map((name) => (ignoresCase ? `lower(${name})` : name)).join(', ');
  const filled = old.map((name) => `${name} is not null`).join(' and ');
  const of = quoteTable(before.table(table));
  return [
    `Fails if two rows of ${table} have the same ${columns.join(' and ')}${ignoresCase ? ', ignoring case' : ''}.`,
    grouped === ''
      ? `${FIND_THEM}select count(*) from ${of} having count(*) > 1;`
      : `${FIND_THEM}select ${grouped}, count(*) from ${of} where ${filled} group by ${grouped} having count(*) > 1;`,
  ];
}

const RANGES: Readonly<Record<string, string>> = {
  smallint: '-32768 and 32767',
  integer: '-2147483648 and 2147483647',
  bigint: '-9223372036854775808 and 9223372036854775807',
};
const UUID = '^[{]?[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}[}]?$';

/** A condition for values that a conversion rejects, rounds or truncates; for other conversions, it matches every value. */
function rejectedBy(column: string, from: string, to: string): string {
  const [source, target] = [family(from), family(to)];
  const [size, scale = '0'] = (/\(([^)]*)\)/.exec(to)?.[1] ?? '').split(',').map((part) => part.trim());
  const range = RANGES[target];
  if (source === 'text' || source === 'varchar' || source === 'char') {
    if (range !== undefined) return `${column} !~ '^\\s*[-+]?[0-9]+\\s*$'`;
    if (target === 'numeric') return `${column} !~ '^\\s*[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?\\s*$'`;
    if (target === 'uuid') return `${column} !~ '${UUID}'`;
    if (target === 'boolean')
      return `lower(trim(${column})) not in ('t', 'true', 'f', 'false', 'y', 'yes', 'n', 'no', 'on', 'off', '1', '0')`;
    if (target === 'varchar' || target === 'char') return `char_length(${column}) > ${size}`;
    return `not pg_input_is_valid(${column}, '${to.replaceAll("'", "''")}')`;
  }
  if (range !== undefined && ['smallint', 'integer', 'bigint'].includes(source))
    return `${column} not between ${range}`;
  if (range !== undefined && source === 'numeric')
    return `${column} <> trunc(${column}) or ${column} not between ${range}`;
  if (target === 'numeric' && size !== undefined && size !== '') {
    const value = source === 'numeric' ? column : `${column}::numeric`;
    return `${value} <> round(${value}, ${scale}) or abs(${value}) >= 1e${Number(size) - Number(scale)}`;
  }
  if (target === 'date' && source === 'timestamptz') return `(${column} at time zone 'UTC')::time <> '00:00'`;
  if (target === 'date' && source === 'timestamp') return `${column}::time <> '00:00'`;
  if (target === 'boolean') return `${column} not in (0, 1)`;
  if (target === source) return `${column} is distinct from ${column}::${to}`;
  return `${column} is not null`;
}

/** The names and types before the migration, in which the queries must be written. */
class Before {
  readonly #changes: readonly Change[];

  constructor(changes: readonly Change[]) {
    this.#changes = changes;
  }

  table(name: string): string {
    for (const change of this.#changes) if (change.kind === 'renameTable' && change.to === name) return change.from;
    return name;
  }

  column(table: string, name: string): string {
    for (const change of this.#changes) {
      if (change.kind === 'renameColumn' && change.table === table && change.to === name) return change.from;
    }
    return name;
  }

  isCreated(table: string): boolean {
    return this.#changes.some((change) => change.kind === 'createTable' && change.table.name === table);
  }

  added(table: string, name: string): readonly ColumnShape[] {
    return this.#changes.flatMap((change) =>
      change.kind === 'addColumn' && change.table === table && change.column.name === name ? [change.column] : [],
    );
  }

  isAdded(table: string, name: string): boolean {
    return this.added(table, name).length > 0;
  }

  isRetyped(table: string, name: string): boolean {
    return this.#retyped(table, name) !== undefined;
  }

  hasAdded(table: string, condition: string): boolean {
    return namesIn(condition).some((name) => this.isAdded(table, name));
  }

  /** Whether a conversion may change values that the condition uses. */
  hasConverted(table: string, condition: string): boolean {
    return namesIn(condition).some((name) => {
      const change = this.#retyped(table, name);
      if (change === undefined) return false;
      return castBetween(name, change.before.type, change.after.type).caution !== undefined;
    });
  }

  /** Translates a condition on new names to the old names and types. */
  expression(table: string, condition: string): string {
    return rewrite(condition, (name) => {
      const old = quoteName(this.column(table, name));
      const change = this.#retyped(table, name);
      if (change === undefined) return this.column(table, name) === name ? undefined : old;
      const { using } = castBetween(change.before.name, change.before.type, change.after.type);
      const value =
        using === undefined
          ? `${old}::${change.after.type}`
          : rewrite(using, (part) => (part === name ? old : undefined));
      return `(${value})`;
    });
  }

  /** Translates a condition on old names to the new names. */
  renamed(table: string, condition: string): string {
    return rewrite(condition, (name) => {
      for (const change of this.#changes) {
        if (change.kind === 'renameColumn' && change.table === table && change.from === name)
          return quoteName(change.to);
      }
      return undefined;
    });
  }

  #retyped(table: string, name: string) {
    for (const change of this.#changes) {
      if (change.kind !== 'alterColumn' || change.table !== table || change.after.name !== name) continue;
      if (change.before.type !== change.after.type) return change;
    }
    return undefined;
  }
}

function namesIn(condition: string): string[] {
  return tokenize(condition).flatMap(({ kind, text }) => (kind === 'word' || kind === 'name' ? [text] : []));
}

/** Replaces the names in a condition; a name for which `replace` returns undefined is left unchanged. */
function rewrite(condition: string, replace: (name: string) => string | undefined): string {
  let result = '';
  let end = 0;
  for (const { kind, text, start, end: next } of tokenize(condition)) {
    const other = kind === 'word' || kind === 'name' ? replace(text) : undefined;
    if (other === undefined) continue;
    result += condition.slice(end, start) + other;
    end = next;
  }
  return result + condition.slice(end);
}
