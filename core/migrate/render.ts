/** Renders changes as SQL that is easy to read, check and edit: short statements on one line, explicit names for everything. */
import { quoteLiteral, quoteName, quoteNames, quoteTable } from '../sql/quote.ts';
import { castBetween } from './cast.ts';
import { type Change, undo } from './change.ts';
import { type Finding, lint } from './lint.ts';
import type { ColumnShape, ForeignKeyShape, IndexShape, KeyShape, TableShape } from './shape.ts';
import { splitTable } from './snapshot.ts';

export interface Sql {
  readonly up: string;
  readonly down: string;
}

/** The text of a migration and of its down file, with findings for reviewers as comments. */
export function renderFile(changes: readonly Change[]): Sql {
  return { up: fileOf(changes), down: fileOf(undo(changes)) };
}

function fileOf(changes: readonly Change[]): string {
  const findings = Map.groupBy(lint(changes), (finding) => finding.change);
  const blocks = changes.map((change) => [...comments(findings.get(change) ?? []), ...statements(change)].join('\n'));
  return `${blocks.length === 0 ? '-- Nothing to do.' : blocks.join('\n\n')}\n`;
}

function comments(findings: readonly Finding[]): string[] {
  // A line break in a name must not end the comment.
  return findings.flatMap((finding) => finding.message.map((line) => `-- ${line.replaceAll(/[\r\n]+/g, ' ')}`));
}

function statements(change: Change): readonly string[] {
  switch (change.kind) {
    case 'createSchema':
      return [`create schema if not exists ${quoteName(change.schema)};`];
    case 'createExtension':
      return [`create extension if not exists ${quoteName(change.extension)};`];
    case 'createTable':
      return [createTable(change.table), ...change.table.indexes.map((index) => createIndex(change.table.name, index))];
    case 'dropTable':
      return [`drop table ${quoteTable(change.table.name)};`];
    case 'addColumn':
      return [alter(change.table, `add column ${columnSql(change.column)}`)];
    case 'dropColumn':
      return [alter(change.table, `drop column ${quoteName(change.column.name)}`)];
    case 'alterColumn':
      return alterColumn(change.table, change.before, change.after);
    case 'renameTable':
      return renameTable(change.from, change.to);
    case 'renameColumn':
      return [alter(change.table, `rename column ${quoteName(change.from)} to ${quoteName(change.to)}`)];
    case 'renameConstraint':
      return [alter(change.table, `rename constraint ${quoteName(change.from)} to ${quoteName(change.to)}`)];
    case 'renameIndex':
      return [`alter index ${quoteTable(inSchemaOf(change.table, change.from))} rename to ${quoteName(change.to)};`];
    case 'renameModel':
      return change.sql;
    case 'addPrimaryKey':
      return [alter(change.table, `add ${keySql(change.key, 'primary key')}`)];
    case 'addUnique':
      return [alter(change.table, `add ${keySql(change.key, 'unique')}`)];
    case 'addIndex':
      return [createIndex(change.table, change.index)];
    case 'dropIndex':
      return [`drop index ${quoteTable(inSchemaOf(change.table, change.index.name))};`];
    case 'addCheck':
      return [alter(change.table, `add ${checkSql(change.check)}`)];
    case 'addForeignKey':
      return [addForeignKey(change.table, change.foreignKey)];
    case 'dropPrimaryKey':
    case 'dropUnique':
      return [dropConstraint(change.table, change.key.name)];
    case 'dropCheck':
      return [dropConstraint(change.table, change.check.name)];
    case 'dropForeignKey':
      return [dropConstraint(change.table, change.foreignKey.name)];
  }
}

function renameTable(from: string, to: string): string[] {
  const [[oldSchema, oldName], [schema, name]] = [splitTable(from), splitTable(to)];
  // A table without a schema is in the first schema of the search path: `public`, unless the role has a schema of its own.
  const moved = [schema, oldName].filter(Boolean).join('.');
  return [
    ...(schema === oldSchema ? [] : [`alter table ${quoteTable(from)} set schema ${quoteName(schema || 'public')};`]),
    ...(name === oldName ? [] : [`alter table ${quoteTable(moved)} rename to ${quoteName(name)};`]),
  ];
}

function createTable(table: TableShape): string {
  const lines = [
    ...table.columns.map(columnSql),
    keySql(table.primaryKey, 'primary key'),
    ...table.uniques.map((unique) => keySql(unique, 'unique')),
    ...table.checks.map(checkSql),
  ];
  return `create table ${quoteTable(table.name)} (\n${lines.map((line) => `  ${line}`).join(',\n')}\n);`;
}

