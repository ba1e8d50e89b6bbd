/**
 * Renames. Snapshots do not show whether a column was renamed, or dropped while another was added, so the developer is asked before
 * anything is dropped. A confirmed rename is applied to the old snapshot; any other difference (default, nullability, type, checks,
 * indexes) is then an ordinary change of the column.
 */
import { quoteName } from '../sql/quote.ts';
import type { Change } from './change.ts';
import { diff } from './diff.ts';
import type { ForeignKeyShape, IndexShape, KeyShape, Snapshot, TableShape } from './shape.ts';
import { modelName } from './snapshot.ts';
import { tokenize } from './statements.ts';

/** A rename. For a column, `table` is the table's name after all renames. */
export type Rename =
  | { readonly kind: 'table'; readonly from: string; readonly to: string }
  | { readonly kind: 'column'; readonly table: string; readonly from: string; readonly to: string };

/** A table or column that is no longer in the models, and new ones that it may have become, the most likely first. */
export type RenameQuestion =
  | { readonly kind: 'table'; readonly from: string; readonly candidates: readonly string[] }
  | { readonly kind: 'column'; readonly table: string; readonly from: string; readonly candidates: readonly string[] };

/**
 * Everything that may have been renamed: dropped tables if there are new ones, and dropped columns if their table has new ones.
 * Similarity determines only the order, because a column's type may have changed at the same time.
 */
export function renameQuestions(changes: readonly Change[]): readonly RenameQuestion[] {
  const created = changes.flatMap((change) => (change.kind === 'createTable' ? [change.table] : []));
  const added = changes.flatMap((change) => (change.kind === 'addColumn' ? [change] : []));
  return changes.flatMap((change): RenameQuestion[] => {
    if (change.kind === 'dropTable' && created.length > 0) {
      const bySharedColumns = created.toSorted(
        (a, b) => countSharedColumns(change.table, b) - countSharedColumns(change.table, a),
      );
      return [{ kind: 'table', from: change.table.name, candidates: bySharedColumns.map(({ name }) => name) }];
    }
    if (change.kind !== 'dropColumn') return [];
    const { table, column } = change;
    const ofTable = added.filter((other) => other.table === table).map((other) => other.column);
    if (ofTable.length === 0) return [];
    const byType = ofTable.toSorted((a, b) => Number(b.type === column.type) - Number(a.type === column.type));
    return [{ kind: 'column', table, from: column.name, candidates: byType.map(({ name }) => name) }];
  });
}

/** The number of columns that two tables have in common. */
function countSharedColumns(one: TableShape, other: TableShape): number {
  const columns = new Set(one.columns.map(({ name, type }) => `${name} ${type}`));
  return other.columns.filter(({ name, type }) => columns.has(`${name} ${type}`)).length;
}

export interface Renamed {
  /** The old snapshot, with the new names. */
  readonly before: Snapshot;
  /** The changes that lead to it, in order. */
  readonly changes: readonly Change[];
}

/**
 * Applies renames to a snapshot, including keys, indexes, checks and foreign keys, which get the names that they have in `after`.
 */
export function applyRenames(before: Snapshot, after: Snapshot, renames: readonly Rename[]): Renamed {
  const changes: Change[] = [];
  let tables = before.tables;
  for (const rename of renames) {
    changes.push(findChange(rename));
    tables = tables.map((table) =>
      rename.kind === 'table' ? renameTable(table, rename) : renameColumn(table, rename),
    );
  }
  const touched = new Set(renames.map((rename) => (rename.kind === 'table' ? rename.to : rename.table)));
  const desired = new Map(after.tables.map((table) => [table.name, table]));
  tables = tables.map((table) => {
    const target = desired.get(table.name);
    if (target === undefined || !touched.has(table.name)) return table;
    const named = renameConstraints(table, target);
    changes.push(...named.changes);
    return named.table;
  });
  return { before: { ...before, tables }, changes };
}

/** Begins the names that models have while two of them swap theirs. */
export const TEMPORARY_NAME = 'rustioRenamed';

export interface RenamedName {
  readonly from: string;
  readonly to: string;
}

/**
 * Models that have a new name while their table remains or was renamed, in an order in which they can be renamed one after the other.
 */
export function renamedModels(before: Snapshot, after: Snapshot): readonly RenamedName[] {
  const old = new Map(before.tables.map((table) => [table.name, table.model]));
  return inOrder(
    after.tables.flatMap((table) => {
      const from = old.get(table.name);
      const to = modelName(table);
      return from === undefined || from === to ? [] : [{ from, to }];
    }),
  );
}

/**
 * A name is free once its own model has another one: otherwise, the history and the permissions of two models would become those of
 * one. If models swap their names, one of them has a temporary name in between.
 */
function inOrder(renames: readonly RenamedName[]): readonly RenamedName[] {
  const steps: RenamedName[] = [];
  let open = renames;
  for (let [first] = open; first !== undefined; [first] = open) {
    const { from, to } = first;
    // fault: models-renamed-into-one
    const free = open.find((rename) => !open.some((other) => other.from === rename.to));
    steps.push(free ?? { from, to: temporary(from) });
    open = free
      ? open.filter((rename) => rename !== free)
      : open.map((rename) => (rename === first ? { from: temporary(from), to } : rename));
  }
  return steps;
}

