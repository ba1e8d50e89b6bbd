import type { Change } from './change.ts';
import type { ColumnShape, ForeignKeyShape, Snapshot, TableShape } from './shape.ts';
import { splitTable } from './snapshot.ts';

/**
 * The changes from one snapshot to the other, ordered so that whatever others depend on is created first and dropped last. Renames
 * are not guessed: a table or column with another name is a different one (see renames.ts).
 */
export function diff(before: Snapshot, after: Snapshot): readonly Change[] {
  const old = byName(before.tables);
  const desired = byName(after.tables);
  const dropped = before.tables.filter((table) => !desired.has(table.name));
  const created = after.tables.filter((table) => !old.has(table.name));
  const kept = after.tables.flatMap((table) => {
    const earlier = old.get(table.name);
    return earlier === undefined ? [] : [{ before: earlier, after: table }];
  });

  const parts = kept.map(partsOf);
  const rebuilt = new Set(kept.flatMap(rebuiltColumns));
  const foreignKeys = kept.map((pair) => foreignKeyChanges(pair, rebuilt));
  return [
    ...createdSchemas(before, after),
    ...createdExtensions(before, after),
    ...dropped.flatMap((table) => table.foreignKeys.map((key) => dropForeignKey(table.name, key))),
    ...foreignKeys.flatMap(({ drops }) => drops),
    ...parts.flatMap((part) => part.drops),
    ...dropped.map((table): Change => ({ kind: 'dropTable', table })),
    ...created.map((table): Change => ({ kind: 'createTable', table })),
    ...parts.flatMap((part) => part.columns),
    ...parts.flatMap((part) => part.adds),
    ...created.flatMap((table) => table.foreignKeys.map((key) => addForeignKey(table.name, key))),
    ...foreignKeys.flatMap(({ adds }) => adds),
  ];
}

interface Pair {
  readonly before: TableShape;
  readonly after: TableShape;
}

/** Schemas that contain tables for the first time. */
function createdSchemas(before: Snapshot, after: Snapshot): Change[] {
  const schemas = (snapshot: Snapshot) => new Set(snapshot.tables.map((table) => splitTable(table.name)[0]));
  const old = schemas(before);
  return [...schemas(after)]
    .filter((schema) => schema !== '' && !old.has(schema))
    .map((schema) => ({ kind: 'createSchema', schema }));
}

function createdExtensions(before: Snapshot, after: Snapshot): Change[] {
  return needsTrigrams(after) && !needsTrigrams(before) ? [{ kind: 'createExtension', extension: 'pg_trgm' }] : [];
}

function needsTrigrams(snapshot: Snapshot): boolean {
  return snapshot.tables.some((table) => table.indexes.some((index) => index.method.startsWith('trigram')));
}

/** The changes of a table that exists before and after, except for foreign keys. */
function partsOf({ before, after }: Pair): { drops: Change[]; columns: Change[]; adds: Change[] } {
  const table = after.name;
  const checks = compareChecks(before, after);
  const indexes = compare(before.indexes, after.indexes);
  const uniques = compare(before.uniques, after.uniques);
  const primaryKey = compare([before.primaryKey], [after.primaryKey]);
  return {
    drops: [
      ...checks.removed.map((check): Change => ({ kind: 'dropCheck', table, check })),
      ...indexes.removed.map((index): Change => ({ kind: 'dropIndex', table, index })),
      ...uniques.removed.map((key): Change => ({ kind: 'dropUnique', table, key })),
      ...primaryKey.removed.map((key): Change => ({ kind: 'dropPrimaryKey', table, key })),
    ],
    columns: columnChanges(table, before.columns, after.columns),
    adds: [
      ...primaryKey.added.map((key): Change => ({ kind: 'addPrimaryKey', table, key })),
      ...uniques.added.map((key): Change => ({ kind: 'addUnique', table, key })),
      ...indexes.added.map((index): Change => ({ kind: 'addIndex', table, index })),
      ...checks.added.map((check): Change => ({ kind: 'addCheck', table, check })),
    ],
  };
}

