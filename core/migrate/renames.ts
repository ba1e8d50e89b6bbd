import type { Change } from './change.ts';
import { quoteName, quoteTable } from './quote.ts';
import type { TableShape } from './shape.ts';
import { splitTable } from './snapshot.ts';

/** A drop and an add that look like one thing under a new name. Never acted on: only a person knows. */
export interface LikelyRename {
  readonly from: Change;
  readonly to: Change;
  /** The statements that would keep the values, and give everything the name that later migrations know it by. */
  readonly sql: readonly string[];
}

/** Columns of one type in one table, one gone and one come; tables whose columns are mostly the same. */
export function likelyRenames(changes: readonly Change[]): readonly LikelyRename[] {
  return [...renamedColumns(changes), ...renamedTables(changes)];
}

function renamedColumns(changes: readonly Change[]): LikelyRename[] {
  const taken = new Set<Change>();
  return changes.flatMap((from) => {
    if (from.kind !== 'dropColumn') return [];
    const to = changes.find(
      (change) =>
        change.kind === 'addColumn' &&
        !taken.has(change) &&
        change.table === from.table &&
        change.column.type === from.column.type &&
        change.column.identity === from.column.identity,
    );
    if (to?.kind !== 'addColumn') return [];
    taken.add(to);
    const sql = `alter table ${quoteTable(from.table)} rename column ${quoteName(from.column.name)} to ${quoteName(to.column.name)};`;
    return [{ from, to, sql: [sql] }];
  });
}

function renamedTables(changes: readonly Change[]): LikelyRename[] {
  const taken = new Set<Change>();
  return changes.flatMap((from) => {
    if (from.kind !== 'dropTable') return [];
    const old = new Set(from.table.columns.map((column) => `${column.name} ${column.type}`));
    const to = changes.find((change) => {
      if (change.kind !== 'createTable' || taken.has(change)) return false;
      const shared = change.table.columns.filter((column) => old.has(`${column.name} ${column.type}`)).length;
      return shared * 2 > Math.max(old.size, change.table.columns.length);
    });
    if (to?.kind !== 'createTable') return [];
    taken.add(to);
    return [{ from, to, sql: renameTable(from.table, to.table) }];
  });
}

function renameTable(before: TableShape, after: TableShape): string[] {
  const table = quoteTable(after.name);
  const [schema] = splitTable(after.name);
  const moved =
    schema === splitTable(before.name)[0]
      ? []
      : [`alter table ${quoteTable(before.name)} set schema ${quoteName(schema || 'public')};`];
  const between = moved.length === 0 ? before.name : [schema, splitTable(before.name)[1]].filter(Boolean).join('.');
  const keys = pairs(
    [before.primaryKey, ...before.uniques],
    [after.primaryKey, ...after.uniques],
    (key) => key.columns,
  );
  const checks = pairs(before.checks, after.checks, (check) => check.condition);
  const indexes = pairs(before.indexes, after.indexes, (index) => [index.method, index.columns]);
  return [
    ...moved,
    `alter table ${quoteTable(between)} rename to ${quoteName(splitTable(after.name)[1])};`,
    ...[...keys, ...checks].map(
      ([from, to]) => `alter table ${table} rename constraint ${quoteName(from)} to ${quoteName(to)};`,
    ),
    ...indexes.map(
      ([from, to]) =>
        `alter index ${quoteTable(schema === '' ? from : `${schema}.${from}`)} rename to ${quoteName(to)};`,
    ),
  ];
}

/** Old and new name of what is the same but for its name. */
function pairs<T extends { readonly name: string }>(
  before: readonly T[],
  after: readonly T[],
  shape: (item: T) => unknown,
): (readonly [string, string])[] {
  const old = new Map(before.map((item) => [JSON.stringify(shape(item)), item.name]));
  return after.flatMap((item) => {
    const name = old.get(JSON.stringify(shape(item)));
    return name === undefined || name === item.name ? [] : [[name, item.name] as const];
  });
}
