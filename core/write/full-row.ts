// A row as `app.write` reads it: all stored values, regardless of the actor, because the audit trail needs them, and the result of
// the actor's row rules, evaluated in the same statement.

import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Transaction } from '../database/pool.ts';
import type { Query } from '../database/queries.ts';
import { SESSION_SETTINGS } from '../database/session-url.ts';
import type { DbRow, FieldInfo, ModelInfo } from '../model/field-type.ts';
import { keyText, parseKey } from '../model/key.ts';
import { type ExtraColumns, type RowSchema, rowSchema } from '../model/row.ts';
import { displaySql, largeValues, largeValuesSql } from '../query/display-sql.ts';
import { columnSql, comparedSql, isUnchangedSql, tableSql, valueSql, versionSql } from '../query/field-sql.ts';
import { keyCondition } from '../query/find-record.ts';
import { keyLabelSql, visibleLabelSql, wholeLabelSql } from '../query/label-sql.ts';
import type { Reader } from '../query/reader.ts';
import { isReadable } from '../query/table-facts.ts';
import { LARGE } from '../sql/aliases.ts';
import { comma, joinFragments, rawSql, whereSql } from '../sql/fragments.ts';

export interface FullRow {
  /** As used in URLs. */
  readonly key: string;
  /** The whole label, for the audit trail. */
  readonly label: string;
  /** The part of the label that the actor may read, for messages shown to them. */
  readonly visibleLabel: string;
  readonly version: string;
  /** Database values by field name; with the extent `trail`, large texts are a `LargeValue`. */
  readonly dbValues: DbRow;
  /** Keys by the name of each manyToMany, as PostgreSQL's text. */
  readonly links: ReadonlyMap<string, readonly string[]>;
  /** Whether the row is visible to the actor, and whether they may perform the action on it. */
  readonly visible: boolean;
  readonly allowed: boolean;
  /** For each compared value, whether the row already has it. */
  readonly unchanged: readonly boolean[];
}

/** Conditions on the alias `t` that PostgreSQL evaluates on the row. */
export interface RowChecks {
  readonly visible?: FragmentSqlToken | undefined;
  readonly allowed?: FragmentSqlToken | undefined;
  /** Values to compare. PostgreSQL compares them, so that `1.5` and `1.50` are the same number. */
  readonly compared?: readonly { readonly field: FieldInfo; readonly value: FragmentSqlToken }[];
  /** `whole` if there are hooks, which receive complete values. @defaultValue `whole` */
  readonly extent?: 'trail' | 'whole';
}

/**
 * A column list on the alias `t`, for SELECT and RETURNING. `written`: for RETURNING, which cannot read the system columns of a row
 * that was routed to another partition. The version of a row that was just written is not needed.
 */
export function fullRowColumns(
  reader: Reader,
  model: ModelInfo,
  checks: RowChecks,
  row: 'written' | 'stored' = 'stored',
): FragmentSqlToken {
  // fault: version-of-written-row
  const version = row === 'written' ? sql.fragment`''` : versionSql(model);
  const compared = (checks.compared ?? []).map(({ field, value }) => isUnchangedSql(field, value));
  // fault: large-values-read-to-write
  const extent = checks.extent ?? 'whole';
  const large = largeValuesSql('t', model.stored, extent);
  return joinFragments(
    [
      ...model.stored.map(
        (field) => sql.fragment`${displaySql('t', field, extent)} as ${sql.identifier([field.name])}`,
      ),
      ...fieldsWithReadableLinks(model).map((field) => linkedKeysSql(field)),
      sql.fragment`${wholeLabelSql(model)} as "~label"`,
      sql.fragment`${reader.mayView(model) ? visibleLabelSql(reader, model, 't') : keyLabelSql(model)} as "~visible label"`,
      sql.fragment`${version} as "~version"`,
      sql.fragment`${checkSql(checks.visible)} as "~visible"`,
      sql.fragment`${checkSql(checks.allowed)} as "~allowed"`,
      sql.fragment`array[${joinFragments(compared, comma)}]::bool[] as "~unchanged"`,
      sql.fragment`${HAS_OWN_SETTINGS} as "~formatted"`,
      ...(large === undefined ? [] : [large]),
    ],
    comma,
  );
}

/** Whether a trigger has left the settings alone that decide how the values of a row are written. */
const HAS_OWN_SETTINGS = sql.fragment`(
  current_setting('DateStyle') like 'ISO%' and current_setting('TimeZone') = ${SESSION_SETTINGS.TimeZone}
  and current_setting('client_encoding') in ('UTF8', 'SQL_ASCII')
)`;

/**
 * The row that RETURNING returned. If a trigger changed settings, its dates are in another order or its text in another encoding, so
 * it is read again: by then, they have been restored. `conditions` identify the row; by default, its returned key does.
 */
export async function writtenRow(
  tx: Query,
  { reader, model, ...checks }: RowChecks & { readonly reader: Reader; readonly model: ModelInfo },
  returned: DbRow,
  conditions?: readonly FragmentSqlToken[],
): Promise<FullRow> {
  const row = fullRow(model, returned);
  // fault: row-in-other-format
  if (returned['~formatted'] === true) return row;

  const [stored] = await lockRows(tx, reader, model, conditions ?? rowCondition(model, row), { ...checks, limit: 1 });
  return stored ?? row;
}

