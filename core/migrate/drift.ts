/**
 * Compares the managed tables with the snapshot. The expected tables are created as temporary tables and rolled back, so that the
 * defaults, checks and indexes on both sides are in PostgreSQL's own format and nothing has to be parsed.
 */
import pg from 'pg';
import { quoteName, quoteTable } from '../sql/quote.ts';
import {
  type CatalogueColumn,
  type CatalogueConstraint,
  type CatalogueTable,
  loadOids,
  readCatalogue,
} from './read-catalogue.ts';
import { temporaryTableSql } from './render.ts';
import type { ForeignKeyShape, KeyShape, Snapshot, TableShape } from './shape.ts';
import type { MigrationFile } from './sources.ts';
import { tokenize } from './statements.ts';

export interface Drift {
  /** One sentence for each difference. */
  readonly differences: readonly string[];
  /** Tables that pending migrations change. They are compared once these are applied. */
  readonly skipped: readonly string[];
  /** Why nothing could be compared; undefined if it could. */
  readonly unavailable: string | undefined;
}

/** The input of a comparison. */
export interface DriftInput {
  readonly snapshot: Snapshot;
  /** All migrations on disk. A column that one of them mentions does not count as a difference. */
  readonly files: readonly Pick<MigrationFile, 'sql'>[];
  readonly pending: readonly Pick<MigrationFile, 'sql'>[];
}

/**
 * Compares the tables of a snapshot with the database.
 *
 * @example
 * await findDrift(client, { snapshot, files, pending }) // { differences: ['person.telephone: the column is nullable …'], … }
 */
export async function findDrift(client: pg.Client, { snapshot, files, pending }: DriftInput): Promise<Drift> {
  const changing = wordsOf(pending);
  const tables = snapshot.tables.filter((table) => !changing.has(lastPart(table.name)));
  const skipped = snapshot.tables.filter((table) => !tables.includes(table)).map(({ name }) => name);
  await client.query('begin');
  try {
    const expected = await expectedTables(client, tables);
    if (typeof expected === 'string') return { differences: [], skipped, unavailable: expected };
    const oids = await loadOids(client, namesIn(tables));
    const actual = await readCatalogue(client, [...oids.values()]);
    const byHand = wordsOf(files);
    const differences = tables.flatMap((table) => {
      const should = expected.get(table.name);
      if (typeof should === 'string') return [`${table.name}: cannot be compared: ${should}`];
      const is = actual.get(oids.get(table.name) ?? '');
      return should === undefined ? [] : findDifferences(table, { should, is, oids, byHand });
    });
    return { differences, skipped, unavailable: undefined };
  } finally {
    await client.query('rollback');
  }
}

/** The names of the tables and of those that their foreign keys reference. */
function namesIn(tables: readonly TableShape[]): string[] {
  return [...new Set(tables.flatMap((table) => [table.name, ...table.foreignKeys.map((key) => key.target)]))];
}

/** Creates the tables as temporary tables. Returns a string that explains the problem if that is not possible. */
async function expectedTables(
  client: pg.Client,
  tables: readonly TableShape[],
): Promise<ReadonlyMap<string, CatalogueTable | string> | string> {
  const result = new Map<string, CatalogueTable | string>();
  const names = new Map<string, string>();
  for (const [index, table] of tables.entries()) {
    const name = `rustio_expected_${index}`;
    await client.query('savepoint expected');
    try {
      await client.query(temporaryTableSql(table, name));
      names.set(table.name, `pg_temp.${name}`);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      // 42501: the role may not create temporary tables. 25006: the database is read-only.
      if (error.code === '42501' || error.code === '25006') return error.message;
      await client.query('rollback to savepoint expected');
      result.set(table.name, error.message);
    }
  }
  const oids = await loadOids(client, [...names.values()]);
  const read = await readCatalogue(client, [...oids.values()]);
  for (const [table, name] of names) {
    const created = read.get(oids.get(name) ?? '');
    if (created !== undefined) result.set(table, created);
  }
  return result;
}

interface Compared {
  readonly should: CatalogueTable;
  readonly is: CatalogueTable | undefined;
  readonly oids: ReadonlyMap<string, string>;
  readonly byHand: ReadonlySet<string>;
}

function findDifferences(table: TableShape, { should, is, oids, byHand }: Compared): string[] {
  if (is === undefined) return [`${table.name}: the table does not exist.`];
  if (is.kind !== 'r' && is.kind !== 'p') return [`${table.name}: it is a view, not a table.`];
  return [
    ...[...should.columns.values()].flatMap((column) => columnDifferences(table, column, is)),
    ...[...is.columns.values()].flatMap((column) =>
      should.columns.has(column.name) || byHand.has(column.name)
        ? []
        : [`${table.name}.${column.name}: no model and no migration has this column.`],
    ),
    ...[table.primaryKey, ...table.uniques].flatMap((key) => keyDifferences(table, key, is)),
    ...table.checks.flatMap((check) => checkDifferences(table, check.name, should, is)),
    ...table.foreignKeys.flatMap((key) => foreignKeyDifferences(table, key, is, oids)),
    ...table.indexes.flatMap((index, place) => {
      const expected = [...should.indexes.values()].find(({ name }) => name.endsWith(`_${place}`));
      return expected === undefined ? [] : indexDifferences(table, index.name, expected.definition, is);
    }),
  ];
}

