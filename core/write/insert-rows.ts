import { type FragmentSqlToken, sql } from 'slonik';
import type { Query } from '../database/queries.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { withDefaults } from '../model/validate.ts';
import { tableSql } from '../query/field-sql.ts';
import { tableName } from '../query/table-facts.ts';
import { comma, joinFragments, nameSql } from '../sql/fragments.ts';
import type { Values } from './types.ts';

const BATCH_SIZE = 5_000;

/**
 * Inserts rows with their keys, in order, with one statement for up to 5,000 of them: for a seed. No values or permissions are checked,
 * no hooks run, and no events are recorded. Many-to-many fields are not written: insert their link rows.
 */
export async function insertRows(tx: Query, model: ModelInfo, rows: readonly Values[]): Promise<void> {
  let batch: Values[] = [];
  let fields: readonly FieldInfo[] = [];
  for (const row of rows.map((values) => withDefaults(model, values))) {
    const own = insertedFields(model, row);
    if (batch.length === BATCH_SIZE || !isSame(own, fields)) {
      await insertBatch(tx, model, fields, batch);
      batch = [];
      fields = own;
    }
    batch.push(row);
  }
  await insertBatch(tx, model, fields, batch);
  const identity = model.key.find(({ typeName }) => typeName === 'identity');
  if (identity !== undefined) await continueSequence(tx, model, identity);
  await tx.query(sql.unsafe`analyze ${tableSql(model)}`);
}

/** The fields to insert: not those that the database fills in. */
function insertedFields(model: ModelInfo, row: Values): readonly FieldInfo[] {
  return model.stored.filter((field) => row[field.name] !== undefined || (field.nullable && !hasDefault(field)));
}

function hasDefault(field: FieldInfo): boolean {
  return field.default !== undefined || field.type.sqlDefault(field) !== undefined;
}

function isSame(one: readonly FieldInfo[], other: readonly FieldInfo[]): boolean {
  return one.length === other.length && one.every((field, index) => field === other[index]);
}

/** PostgreSQL converts the JSON to the types of the columns, so nothing is lost. */
async function insertBatch(
  tx: Query,
  model: ModelInfo,
  fields: readonly FieldInfo[],
  rows: readonly Values[],
): Promise<void> {
  if (fields.length === 0) {
    for (const _ of rows) await tx.query(sql.unsafe`insert into ${tableSql(model)} default values`);
    return;
  }
  if (rows.length === 0) return;
  const columns: FragmentSqlToken = joinFragments(
    fields.map(({ column }) => nameSql([column])),
    comma,
  );
  const json = rows.map((row) => `{${fields.map((field) => member(field, row[field.name])).join(',')}}`);
  await tx.query(sql.unsafe`
    insert into ${tableSql(model)} (${columns}) overriding system value
    select ${columns} from json_populate_recordset(null::${tableSql(model)}, ${`[${json.join(',')}]`}::json)
  `);
}

function member(field: FieldInfo, value: unknown): string {
  const { column, type } = field;
  const encoded = value === undefined || value === null ? null : type.encode(value);
  // The text of a JSON value is JSON itself; quoted, it would be stored as a string.
  const isJson = encoded !== null && JSON_TYPES.includes(type.cast(field));
  return `${JSON.stringify(column)}:${isJson ? String(encoded) : JSON.stringify(encoded)}`;
}

/** Of plugins' field types, too. */
const JSON_TYPES: readonly string[] = ['json', 'jsonb'];

/** Continues after the highest key, so that the next generated key does not exist yet. */
async function continueSequence(tx: Query, model: ModelInfo, { column }: FieldInfo): Promise<void> {
  await tx.query(sql.unsafe`
    select setval(pg_get_serial_sequence(${tableName(model)}, ${column}), max(${nameSql([column])}))
    from ${tableSql(model)}
  `);
}
