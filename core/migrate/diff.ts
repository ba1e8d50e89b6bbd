import type { Change } from './change.ts';
import type { ColumnShape, ForeignKeyShape, Snapshot, TableShape } from './shape.ts';
import { splitTable } from './snapshot.ts';

/**
 * The changes that lead from one snapshot to the other, in an order that runs: what others hang on goes last and comes first.
 * Renames are not guessed; a table or column of another name is another one (see renames.ts for what the reader is told).
 */
export function diff(before: Snapshot, after: Snapshot): readonly Change[] {
  const old = byName(before.tables);
  const wanted = byName(after.tables);
  const dropped = before.tables.filter((table) => !wanted.has(table.name));
  const created = after.tables.filter((table) => !old.has(table.name));
  const kept = after.tables.flatMap((table) => {
    const earlier = old.get(table.name);
    return earlier === undefined ? [] : [{ before: earlier, after: table }];
  });

  const parts = kept.map(partsOf);
  const moved = new Set(kept.flatMap(movedKeys));
  const links = kept.map((pair) => linksOf(pair, moved));
  return [
    ...createdSchemas(before, after),
    ...createdExtensions(before, after),
    ...dropped.flatMap((table) => table.foreignKeys.map((key) => dropForeignKey(table.name, key))),
    ...links.flatMap((link) => link.drops),
    ...parts.flatMap((part) => part.drops),
    ...dropped.map((table): Change => ({ kind: 'dropTable', table })),
    ...created.map((table): Change => ({ kind: 'createTable', table })),
    ...parts.flatMap((part) => part.columns),
    ...parts.flatMap((part) => part.adds),
    ...created.flatMap((table) => table.foreignKeys.map((key) => addForeignKey(table.name, key))),
    ...links.flatMap((link) => link.adds),
  ];
}

interface Pair {
  readonly before: TableShape;
  readonly after: TableShape;
}

/** The schemas that tables are put into for the first time. */
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

/** Everything in a table that stays but its foreign keys. */
function partsOf({ before, after }: Pair): { drops: Change[]; columns: Change[]; adds: Change[] } {
  const table = after.name;
  const checks = comparedChecks(before, after);
  const indexes = compare(before.indexes, after.indexes);
  const uniques = compare(before.uniques, after.uniques);
  const primaryKey = compare([before.primaryKey], [after.primaryKey]);
  return {
    drops: [
      ...checks.gone.map((check): Change => ({ kind: 'dropCheck', table, check })),
      ...indexes.gone.map((index): Change => ({ kind: 'dropIndex', table, index })),
      ...uniques.gone.map((key): Change => ({ kind: 'dropUnique', table, key })),
      ...primaryKey.gone.map((key): Change => ({ kind: 'dropPrimaryKey', table, key })),
    ],
    columns: columnChanges(table, before.columns, after.columns),
    adds: [
      ...primaryKey.come.map((key): Change => ({ kind: 'addPrimaryKey', table, key })),
      ...uniques.come.map((key): Change => ({ kind: 'addUnique', table, key })),
      ...indexes.come.map((index): Change => ({ kind: 'addIndex', table, index })),
      ...checks.come.map((check): Change => ({ kind: 'addCheck', table, check })),
    ],
  };
}

/**
 * A check over a column of another type goes and comes again, though it reads the same: PostgreSQL keeps it with the casts of the
 * old type, and a table that was made anew would have another one.
 */
function comparedChecks(before: TableShape, after: TableShape) {
  const { gone, come } = compare(before.checks, after.checks);
  const fresh = new Set(come);
  const names = retypedColumns({ before, after });
  const again = after.checks.filter(
    (check) => !fresh.has(check) && names.some((name) => check.condition.includes(name)),
  );
  return { gone: [...gone, ...again], come: [...come, ...again] };
}

function retypedColumns({ before, after }: Pair): string[] {
  const old = byName(before.columns);
  const retyped = after.columns.filter((column) => {
    const earlier = old.get(column.name);
    return earlier !== undefined && earlier.type !== column.type;
  });
  return retyped.map((column) => column.name);
}

/** New columns before old ones go: whoever edits the file may move values between. */
function columnChanges(table: string, before: readonly ColumnShape[], after: readonly ColumnShape[]): Change[] {
  const old = byName(before);
  const wanted = byName(after);
  return [
    ...after.filter((column) => !old.has(column.name)).map((column): Change => ({ kind: 'addColumn', table, column })),
    ...after.flatMap((column): Change[] => {
      const earlier = old.get(column.name);
      if (earlier === undefined || same(earlier, column)) return [];
      return [{ kind: 'alterColumn', table, before: earlier, after: column }];
    }),
    ...before
      .filter((column) => !wanted.has(column.name))
      .map((column): Change => ({ kind: 'dropColumn', table, column })),
  ];
}

/**
 * The columns under which a foreign key cannot stay while they change: another type (both sides must agree again first), or
 * a primary key that is made anew.
 */
function movedKeys({ before, after }: Pair): string[] {
  const rekeyed = same(before.primaryKey, after.primaryKey) ? [] : before.primaryKey.columns;
  return [...retypedColumns({ before, after }), ...rekeyed].map((column) => place(after.name, column));
}

function linksOf({ before, after }: Pair, moved: ReadonlySet<string>): { drops: Change[]; adds: Change[] } {
  const table = after.name;
  const { gone, come } = compare(before.foreignKeys, after.foreignKeys);
  const fresh = new Set(come);
  const again = after.foreignKeys.filter((key) => !fresh.has(key) && leansOn(table, key, moved));
  return {
    drops: [...gone, ...again].map((key) => dropForeignKey(table, key)),
    adds: [...come, ...again].map((key) => addForeignKey(table, key)),
  };
}

function leansOn(table: string, key: ForeignKeyShape, moved: ReadonlySet<string>): boolean {
  const ends = [...key.columns.map((at) => place(table, at)), ...key.targetColumns.map((at) => place(key.target, at))];
  return ends.some((end) => moved.has(end));
}

function place(table: string, column: string): string {
  return JSON.stringify([table, column]);
}

function addForeignKey(table: string, foreignKey: ForeignKeyShape): Change {
  return { kind: 'addForeignKey', table, foreignKey };
}

function dropForeignKey(table: string, foreignKey: ForeignKeyShape): Change {
  return { kind: 'dropForeignKey', table, foreignKey };
}

/** A constraint that changed goes and comes: there is no way to alter one. */
function compare<T extends { readonly name: string }>(before: readonly T[], after: readonly T[]) {
  const old = byName(before);
  const wanted = byName(after);
  const unlike = (item: T, others: ReadonlyMap<string, T>) => {
    const other = others.get(item.name);
    return other === undefined || !same(item, other);
  };
  return { gone: before.filter((item) => unlike(item, wanted)), come: after.filter((item) => unlike(item, old)) };
}

function byName<T extends { readonly name: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}

/** Snapshots are plain data whose properties always stand in the order of their schema. */
function same(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