/**
 * A temporary table with the columns, checks and indexes of a table. Index names end in their position. Used for comparisons,
 * because PostgreSQL rewrites conditions and defaults.
 */
export function temporaryTableSql(table: TableShape, name: string): string {
  const lines = [...table.columns.map(columnSql), ...table.checks.map(checkSql)];
  return [
    `create temporary table ${name} (${lines.join(', ')});`,
    ...table.indexes.map((index, place) => createIndex(`pg_temp.${name}`, { ...index, name: `${name}_${place}` })),
  ].join('\n');
}

function columnSql(column: ColumnShape): string {
  const parts = [quoteName(column.name), column.type];
  if (!column.nullable) parts.push('not null');
  if (column.default !== null) parts.push(`default ${column.default}`);
  // `by default`, so that rows with explicit keys (imported, restored) can be inserted.
  if (column.identity) parts.push('generated by default as identity');
  return parts.join(' ');
}

function alterColumn(table: string, before: ColumnShape, after: ColumnShape): readonly string[] {
  const column = quoteName(after.name);
  const retyped = before.type !== after.type;
  const redefaulted = before.default !== after.default;
  const actions: string[] = [];
  if (before.identity && !after.identity) actions.push('drop identity');
  // Defaults are not converted: they are dropped before the type changes and set again with the new type.
  if (before.default !== null && (retyped || redefaulted)) actions.push('drop default');
  if (retyped) {
    const { using } = castBetween(after.name, before.type, after.type);
    actions.push(`type ${after.type}${using === undefined ? '' : ` using ${using}`}`);
  }
  if (before.nullable && !after.nullable) actions.push('set not null');
  if (!before.nullable && after.nullable) actions.push('drop not null');
  if (after.default !== null && (retyped || redefaulted)) actions.push(`set default ${after.default}`);
  const becomesIdentity = !before.identity && after.identity;
  if (becomesIdentity) actions.push('add generated by default as identity');
  const altered = actions.map((action) => alter(table, `alter column ${column} ${action}`));
  return becomesIdentity ? [...altered, setSequence(table, after.name)] : altered;
}

/** Sets the sequence of a new identity, which would start at 1 although there may be rows. */
function setSequence(table: string, column: string): string {
  const sequence = `pg_get_serial_sequence(${quoteLiteral(quoteTable(table))}, ${quoteLiteral(column)})`;
  return `select setval(${sequence}, coalesce(max(${quoteName(column)}), 0) + 1, false) from ${quoteTable(table)};`;
}

function createIndex(table: string, index: IndexShape): string {
  const kind = index.method === 'uniqueLower' ? 'unique index' : 'index';
  return `create ${kind} ${quoteName(index.name)} on ${quoteTable(table)} ${indexedBy(index)};`;
}

function indexedBy({ method, columns }: IndexShape): string {
  const names = columns.map((column) => quoteName(column.name));
  switch (method) {
    case 'btree':
      return `(${columns.map(({ name, descending }) => `${quoteName(name)}${descending ? ' desc' : ''}`).join(', ')})`;
    case 'uniqueLower':
      return `(${names.map((name) => `lower(${name})`).join(', ')})`;
    case 'gin':
      return `using gin (${names.join(', ')})`;
    case 'trigram':
      return `using gin (${names.map((name) => `${name} gin_trgm_ops`).join(', ')})`;
    case 'trigramOfText':
      return `using gin (${names.map((name) => `(${name}::text) gin_trgm_ops`).join(', ')})`;
  }
}

const ON_DELETE = { restrict: 'restrict', cascade: 'cascade', setNull: 'set null' };

function addForeignKey(table: string, key: ForeignKeyShape): string {
  return [
    `alter table ${quoteTable(table)} add constraint ${quoteName(key.name)}`,
    `  foreign key (${quoteNames(key.columns)}) references ${quoteTable(key.target)} (${quoteNames(key.targetColumns)})`,
    `  on delete ${ON_DELETE[key.onDelete]};`,
  ].join('\n');
}

function keySql(key: KeyShape, type: 'primary key' | 'unique'): string {
  return `constraint ${quoteName(key.name)} ${type} (${quoteNames(key.columns)})`;
}

function checkSql(check: { readonly name: string; readonly condition: string }): string {
  return `constraint ${quoteName(check.name)} check (${check.condition})`;
}

function dropConstraint(table: string, name: string): string {
  return alter(table, `drop constraint ${quoteName(name)}`);
}

function alter(table: string, action: string): string {
  return `alter table ${quoteTable(table)} ${action};`;
}

/** Qualifies an index with the schema of its table. */
function inSchemaOf(table: string, index: string): string {
  const dot = table.indexOf('.');
  return dot === -1 ? index : `${table.slice(0, dot)}.${index}`;
}
