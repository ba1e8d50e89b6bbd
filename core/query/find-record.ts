import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../database/queries.ts';
import { type DbRow, type FieldInfo, isEditable, type ModelInfo, type Param } from '../model/field-type.ts';
import { keyText, parseKey } from '../model/key.ts';
import { type DecodedRow, decodeRow, rowSchema } from '../model/row.ts';
import { LABEL, relationList, VERSION } from '../sql/aliases.ts';
import { comma, joinFragments, rawSql, whereSql } from '../sql/fragments.ts';
import { mayBeLarge } from './display-sql.ts';
import { columnSql, tableSql, valueSql, versionSql } from './field-sql.ts';
import type { Reader } from './reader.ts';
import { inPage, rowSql, rowsQuery } from './row-sql.ts';
import { isReadable } from './table-facts.ts';
import type { Dependants, FoundRecord } from './types.ts';

/** Max entries of a manyToMany on a record's page and form. */
export const MAX_LISTED = 1_000;

const LOCKS = { share: sql.fragment`for share of t`, update: sql.fragment`for update of t` };

/** One record as pages show it; undefined if it does not exist or is hidden from the user. */
export async function findRecord(
  database: Query,
  reader: Reader,
  model: ModelInfo,
  key: string,
  extent: 'record' | 'whole' = 'record',
): Promise<FoundRecord | undefined> {
  const conditions = visibleRowConditions(reader, model, key);
  if (conditions === undefined) return undefined;
  // In a view, and in a table without a unique key, several rows may have this key: the first one is shown.
  const [row] = await database.any(recordsQuery(reader, model, conditions, extent, rawSql('limit 1')));
  return row === undefined ? undefined : toFoundRecord(model, row);
}

/** The records with these keys that the user may see, in the order of the keys, in one statement. */
export async function findRecords(
  database: Query,
  reader: Reader,
  model: ModelInfo,
  keys: readonly string[],
): Promise<readonly FoundRecord[]> {
  if (!reader.mayView(model)) return [];
  const params = keys.flatMap((key): (readonly Param[])[] => {
    const parsed = parseKey(model, key);
    return parsed === undefined ? [] : [parsed];
  });
  if (params.length === 0) return [];
  const keyConditions = params.map((param) => sql.fragment`(${joinFragments(keyCondition(model, param), and)})`);
  const scope = reader.scope(model);
  // fault: records-out-of-scope
  const conditions = [
    sql.fragment`(${joinFragments(keyConditions, or)})`,
    ...(scope === undefined ? [] : [sql.fragment`(${scope})`]),
  ];
  const rows = await database.any(recordsQuery(reader, model, conditions, 'record'));
  const byKey = new Map(rows.map((row) => [keyText(model, row), toFoundRecord(model, row)]));
  return [...new Set(keys)].flatMap((key) => byKey.get(key) ?? []);
}

const and = sql.fragment` and `;
const or = sql.fragment` or `;

function recordsQuery(
  reader: Reader,
  model: ModelInfo,
  conditions: readonly FragmentSqlToken[],
  extent: 'record' | 'whole',
  limit: FragmentSqlToken = sql.fragment``,
) {
  const fields = [...model.fields.values()].filter((field) => reader.sees(field));
  // Rows that cannot be changed need no version.
  const version = isEditable(model);
  const row = rowSql(reader, model, { fields, listed: MAX_LISTED + 1, extent, version });
  const columns = row.needed.map((field) => sql.fragment`${columnSql('t', field)}`);
  if (version) columns.push(sql.fragment`${versionSql(model)} as ${sql.identifier([inPage(model, VERSION)])}`);
  const page = sql.fragment`select ${joinFragments(columns, comma)} from ${tableSql(model)} t ${whereSql(conditions)} ${limit}`;
  return rowsQuery(row, page, sql.fragment``);
}

function toFoundRecord(model: ModelInfo, row: DbRow): FoundRecord {
  const [only, ...more] = model.key;
  const keyValue = only === undefined || more.length > 0 ? '' : String(row[only.name]);
  const lists = [...model.fields.values()].flatMap((field): [FieldInfo, readonly unknown[]][] => {
    const list = field.through === undefined ? undefined : row[relationList(field.name)];
    return Array.isArray(list) && list.length > MAX_LISTED ? [[field, list.slice(0, MAX_LISTED)]] : [];
  });
  return {
    key: keyText(model, row),
    keyValue,
    label: String(row[LABEL]),
    row: { ...row, ...Object.fromEntries(lists.map(([field, list]) => [relationList(field.name), list])) },
    version: String(row[VERSION] ?? ''),
    truncated: new Set(lists.map(([field]) => field.name)),
  };
}

