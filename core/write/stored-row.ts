// A row as the writing door sees it: everything that is stored, whoever asks, for the audit trail wants all of it; and what
// the database says about the actor's rules, asked in the same statement.

import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../database/queries.ts';
import { keyText } from '../model/key.ts';
import type { DbRow, DbValue } from '../model/kind.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { rowSchema } from '../model/row.ts';
import { labelSql } from '../query/label-sql.ts';
import type { Reader } from '../query/reader.ts';
import {
  columnSql,
  comma,
  comparedSql,
  joined,
  shownSql,
  tableSql,
  trusted,
  typedSql,
  whereSql,
} from '../query/sql-names.ts';

export interface StoredRow {
  /** As it stands in addresses. */
  readonly key: string;
  /** The whole label, for the audit trail. */
  readonly label: string;
  /** What the actor may read of it, for the message that he gets. */
  readonly shownLabel: string;
  readonly version: string;
  /** Wires by field name. */
  readonly wires: DbRow;
  /** Keys by the name of each manyToMany, as PostgreSQL's text. */
  readonly links: ReadonlyMap<string, readonly string[]>;
  /** Whether the row exists to the actor, and whether he may do with it what he wants to do. */
  readonly seen: boolean;
  readonly allowed: boolean;
  /** One a compared value: whether the row holds it already. */
  readonly same: readonly boolean[];
}

export interface Questions {
  readonly seen?: FragmentSqlToken | undefined;
  readonly allowed?: FragmentSqlToken | undefined;
  /** PostgreSQL compares, so that `1.5` and `1.50` are the same number. */
  readonly compared?: readonly { readonly field: FieldInfo; readonly value: FragmentSqlToken }[];
}

/** A column list over the alias `t`, for SELECT and RETURNING. */
export function storedColumns(reader: Reader, model: ModelInfo, questions: Questions): FragmentSqlToken {
  const parts = reader.mayView(model) ? reader.labelParts(model) : [];
  const compared = (questions.compared ?? []).map(
    ({ field, value }) => sql.fragment`${comparedSql('t', field)} is not distinct from ${value}`,
  );
  return joined(
    [
      ...model.stored.map((field) => sql.fragment`${shownSql('t', field, true)} as ${sql.identifier([field.name])}`),
      ...linkFields(model).map((field) => linkedKeys(field)),
      sql.fragment`${labelSql(model, model.label, 't')} as "~label"`,
      sql.fragment`${labelSql(model, parts, 't')} as "~shown"`,
      sql.fragment`t.xmin::text as "~version"`,
      sql.fragment`${answer(questions.seen)} as "~seen"`,
      sql.fragment`${answer(questions.allowed)} as "~allowed"`,
      sql.fragment`array[${joined(compared, comma)}]::bool[] as "~same"`,
    ],
    comma,
  );
}

/** Locks rows until the end of the transaction, in the order of their keys so that two of us do not wait for each other. */
export async function lockRows(
  tx: Query,
  reader: Reader,
  model: ModelInfo,
  conditions: readonly FragmentSqlToken[],
  { limit, ...questions }: Questions & { readonly limit: number },
): Promise<readonly StoredRow[]> {
  const keys = model.key.map((field) => sql.fragment`${columnSql('t', field)}`);
  const rows = await tx.any(sql.type(storedSchema(model))`
    select ${storedColumns(reader, model, questions)}
    from ${tableSql(model)} t ${whereSql(conditions)}
    order by ${joined(keys, comma)} ${trusted(`limit ${limit}`)}
    for update of t
  `);
  return rows.map((row) => storedRow(model, row));
}

type Schema = z.ZodObject<Record<string, z.ZodType<DbValue>>>;
const schemas = new WeakMap<ModelInfo, Schema>();

/** Of what `storedColumns` gives. */
export function storedSchema(model: ModelInfo): Schema {
  let schema = schemas.get(model);
  if (schema === undefined) {
    schema = rowSchema(model, model.stored).extend({
      ...Object.fromEntries(linkFields(model).map((field) => [field.name, keys])),
      '~label': z.string(),
      '~shown': z.string(),
      '~version': z.string(),
      '~seen': z.boolean(),
      '~allowed': z.boolean(),
      '~same': z.array(z.boolean()),
    });
    schemas.set(model, schema);
  }
  return schema;
}

export function storedRow(model: ModelInfo, row: DbRow): StoredRow {
  return {
    key: keyText(model, row),
    label: String(row['~label']),
    shownLabel: String(row['~shown']),
    version: String(row['~version']),
    wires: row,
    links: new Map(linkFields(model).map((field) => [field.name, keys.parse(row[field.name])])),
    seen: row['~seen'] === true,
    allowed: row['~allowed'] === true,
    same: z.array(z.boolean()).parse(row['~same']),
  };
}

export function linkFields(model: ModelInfo): readonly FieldInfo[] {
  return [...model.fields.values()].filter((field) => field.through !== undefined);
}

/** The rows with these keys, over the alias `t`; one parameter a part of the key, however many rows. */
export function amongRows(model: ModelInfo, rows: readonly StoredRow[]): FragmentSqlToken {
  const columns = model.key.map((field) => sql.fragment`${columnSql('t', field)}`);
  const arrays = model.key.map((field) => {
    const values = rows.map(({ wires }) => String(wires[field.name]));
    return sql.fragment`${sql.array(values, trusted(`${field.spec.cast(field)}[]`))}`;
  });
  const [only, ...more] = columns;
  if (only !== undefined && more.length === 0) return sql.fragment`${only} = any(${joined(arrays, comma)})`;
  return sql.fragment`(${joined(columns, comma)}) in (select * from unnest(${joined(arrays, comma)}))`;
}

/** The row with the key of this one. */
export function sameRow(model: ModelInfo, { wires }: StoredRow): readonly FragmentSqlToken[] {
  return model.key.map(
    (field) => sql.fragment`${columnSql('t', field)} = ${typedSql(field, String(wires[field.name]))}`,
  );
}

const keys = z.array(z.string());

function linkedKeys(field: FieldInfo): FragmentSqlToken {
  const { through } = field;
  const [key] = field.model.key;
  if (through === undefined || key === undefined)
    throw new TypeError(`${field.model.name}.${field.name} links nothing.`);
  const far = columnSql('link', through.far);
  return sql.fragment`(
    select coalesce(jsonb_agg(${far}::text order by ${far}), '[]')
    from ${tableSql(through.model)} link
    where ${columnSql('link', through.near)} = ${columnSql('t', key)}
  ) as ${sql.identifier([field.name])}`;
}

/** A rule that is NULL does not hold. */
function answer(rule: FragmentSqlToken | undefined): FragmentSqlToken {
  return rule === undefined ? sql.fragment`true` : sql.fragment`coalesce((${rule}), false)`;
}
