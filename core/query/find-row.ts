import { type FragmentSqlToken, sql } from 'slonik';
import type { Query } from '../database/queries.ts';
import { keyText, parseKey } from '../model/key.ts';
import type { DbRow, Param } from '../model/kind.ts';
import { isEditable, type ModelInfo } from '../model/registry.ts';
import { type DecodedRow, decodeRow, rowSchema } from '../model/row.ts';
import { LABEL, VERSION } from './aliases.ts';
import type { Reader } from './reader.ts';
import { rowSql, rowsQuery } from './row-sql.ts';
import { columnSql, comma, joined, tableSql, typedSql, whereSql } from './sql-names.ts';
import type { Found } from './types.ts';

/** Entries of a manyToMany that a record's page and form hold. */
const LISTED = 1_000;

const LOCKS = { share: sql.fragment`for share of t`, update: sql.fragment`for update of t` };

/** One record as pages show it; undefined when there is none, or none for this reader. */
export async function findRow(
  database: Query,
  reader: Reader,
  model: ModelInfo,
  key: string,
): Promise<Found | undefined> {
  const conditions = conditionsFor(reader, model, key);
  if (conditions === undefined) return undefined;
  const found = await database.maybeOne(recordsQuery(reader, model, conditions));
  return found === null ? undefined : foundOf(model, found);
}

/** The records with these keys that there are for this reader, in the order of the keys: one statement. */
export async function findRows(
  database: Query,
  reader: Reader,
  model: ModelInfo,
  keys: readonly string[],
): Promise<readonly Found[]> {
  if (!reader.mayView(model)) return [];
  const params = keys.flatMap((key): (readonly Param[])[] => {
    const parsed = parseKey(model, key);
    return parsed === undefined ? [] : [parsed];
  });
  if (params.length === 0) return [];
  const each = params.map((param) => sql.fragment`(${joined(keyCondition(model, param), and)})`);
  const scope = reader.scope(model);
  const conditions = [sql.fragment`(${joined(each, or)})`, ...(scope === undefined ? [] : [sql.fragment`(${scope})`])];
  const rows = await database.any(recordsQuery(reader, model, conditions));
  const byKey = new Map(rows.map((row) => [keyText(model, row), foundOf(model, row)]));
  return [...new Set(keys)].flatMap((key) => byKey.get(key) ?? []);
}

const and = sql.fragment` and `;
const or = sql.fragment` or `;

function recordsQuery(reader: Reader, model: ModelInfo, conditions: readonly FragmentSqlToken[]) {
  const fields = [...model.fields.values()].filter((field) => reader.sees(field));
  // A view has no xmin. It cannot be written either, so nothing will ask for a version.
  const version = isEditable(model);
  const row = rowSql(reader, model, { fields, listed: LISTED, whole: true, version });
  const columns = row.needed.map((field) => sql.fragment`${columnSql('t', field)}`);
  if (version) columns.push(sql.fragment`t.xmin::text as ${sql.identifier([VERSION])}`);
  const page = sql.fragment`select ${joined(columns, comma)} from ${tableSql(model)} t ${whereSql(conditions)}`;
  return rowsQuery(row, page, sql.fragment``);
}

function foundOf(model: ModelInfo, found: DbRow): Found {
  const [only, ...more] = model.key;
  const keyValue = only === undefined || more.length > 0 ? '' : String(found[only.name]);
  return {
    key: keyText(model, found),
    keyValue,
    label: String(found[LABEL]),
    row: found,
    version: String(found[VERSION] ?? ''),
  };
}

/** The values of one record as code has them; fields that the reader may not see are absent. */
export async function findValues(
  database: Query,
  reader: Reader,
  model: ModelInfo,
  key: string,
  lock: 'share' | 'update' | undefined = undefined,
): Promise<DecodedRow | undefined> {
  const conditions = conditionsFor(reader, model, key);
  if (conditions === undefined) return undefined;
  const fields = model.stored.filter((field) => reader.sees(field));
  const columns = fields.map((field) => sql.fragment`${columnSql('t', field)} as ${sql.identifier([field.name])}`);
  const found = await database.maybeOne(
    sql.type(rowSchema(model, fields))`
      select ${joined(columns, comma)} from ${tableSql(model)} t ${whereSql(conditions)} ${lock === undefined ? sql.fragment`` : LOCKS[lock]}
    `,
  );
  return found === null ? undefined : decodeRow(model, found);
}

/** The row with this key, over the alias `t`. */
export function keyCondition(model: ModelInfo, key: readonly Param[]): readonly FragmentSqlToken[] {
  return model.key.map((field, at) => sql.fragment`${columnSql('t', field)} = ${typedSql(field, key[at] ?? null)}`);
}

/** Undefined when no row can have this key, or none of the model is for this reader. */
function conditionsFor(reader: Reader, model: ModelInfo, key: string): readonly FragmentSqlToken[] | undefined {
  const params = parseKey(model, key);
  if (params === undefined || !reader.mayView(model)) return undefined;
  const scope = reader.scope(model);
  return [...keyCondition(model, params), ...(scope === undefined ? [] : [sql.fragment`(${scope})`])];
}
