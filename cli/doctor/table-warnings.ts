import type { FieldInfo, ModelInfo } from '../../core/model/field-type.ts';
import { quoteName, quoteNames } from '../../core/sql/quote.ts';
import type { DatabaseColumn, DatabaseIndex, DatabaseTable } from './database-table.ts';

/**
 * What a model declares and the existing table lacks. Startup does not fail, but rows cannot be added, lists become slow, or values
 * that should be unique repeat. Views have neither defaults nor indexes.
 */
export function tableWarnings(model: ModelInfo, table: DatabaseTable): readonly string[] {
  if (table.kind === 'view') return [];
  // Migrations cover the other fields of managed models.
  const fields = model.stored.filter((field) => !model.managed || field.owner !== model.owner);
  return [
    ...fields.flatMap((field) => {
      const column = table.columns.get(field.column);
      // A missing column is an error of its own.
      if (column === undefined) return [];
      return [...uniqueWarnings(field, table), ...indexWarnings(field, table), ...valueWarnings(field, column)].map(
        (warning) => `${model.name}.${field.name}: ${warning}`,
      );
    }),
    ...(model.managed ? [] : modelWarnings(model, table)),
  ];
}

function modelWarnings(model: ModelInfo, table: DatabaseTable): readonly string[] {
  const uniques = model.unique.filter((fields) => !isUnique(fields, table));
  const indexes = model.indexes.filter(
    (parts) =>
      !hasIndex(
        parts.map(({ field }) => field),
        table,
      ),
  );
  return [
    ...uniques.map((fields) => `${model.name}: ${noUniqueIndex(fields)}`),
    ...indexes.map((parts) => `${model.name}: ${noIndex(parts.map(({ field }) => field))}`),
    ...unfilledColumns(model, table),
  ];
}

function uniqueWarnings(field: FieldInfo, table: DatabaseTable): readonly string[] {
  // fault: unique-without-index
  return field.unique && !isUnique([field], table) ? [noUniqueIndex([field])] : [];
}

function noUniqueIndex(fields: readonly FieldInfo[]): string {
  const columns = columnsOf(fields);
  return (
    `there is no unique index on ${listOf(columns)}, so other programs can store the same value twice. ` +
    `Create one: create unique index concurrently on ${tableOf(fields)} (${quoteNames(columns)}); or remove \`unique\`.`
  );
}

/** True also if fewer columns are unique, which is stricter. */
function isUnique(fields: readonly FieldInfo[], { indexes }: DatabaseTable): boolean {
  const columns = columnsOf(fields);
  return indexes.some(
    (index) =>
      index.unique &&
      !index.partial &&
      index.parts.every((part) => columns.some((column) => part.column === column || isLower(part, column))),
  );
}

/** `lower((email)::text)` */
function isLower({ column: own, expression }: DatabaseIndex['parts'][number], column: string): boolean {
  return own === null && /^lower\(/.test(expression) && expression.includes(quoteName(column));
}

function indexWarnings(field: FieldInfo, table: DatabaseTable): readonly string[] {
  if (field.index === 'search') return hasTrigrams(field, table) ? [] : [noTrigrams(field)];
  // Relations are indexed by default, so for an existing table this is not a declaration of the author.
  const isDeclared = field.index && field.typeName !== 'belongsTo';
  // fault: index-not-in-database
  return isDeclared && !hasIndex([field], table) ? [noIndex([field])] : [];
}

function noIndex(fields: readonly FieldInfo[]): string {
  const columns = columnsOf(fields);
  const method = fields.length === 1 && fields[0]?.item !== undefined ? 'using gin ' : '';
  return (
    `no index begins with ${listOf(columns)}, so lists that are sorted or filtered by it read the whole table. ` +
    `Create one: create index concurrently on ${tableOf(fields)} ${method}(${quoteNames(columns)}); or remove \`index\`.`
  );
}

/** A partial index counts: it was created on purpose, for the rows that are needed. */
function hasIndex(fields: readonly FieldInfo[], { indexes }: DatabaseTable): boolean {
  return indexes.some(({ parts }) => fields.every((field, place) => parts[place]?.column === field.column));
}

function noTrigrams(field: FieldInfo): string {
  const column = quoteName(field.column);
  const isText = field.type.cast(field) === 'text';
  return (
    `there is no trigram index on ${listOf([field.column])}, so searches read the whole table. Create one: ` +
    `create index concurrently on ${tableOf([field])} using gin (${isText ? column : `(${column}::text)`} gin_trgm_ops); ` +
    "(it needs the extension pg_trgm) or remove `index: 'search'`."
  );
}

function hasTrigrams({ column }: FieldInfo, { indexes }: DatabaseTable): boolean {
  return indexes.some(
    ({ partial, parts }) =>
      !partial &&
      parts.some(
        (part) =>
          part.operators.endsWith('_trgm_ops') &&
          (part.column === column || (part.column === null && part.expression.includes(quoteName(column)))),
      ),
  );
}

function valueWarnings(field: FieldInfo, column: DatabaseColumn): readonly string[] {
  const isFilled = column.hasDefault || column.identity !== '';
  if (field.typeName === 'identity' && !isFilled)
    return [
      `the column "${field.column}" is not an identity column and has no default, so no row can be added. Add a default, or use another type.`,
    ];
  // fault: identity-typed-by-users
  if (column.identity === 'a' && field.typeName !== 'identity' && !field.readOnly)
    return [
      `the column "${field.column}" is "generated always as identity" and accepts no value; use field.identity().`,
    ];
  // A function is called before the row is written; every other default is left to the database.
  const hasDefault =
    field.type.sqlDefault(field) !== undefined || (field.default !== undefined && typeof field.default !== 'function');
  // fault: default-not-in-database
  if (!hasDefault || isFilled || column.generated) return [];
  const effect = column.notNull ? 'a row without a value is rejected' : 'a row without a value gets NULL';
  return [
    `the column "${field.column}" does not have the default of the field, so ${effect}. Add it to the column, or remove \`default\`.`,
  ];
}

/** Columns that make every new row fail. A trigger may fill them. */
function unfilledColumns(model: ModelInfo, { columns, filledByTrigger }: DatabaseTable): readonly string[] {
  if (model.readOnly || filledByTrigger) return [];
  const described = new Set(columnsOf(model.stored));
  // fault: unfilled-column
  return [...columns.values()]
    .filter(({ notNull, hasDefault, identity, generated }) => notNull && !hasDefault && identity === '' && !generated)
    .filter(({ name }) => !described.has(name))
    .map(
      ({ name }) =>
        `${model.name}: the column "${name}" is not nullable and has no default, and no field fills it, so no row can be added. ` +
        'Add a field for it, give the column a default, or set readOnly: true.',
    );
}

function columnsOf(fields: readonly FieldInfo[]): readonly string[] {
  return fields.map(({ column }) => column);
}

function listOf(columns: readonly string[]): string {
  return columns.length === 1
    ? `the column "${columns[0]}"`
    : `the columns ${columns.map((name) => `"${name}"`).join(', ')}`;
}

function tableOf([field]: readonly FieldInfo[]): string {
  return (field?.model.table ?? []).map(quoteName).join('.');
}