const wholeText = z.object({ text: z.string().nullable() });

/**
 * One value of a record as PostgreSQL's text, whatever its size; undefined if it does not exist, is NULL or hidden from the user,
 * or if its field type is only shown as a summary.
 */
export async function findText(
  database: Query,
  reader: Reader,
  field: FieldInfo,
  key: string,
): Promise<string | undefined> {
  const { model } = field;
  const conditions = visibleRowConditions(reader, model, key);
  // fault: hidden-value-read
  if (conditions === undefined || !reader.sees(field) || !mayBeLarge(field)) return undefined;
  const [row] = await database.any(sql.type(wholeText)`
    select ${columnSql('t', field)}::text as text from ${tableSql(model)} t ${whereSql(conditions)} limit 1
  `);
  return row?.text ?? undefined;
}

/** The decoded values of one record; fields that the user cannot see are absent. */
export async function findValues(
  database: Query,
  reader: Reader,
  model: ModelInfo,
  key: string,
  lock: 'share' | 'update' | undefined = undefined,
): Promise<DecodedRow | undefined> {
  const conditions = visibleRowConditions(reader, model, key);
  if (conditions === undefined) return undefined;
  const fields = model.stored.filter((field) => reader.sees(field));
  const columns = fields.map((field) => sql.fragment`${columnSql('t', field)} as ${sql.identifier([field.name])}`);
  const [row] = await database.any(
    sql.type(rowSchema(model, fields))`
      select ${joinFragments(columns, comma)} from ${tableSql(model)} t ${whereSql(conditions)} limit 1 ${lock === undefined ? sql.fragment`` : LOCKS[lock]}
    `,
  );
  return row === undefined ? undefined : decodeRow(model, row);
}

/** Conditions on the alias `t` for the row with this key. */
export function keyCondition(model: ModelInfo, key: readonly Param[]): readonly FragmentSqlToken[] {
  return model.key.map(
    (field, index) => sql.fragment`${columnSql('t', field)} = ${valueSql(field, key[index] ?? null)}`,
  );
}

/** Undefined if no row can have this key, or if the user cannot see any row of the model. */
function visibleRowConditions(reader: Reader, model: ModelInfo, key: string): readonly FragmentSqlToken[] | undefined {
  const params = parseKey(model, key);
  if (params === undefined || !reader.mayView(model)) return undefined;
  const scope = reader.scope(model);
  // fault: record-out-of-scope
  return [...keyCondition(model, params), ...(scope === undefined ? [] : [sql.fragment`(${scope})`])];
}

/** Rows are counted up to this number, which is enough for a confirmation page. */
const MAX_COUNTED = 1_000;
const counts = sql.type(z.object({ relation: z.number(), rows: z.string() }));

/** Counts the rows that reference a record, per relation, in one statement. Only rows that the user may see are counted. */
export async function countDependants(
  database: Query,
  reader: Reader,
  model: ModelInfo,
  key: string,
): Promise<readonly Dependants[]> {
  const [param] = parseKey(model, key) ?? [];
  // fault: unreadable-dependants
  const relations = model.inbound.filter(
    (field) => field.column !== '' && reader.sees(field) && isReadable(field.model),
  );
  if (param === undefined || relations.length === 0 || !reader.mayView(model)) return [];
  const queries = relations.map((field, relation) => {
    const scope = reader.scope(field.model);
    const conditions = [
      sql.fragment`${columnSql('t', field)} = ${valueSql(field, param)}`,
      ...(scope === undefined ? [] : [sql.fragment`(${scope})`]),
      ...(field.model === model ? keyCondition(model, [param]).map((isSame) => sql.fragment`not (${isSame})`) : []),
    ];
    return sql.fragment`
      select ${rawSql(String(relation))} as relation, count(*) as rows
      from (
        select from ${tableSql(field.model)} t ${whereSql(conditions)}
        limit ${rawSql(String(MAX_COUNTED + 1))}
      ) counted
    `;
  });
  const rows = await database.any(counts`${joinFragments(queries, sql.fragment` union all `)}`);
  return rows.flatMap((row) => {
    const field = relations[row.relation];
    const count = Number(row.rows);
    if (field === undefined || count === 0) return [];
    return [{ field, rows: Math.min(count, MAX_COUNTED), more: count > MAX_COUNTED }];
  });
}
