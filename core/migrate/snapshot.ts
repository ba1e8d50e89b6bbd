import { RustioError } from '../errors.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { checkName, foreignKeyName, indexName, primaryKeyName, searchIndexName, uniqueName } from './names.ts';
import { quoteName } from './quote.ts';
import {
  type CheckShape,
  type ColumnShape,
  type ForeignKeyShape,
  type IndexShape,
  type KeyShape,
  SNAPSHOT_VERSION,
  type Snapshot,
  type TableShape,
} from './shape.ts';

/**
 * What the managed models ask of the database. The same models give the same data, whatever order they were declared in:
 * tables and constraints by name, columns as declared.
 *
 * @throws RIO-MIGRATE-NAME when two things would bear the same name.
 */
export function snapshotOf(models: readonly ModelInfo[]): Snapshot {
  const tables = models
    .filter((model) => model.managed)
    .map((model) => tableShape(withoutExtensions(model)))
    .sort(byName);
  refuseClashes(tables);
  return { version: SNAPSHOT_VERSION, tables };
}

/** Columns that a plugin adds to a model come from the plugin's own migrations, and go with them. */
function withoutExtensions(model: ModelInfo): ModelInfo {
  const own = model.stored.filter((field) => field.owner === model.owner);
  return own.length === model.stored.length ? model : { ...model, stored: own };
}

function tableShape(model: ModelInfo): TableShape {
  return {
    name: model.table.join('.'),
    columns: model.stored.map(columnShape),
    primaryKey: { name: primaryKeyName(model), columns: model.key.map((field) => field.column) },
    uniques: uniques(model).sort(byName),
    indexes: indexes(model).sort(byName),
    checks: model.stored.flatMap(checks).sort(byName),
    foreignKeys: model.stored.flatMap(foreignKey).sort(byName),
  };
}

function columnShape(field: FieldInfo): ColumnShape {
  return {
    name: field.column,
    type: typeOf(field),
    nullable: field.nullable,
    default: field.spec.sqlDefault(field) ?? null,
    identity: field.kind === 'identity',
  };
}

function typeOf(field: FieldInfo): string {
  const type = field.spec.sqlType(field);
  if (type === undefined)
    throw new TypeError(`${field.model.name}.${field.name} is stored, but its kind has no SQL type`);
  return type;
}

function uniques(model: ModelInfo): KeyShape[] {
  const key = names(model.key);
  const alone = model.stored.filter((field) => field.unique && !isUniqueLower(field));
  const sets = [...alone.map((field) => [field]), ...model.unique];
  const shapes = sets.map((set) => ({ name: uniqueName(model, set), columns: set.map((field) => field.column) }));
  // The primary key already says so.
  return once(shapes).filter((unique) => unique.columns.join() !== key);
}

function indexes(model: ModelInfo): IndexShape[] {
  // A primary key or unique constraint is an index that also finds by its first column: a second one costs every write.
  const leading = new Set([model.key[0], ...model.unique.map((set) => set[0])]);
  const searched = model.stored.filter(isSearched).map(
    (field): IndexShape => ({
      name: searchIndexName(field),
      method: typeOf(field) === 'text' ? 'trigram' : 'trigramOfText',
      columns: [{ name: field.column, descending: false }],
    }),
  );
  const folded = model.stored.filter(isUniqueLower).map(
    (field): IndexShape => ({
      name: uniqueName(model, [field]),
      method: 'uniqueLower',
      columns: [{ name: field.column, descending: false }],
    }),
  );
  const single = model.stored
    .filter((field) => field.index !== false && !isSearched(field) && !leading.has(field))
    .filter((field) => !field.unique || isUniqueLower(field))
    .map((field) => [{ field, descending: false }]);
  const ordered = [...single, ...model.indexes].map(
    (parts): IndexShape => ({
      name: indexName(model, parts),
      method: parts.some(({ field }) => field.item !== undefined) ? 'gin' : 'btree',
      columns: parts.map((part) => ({ name: part.field.column, descending: part.descending })),
    }),
  );
  return once([...searched, ...folded, ...ordered]);
}

function isUniqueLower(field: FieldInfo): boolean {
  return field.unique && field.spec.uniqueAs === 'lower';
}

function isSearched(field: FieldInfo): boolean {
  return field.index === 'search';
}

function checks(field: FieldInfo): CheckShape[] {
  const column = quoteName(field.column);
  return field.spec
    .checks(field)
    .map((check) => ({ name: checkName(field, check.suffix), condition: check.sql(column) }));
}

function foreignKey(field: FieldInfo): ForeignKeyShape[] {
  const { references } = field.spec;
  if (references !== undefined) {
    return [
      {
        name: foreignKeyName(field),
        columns: [field.column],
        target: references.table,
        targetColumns: [references.column],
        onDelete: 'restrict',
      },
    ];
  }
  if (field.target === undefined) return [];
  return [
    {
      name: foreignKeyName(field),
      columns: [field.column],
      target: field.target.table.join('.'),
      targetColumns: field.target.key.map((part) => part.column),
      onDelete: field.onDelete,
    },
  ];
}

/** A table's constraints share one space of names, and its indexes share theirs with the tables of the schema. */
function refuseClashes(tables: readonly TableShape[]): void {
  const taken = new Map<string, string>();
  for (const table of tables) {
    const [schema, name] = splitTable(table.name);
    const own = [...table.checks, ...table.foreignKeys].map((constraint) => constraint.name);
    const shared = [table.primaryKey, ...table.uniques, ...table.indexes].map((constraint) => constraint.name);
    const places = [
      ...[name, ...shared].map((word) => [`${schema}.${word}`, word] as const),
      ...[...own, ...shared].map((word) => [`${table.name} ${word}`, word] as const),
    ];
    for (const [place, word] of places) {
      const owner = taken.get(place);
      if (owner !== undefined) throw nameClash(word, owner, table.name);
      taken.set(place, table.name);
    }
  }
}

/** Schema and table; the schema is empty where the search path decides. */
export function splitTable(name: string): readonly [schema: string, table: string] {
  const dot = name.indexOf('.');
  return dot === -1 ? ['', name] : [name.slice(0, dot), name.slice(dot + 1)];
}

function nameClash(name: string, first: string, second: string): RustioError {
  const where = first === second ? `Two things of table ${first}` : `Tables ${first} and ${second}`;
  return new RustioError(
    'RIO-MIGRATE-NAME',
    {
      problem: `${where} would both give the database the name "${name}".`,
      why: 'Names are made of table, column and purpose: `a` with `b_c` and `a_b` with `c` come to the same.',
      fix: 'Give one of the fields another `column`, or one of the models another `table`.',
      retry: 'After the change.',
    },
    { exitCode: 2 },
  );
}

function once<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [item.name, item])).values()];
}

function names(fields: readonly FieldInfo[]): string {
  return fields.map((field) => field.column).join();
}

/** By code units, not by a locale: the same on every machine. */
function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
