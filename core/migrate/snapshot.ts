import { duplicateDatabaseName } from '../errors/migrations.ts';
import {
  checkName,
  foreignKeyName,
  indexName,
  primaryKeyName,
  searchIndexName,
  uniqueName,
} from '../model/constraint-names.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { quoteName } from '../sql/quote.ts';
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
import { PROJECT_SOURCE } from './sources.ts';

/**
 * The schema that the managed models require. The same models give the same data, regardless of the order of declaration: tables
 * and constraints are sorted by name, columns are in the order of declaration.
 *
 * @throws RIO-MIGRATE-NAME if two of its parts would have the same name.
 */
export function buildSnapshot(models: readonly ModelInfo[]): Snapshot {
  const tables = models
    .filter((model) => model.managed)
    .map((model) => tableShape(withoutExtensions(model)))
    .sort(byName);
  rejectDuplicateNames(tables);
  return { version: SNAPSHOT_VERSION, tables };
}

/** The model without the columns that plugins add, which their own migrations create and drop. */
function withoutExtensions(model: ModelInfo): ModelInfo {
  const own = model.stored.filter((field) => field.owner === model.owner);
  return own.length === model.stored.length ? model : { ...model, stored: own };
}

function tableShape(model: ModelInfo): TableShape {
  const name = model.table.join('.');
  return {
    name,
    model: model.name,
    ...(model.owner !== PROJECT_SOURCE && { owner: model.owner }),
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
    default: field.type.sqlDefault(field) ?? null,
    identity: field.typeName === 'identity',
  };
}

function typeOf(field: FieldInfo): string {
  const type = field.type.sqlType(field);
  if (type === undefined)
    throw new TypeError(`${field.model.name}.${field.name} is stored, but its field type has no SQL type`);
  return type;
}

function uniques(model: ModelInfo): KeyShape[] {
  const key = names(model.key);
  const single = model.stored.filter((field) => field.unique && !isUniqueLower(field));
  const sets = [...single.map((field) => [field]), ...model.unique];
  const shapes = sets.map((set) => ({ name: uniqueName(model, set), columns: set.map((field) => field.column) }));
  // Uniqueness of these columns is already enforced by the primary key.
  return uniqueByName(shapes).filter((unique) => unique.columns.join() !== key);
}

function indexes(model: ModelInfo): IndexShape[] {
  // The index of a primary key or unique constraint can also be used for its first column; a second index would slow down every
  // write.
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
  return uniqueByName([...searched, ...folded, ...ordered]);
}

function isUniqueLower(field: FieldInfo): boolean {
  return field.unique && field.type.uniqueAs === 'lower';
}

function isSearched(field: FieldInfo): boolean {
  return field.index === 'search';
}

function checks(field: FieldInfo): CheckShape[] {
  const column = quoteName(field.column);
  return field.type
    .checks(field)
    .map((check) => ({ name: checkName(field, check.suffix), condition: check.sql(column) }));
}

function foreignKey(field: FieldInfo): ForeignKeyShape[] {
  const { references } = field.type;
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

/** The constraints of a table share a namespace. Its indexes share theirs with the tables of the schema. */
function rejectDuplicateNames(tables: readonly TableShape[]): void {
  const owners = new Map<string, string>();
  for (const table of tables) {
    const [schema, name] = splitTable(table.name);
    const own = [...table.checks, ...table.foreignKeys].map((constraint) => constraint.name);
    const shared = [table.primaryKey, ...table.uniques, ...table.indexes].map((constraint) => constraint.name);
    const places = [
      ...[name, ...shared].map((word) => [`${schema}.${word}`, word] as const),
      ...[...own, ...shared].map((word) => [`${table.name} ${word}`, word] as const),
    ];
    for (const [place, word] of places) {
      const owner = owners.get(place);
      if (owner !== undefined) {
        const owners = owner === table.name ? `Two parts of table ${owner}` : `Tables ${owner} and ${table.name}`;
        throw duplicateDatabaseName({ owners, name: word });
      }
      owners.set(place, table.name);
    }
  }
}

/**
 * The name of a table's model. Snapshots of earlier releases do not contain it; it is then derived: `orderLine` from `order_line`.
 */
export function modelName({ name, model }: Pick<TableShape, 'name' | 'model'>): string {
  return model ?? splitTable(name)[1].replaceAll(/_+([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

/** The schema and the table. The schema is empty if it depends on the search path. */
export function splitTable(name: string): readonly [schema: string, table: string] {
  const dot = name.indexOf('.');
  return dot === -1 ? ['', name] : [name.slice(0, dot), name.slice(dot + 1)];
}

function uniqueByName<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [item.name, item])).values()];
}

function names(fields: readonly FieldInfo[]): string {
  return fields.map((field) => field.column).join();
}

/** Sorts by code units rather than by locale, so that the order is the same on every machine. */
function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