function temporary(name: string): string {
  return TEMPORARY_NAME + name;
}

/** Whether a migration must be generated. */
export function hasChanges(before: Snapshot, after: Snapshot): boolean {
  return diff(before, after).length > 0 || renamedModels(before, after).length > 0;
}

function findChange(rename: Rename): Change {
  if (rename.kind === 'table') return { kind: 'renameTable', from: rename.from, to: rename.to };
  return { kind: 'renameColumn', table: rename.table, from: rename.from, to: rename.to };
}

function renameTable(table: TableShape, { from, to }: Rename): TableShape {
  return {
    ...table,
    ...(table.name === from && { name: to, model: modelName(table) }),
    foreignKeys: table.foreignKeys.map((key) => (key.target === from ? { ...key, target: to } : key)),
  };
}

function renameColumn(table: TableShape, rename: Extract<Rename, { kind: 'column' }>): TableShape {
  const { from, to } = rename;
  const rewrite = (columns: readonly string[]) => columns.map((name) => (name === from ? to : name));
  const foreignKeys = table.foreignKeys.map((key) => ({
    ...key,
    columns: table.name === rename.table ? rewrite(key.columns) : key.columns,
    targetColumns: key.target === rename.table ? rewrite(key.targetColumns) : key.targetColumns,
  }));
  if (table.name !== rename.table) return { ...table, foreignKeys };
  return {
    ...table,
    columns: table.columns.map((column) => (column.name === from ? { ...column, name: to } : column)),
    primaryKey: { ...table.primaryKey, columns: rewrite(table.primaryKey.columns) },
    uniques: table.uniques.map((key) => ({ ...key, columns: rewrite(key.columns) })),
    indexes: table.indexes.map((index) => ({
      ...index,
      columns: index.columns.map((column) => (column.name === from ? { ...column, name: to } : column)),
    })),
    checks: table.checks.map((check) => ({ ...check, condition: renameInCondition(check.condition, from, to) })),
    foreignKeys,
  };
}

/** Replaces the name of a column in a condition, but not inside strings. */
function renameInCondition(condition: string, from: string, to: string): string {
  let result = '';
  let end = 0;
  for (const token of tokenize(condition)) {
    if (token.kind === 'text' || token.kind === 'sign' || condition.slice(token.start, token.end) !== quoteName(from))
      continue;
    result += condition.slice(end, token.start) + quoteName(to);
    end = token.end;
  }
  return result + condition.slice(end);
}

/** Renames constraints and indexes that differ only in name to the names that the models expect. */
function renameConstraints(table: TableShape, target: TableShape): { table: TableShape; changes: readonly Change[] } {
  const keys = pairs(
    [table.primaryKey, ...table.uniques],
    [target.primaryKey, ...target.uniques],
    ({ columns }: KeyShape) => columns,
  );
  const checks = pairs(table.checks, target.checks, ({ condition }) => condition);
  const foreignKeys = pairs(
    table.foreignKeys,
    target.foreignKeys,
    ({ columns, target: to, targetColumns }: ForeignKeyShape) => [columns, to, targetColumns],
  );
  const indexes = pairs(table.indexes, target.indexes, ({ method, columns }: IndexShape) => [method, columns]);
  const named = <T extends { readonly name: string }>(item: T, names: ReadonlyMap<string, string>): T => ({
    ...item,
    name: names.get(item.name) ?? item.name,
  });
  const change =
    (kind: 'renameConstraint' | 'renameIndex') =>
    ([from, to]: readonly [string, string]): Change => ({
      kind,
      table: table.name,
      from,
      to,
    });
  return {
    table: {
      ...table,
      primaryKey: named(table.primaryKey, keys),
      uniques: table.uniques.map((item) => named(item, keys)),
      checks: table.checks.map((item) => named(item, checks)),
      foreignKeys: table.foreignKeys.map((item) => named(item, foreignKeys)),
      indexes: table.indexes.map((item) => named(item, indexes)),
    },
    changes: [
      ...[...keys, ...checks, ...foreignKeys].map(change('renameConstraint')),
      ...[...indexes].map(change('renameIndex')),
    ],
  };
}

/** The old and new names of items that differ only in name. */
function pairs<T extends { readonly name: string }>(
  before: readonly T[],
  after: readonly T[],
  shape: (item: T) => unknown,
): ReadonlyMap<string, string> {
  const kept = new Set(before.map(({ name }) => name).filter((name) => after.some((item) => item.name === name)));
  const old = new Map(before.map((item) => [JSON.stringify(shape(item)), item.name]));
  const result = new Map<string, string>();
  for (const item of after) {
    const name = old.get(JSON.stringify(shape(item)));
    if (name === undefined || kept.has(name) || kept.has(item.name)) continue;
    result.set(name, item.name);
  }
  return result;
}