/** Locks rows until the end of the transaction, in the order of their keys to avoid deadlocks between writers. */
export async function lockRows(
  tx: Query,
  reader: Reader,
  model: ModelInfo,
  conditions: readonly FragmentSqlToken[],
  { limit, ...checks }: RowChecks & { readonly limit: number },
): Promise<readonly FullRow[]> {
  const keys = model.key.map((field) => sql.fragment`${columnSql('t', field)}`);
  const rows = await tx.any(sql.type(fullRowSchema(model))`
    select ${fullRowColumns(reader, model, checks)}
    from ${tableSql(model)} t ${whereSql(conditions)}
    order by ${joinFragments(keys, comma)} ${rawSql(`limit ${limit}`)}
    for update of t
  `);
  return rows.map((row) => fullRow(model, row));
}

/** Schema of the result of `fullRowColumns`. */
export function fullRowSchema(model: ModelInfo): RowSchema {
  return rowSchema(model, model.stored, {
    ...Object.fromEntries(manyToManyFields(model).map((field) => [field.name, keys.optional()])),
    ...OWN_COLUMNS,
    [LARGE]: largeValues.optional(),
  });
}

const OWN_COLUMNS: ExtraColumns = {
  '~label': z.string(),
  '~visible label': z.string(),
  '~version': z.string(),
  '~visible': z.boolean(),
  '~allowed': z.boolean(),
  '~unchanged': z.array(z.boolean()),
  '~formatted': z.boolean(),
};

export function fullRow(model: ModelInfo, row: DbRow): FullRow {
  return {
    key: keyText(model, row),
    label: String(row['~label']),
    visibleLabel: String(row['~visible label']),
    version: String(row['~version']),
    dbValues: row,
    links: new Map(manyToManyFields(model).map((field) => [field.name, keys.parse(row[field.name] ?? [])])),
    visible: row['~visible'] === true,
    allowed: row['~allowed'] === true,
    unchanged: z.array(z.boolean()).parse(row['~unchanged']),
  };
}

function manyToManyFields(model: ModelInfo): readonly FieldInfo[] {
  return [...model.fields.values()].filter((field) => field.through !== undefined);
}

/** Without fields whose link rows the application's role may not read, so that other changes of the record do not fail. */
function fieldsWithReadableLinks(model: ModelInfo): readonly FieldInfo[] {
  return manyToManyFields(model).filter(({ through }) => through !== undefined && isReadable(through.model));
}

/**
 * A condition on the alias `t` for rows by their keys, with one parameter per part of the key, regardless of the number of rows.
 */
export function rowsCondition(model: ModelInfo, rows: readonly FullRow[]): FragmentSqlToken {
  const columns = model.key.map((field) => sql.fragment`${columnSql('t', field)}`);
  const arrays = model.key.map((field) => {
    const values = rows.map(({ dbValues }) => String(dbValues[field.name]));
    return sql.fragment`${sql.array(values, rawSql(`${field.type.cast(field)}[]`))}`;
  });
  const [only, ...more] = columns;
  if (only !== undefined && more.length === 0) return sql.fragment`${only} = any(${joinFragments(arrays, comma)})`;
  return sql.fragment`(${joinFragments(columns, comma)}) in (select * from unnest(${joinFragments(arrays, comma)}))`;
}

/** Conditions on the alias `t` for a row by its key. */
export function rowCondition(model: ModelInfo, { dbValues }: FullRow): readonly FragmentSqlToken[] {
  return model.key.map(
    (field) => sql.fragment`${columnSql('t', field)} = ${valueSql(field, String(dbValues[field.name]))}`,
  );
}

const keys = z.array(z.string());

function linkedKeysSql(field: FieldInfo): FragmentSqlToken {
  const { through } = field;
  const [key] = field.model.key;
  if (through === undefined || key === undefined)
    throw new TypeError(`${field.model.name}.${field.name} is not a manyToMany field.`);
  const targetKey = columnSql('link', through.target);
  return sql.fragment`(
    select coalesce(jsonb_agg(${targetKey}::text order by ${targetKey}), '[]')
    from ${tableSql(through.model)} link
    where ${columnSql('link', through.source)} = ${comparedSql(through.source, columnSql('t', key))}
  ) as ${sql.identifier([field.name])}`;
}

/** A rule that evaluates to NULL counts as not met. */
function checkSql(rule: FragmentSqlToken | undefined): FragmentSqlToken {
  return rule === undefined ? sql.fragment`true` : sql.fragment`coalesce((${rule}), false)`;
}

/**
 * Locks a row until the transaction ends, so that others cannot change or delete it. It checks no permissions, because it returns
 * nothing from the row. Rows of a read-only view cannot be locked and count as locked.
 *
 * @returns whether the row exists.
 * @example
 * if (!(await lockRecord(tx, model, key))) return { outcome: 'missing' };
 */
export async function lockRecord(tx: Transaction, model: ModelInfo, key: string): Promise<boolean> {
  const params = parseKey(model, key);
  if (params === undefined) return false;
  if (model.readOnly) return true;
  const row = await tx.maybeOne(sql.unsafe`
    select 1 from ${tableSql(model)} t ${whereSql(keyCondition(model, params))} for no key update
  `);
  return row !== null;
}