/**
 * A check on a column whose type changes is dropped and recreated, even if its text is the same: PostgreSQL stores it with casts of
 * the old type, so it would differ from that of a newly created table.
 */
function compareChecks(before: TableShape, after: TableShape) {
  const { removed, added } = compare(before.checks, after.checks);
  const names = retypedColumns({ before, after });
  const recreated = after.checks.filter(
    (check) => !added.includes(check) && names.some((name) => check.condition.includes(name)),
  );
  return { removed: [...removed, ...recreated], added: [...added, ...recreated] };
}

function retypedColumns({ before, after }: Pair): string[] {
  const old = byName(before.columns);
  const retyped = after.columns.filter((column) => {
    const earlier = old.get(column.name);
    return earlier !== undefined && earlier.type !== column.type;
  });
  return retyped.map((column) => column.name);
}

/** New columns are added before old ones are dropped, so that developers can edit the file to move values. */
function columnChanges(table: string, before: readonly ColumnShape[], after: readonly ColumnShape[]): Change[] {
  const old = byName(before);
  const desired = byName(after);
  return [
    ...after.filter((column) => !old.has(column.name)).map((column): Change => ({ kind: 'addColumn', table, column })),
    ...after.flatMap((column): Change[] => {
      const earlier = old.get(column.name);
      if (earlier === undefined || same(earlier, column)) return [];
      return [{ kind: 'alterColumn', table, before: earlier, after: column }];
    }),
    ...before
      .filter((column) => !desired.has(column.name))
      .map((column): Change => ({ kind: 'dropColumn', table, column })),
  ];
}

/**
 * Columns whose foreign keys must be dropped and recreated: those with a new type (both sides must match again first), and those of
 * a primary key that is recreated.
 */
function rebuiltColumns({ before, after }: Pair): string[] {
  const oldKey = same(before.primaryKey, after.primaryKey) ? [] : before.primaryKey.columns;
  return [...retypedColumns({ before, after }), ...oldKey].map((column) => columnId(after.name, column));
}

function foreignKeyChanges({ before, after }: Pair, rebuilt: ReadonlySet<string>): { drops: Change[]; adds: Change[] } {
  const table = after.name;
  const { removed, added } = compare(before.foreignKeys, after.foreignKeys);
  const recreated = after.foreignKeys.filter((key) => !added.includes(key) && usesAny(table, key, rebuilt));
  return {
    drops: [...removed, ...recreated].map((key) => dropForeignKey(table, key)),
    adds: [...added, ...recreated].map((key) => addForeignKey(table, key)),
  };
}

/** Whether a foreign key refers from or to one of these columns. */
function usesAny(table: string, key: ForeignKeyShape, columns: ReadonlySet<string>): boolean {
  const own = key.columns.map((name) => columnId(table, name));
  const target = key.targetColumns.map((name) => columnId(key.target, name));
  return [...own, ...target].some((id) => columns.has(id));
}

function columnId(table: string, column: string): string {
  return JSON.stringify([table, column]);
}

function addForeignKey(table: string, foreignKey: ForeignKeyShape): Change {
  return { kind: 'addForeignKey', table, foreignKey };
}

function dropForeignKey(table: string, foreignKey: ForeignKeyShape): Change {
  return { kind: 'dropForeignKey', table, foreignKey };
}

/** Constraints cannot be altered, so a changed one is dropped and recreated. */
function compare<T extends { readonly name: string }>(before: readonly T[], after: readonly T[]) {
  const old = byName(before);
  const desired = byName(after);
  const differs = (item: T, others: ReadonlyMap<string, T>) => {
    const other = others.get(item.name);
    return other === undefined || !same(item, other);
  };
  return {
    removed: before.filter((item) => differs(item, desired)),
    added: after.filter((item) => differs(item, old)),
  };
}

function byName<T extends { readonly name: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}

/** Snapshots are plain data, and their properties are always in the order of the schema, so their JSON can be compared. */
function same(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