function columnDifferences(table: TableShape, should: CatalogueColumn, { columns }: CatalogueTable): string[] {
  const place = `${table.name}.${should.name}`;
  const is = columns.get(should.name);
  if (is === undefined) return [`${place}: the column does not exist.`];
  const differences: string[] = [];
  if (is.type !== should.type) differences.push(`${place}: the type is ${is.type}, not ${should.type}.`);
  if (is.notNull !== should.notNull) {
    differences.push(
      `${place}: the column is ${is.notNull ? 'not nullable' : 'nullable'}, and should ${should.notNull ? 'not be' : 'be'}.`,
    );
  }
  if (is.default !== should.default) {
    differences.push(`${place}: the default is ${is.default ?? 'missing'}, not ${should.default ?? 'none'}.`);
  }
  if (is.identity !== should.identity) {
    differences.push(`${place}: the column is ${is.identity ? 'an identity, and should not be' : 'not an identity'}.`);
  }
  return differences;
}

function keyDifferences(table: TableShape, { name, columns }: KeyShape, is: CatalogueTable): string[] {
  const what = name === table.primaryKey.name ? 'primary key' : 'unique constraint';
  const kind = name === table.primaryKey.name ? 'p' : 'u';
  const fits = (other: CatalogueConstraint) => other.kind === kind && same(other.columns, columns);
  const found = is.constraints.get(name);
  if (found !== undefined && fits(found)) return [];
  if (found !== undefined)
    return [`${table.name}: the ${what} ${name} is on ${found.columns.join(', ')}, not on ${columns.join(', ')}.`];
  return missing(table, `${what} ${name} on ${columns.join(', ')}`, [...is.constraints.values()].find(fits));
}

function checkDifferences(table: TableShape, name: string, should: CatalogueTable, is: CatalogueTable): string[] {
  const definition = should.constraints.get(name)?.definition ?? '';
  const plain = (text: string) => text.replace(/ NOT VALID$/, '');
  const found = is.constraints.get(name);
  if (found === undefined) {
    const other = [...is.constraints.values()].find((constraint) => plain(constraint.definition) === definition);
    return missing(table, `check ${name}`, other);
  }
  if (plain(found.definition) !== definition)
    return [`${table.name}: ${name} is ${found.definition}, not ${definition}.`];
  return found.validated ? [] : [notValidated(table, name)];
}

const ON_DELETE: Readonly<Record<ForeignKeyShape['onDelete'], string>> = { restrict: 'r', cascade: 'c', setNull: 'n' };
const ACTIONS: Readonly<Record<string, string>> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
};

function foreignKeyDifferences(
  table: TableShape,
  key: ForeignKeyShape,
  is: CatalogueTable,
  oids: ReadonlyMap<string, string>,
): string[] {
  const fits = (other: CatalogueConstraint) =>
    other.kind === 'f' &&
    same(other.columns, key.columns) &&
    other.target === oids.get(key.target) &&
    same(other.targetColumns, key.targetColumns);
  const found = is.constraints.get(key.name);
  if (found === undefined) {
    return missing(table, `foreign key ${key.name} to ${key.target}`, [...is.constraints.values()].find(fits));
  }
  if (!fits(found)) return [`${table.name}: ${key.name} is ${found.definition}, not a foreign key to ${key.target}.`];
  const action = ON_DELETE[key.onDelete];
  if (found.onDelete !== action) {
    return [
      `${table.name}: ${key.name} is "on delete ${ACTIONS[found.onDelete]}", not "on delete ${ACTIONS[action]}".`,
    ];
  }
  return found.validated ? [] : [notValidated(table, key.name)];
}

function indexDifferences(table: TableShape, name: string, definition: string, is: CatalogueTable): string[] {
  const found = is.indexes.get(name);
  if (found === undefined) {
    return missing(
      table,
      `index ${name}`,
      [...is.indexes.values()].find((index) => index.definition === definition),
    );
  }
  if (found.definition !== definition)
    return [`${table.name}: the index ${name} is ${found.definition}, not ${definition}.`];
  return found.valid ? [] : [`${table.name}: the index ${name} is invalid; drop it and create it again.`];
}

function missing(table: TableShape, what: string, other: { readonly name: string } | undefined): string[] {
  if (other === undefined) return [`${table.name}: the ${what} does not exist.`];
  return [`${table.name}: the ${what} is called ${other.name}; later migrations would not find it.`];
}

function notValidated(table: TableShape, name: string): string {
  return `${table.name}: ${name} is not validated: alter table ${quoteTable(table.name)} validate constraint ${quoteName(name)};`;
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** All words and names in these files. */
export function wordsOf(files: readonly Pick<MigrationFile, 'sql'>[]): ReadonlySet<string> {
  return new Set(files.flatMap(({ sql }) => tokenize(sql).map(({ text }) => text)));
}

function lastPart(table: string): string {
  return table.slice(table.indexOf('.') + 1);
}
