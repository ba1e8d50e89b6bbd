import { type FragmentSqlToken, sql } from 'slonik';
import type { Query } from '../database/queries.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import type { Problem } from '../model/issue.ts';
import { columnSql, onlyKey, tableSql, valueSql, valuesSql } from '../query/field-sql.ts';
import { whereSql } from '../sql/fragments.ts';
import type { Values } from './types.ts';
import type { Source, Writer } from './writer.ts';

/** The values that this actor may set, and a problem for each of the others. `undefined` means "not given". */
export function permittedValues(
  writer: Writer,
  action: 'add' | 'change',
  model: ModelInfo,
  values: Values,
  source: Source,
): { readonly permitted: Values; readonly problems: readonly Problem[] } {
  const permitted: [string, unknown][] = [];
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const field = model.fields.get(name);
    const access = field === undefined ? 'unknown' : writer.fieldAccess(action, field, source);
    if (access === 'allowed') permitted.push([name, value]);
    else if (access === 'forbidden') problems.push({ field: name, issue: { key: 'problem.forbidden' } });
    // A field whose existence the actor must not learn is reported like one that does not exist.
    else problems.push({ field: name, issue: { key: 'problem.unknownField', params: { name } } });
  }
  return { permitted: Object.fromEntries(permitted), problems };
}

/** A value as SQL, for INSERT, UPDATE and comparison. */
export interface ColumnValue {
  readonly field: FieldInfo;
  readonly value: FragmentSqlToken;
}

/** The encoded column values of validated values. */
export function columnValues(model: ModelInfo, values: Values): readonly ColumnValue[] {
  return model.stored.flatMap((field) => {
    const value = Object.hasOwn(values, field.name) ? values[field.name] : undefined;
    if (value === undefined) return [];
    return [{ field, value: valueSql(field, value === null ? null : field.type.encode(value)) }];
  });
}

/** The keys in the value of each manyToMany, without duplicates, as PostgreSQL's text. */
export function linkedKeys(model: ModelInfo, values: Values): ReadonlyMap<FieldInfo, readonly string[]> {
  const links = new Map<FieldInfo, readonly string[]>();
  for (const field of model.fields.values()) {
    const value = Object.hasOwn(values, field.name) ? values[field.name] : undefined;
    if (field.through === undefined || field.target === undefined || !Array.isArray(value)) continue;
    const { type } = onlyKey(field.target);
    links.set(field, [...new Set(value.map((key) => String(type.encode(key))))]);
  }
  return links;
}

/** The keys of the rows that values reference, by field, as PostgreSQL's text. */
export function referencedKeys(model: ModelInfo, values: Values): ReadonlyMap<FieldInfo, readonly string[]> {
  const references = new Map(linkedKeys(model, values));
  for (const field of model.stored) {
    const value = Object.hasOwn(values, field.name) ? values[field.name] : undefined;
    if (field.target === undefined || value === undefined || value === null) continue;
    references.set(field, [String(field.type.encode(value))]);
  }
  return references;
}

/**
 * Checks that the actor could have selected these rows. Otherwise, a forged request could reference rows that the actor cannot see.
 * In managed tables, rows that do not exist are left to the foreign key.
 */
export async function checkReferences(
  tx: Query,
  writer: Writer,
  references: ReadonlyMap<FieldInfo, readonly string[]>,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const [field, keys] of references) {
    const { target } = field;
    if (target === undefined || keys.length === 0) continue;
    const scope = writer.reader.scope(target);
    const canSelect = writer.reader.canSelect(field);
    // If the actor can see every row, the foreign key is enough. Within a request scope it is not, because its check also finds rows
    // that row-level security hides from the actor, and unmanaged tables may have none.
    const holder = field.through?.model ?? field.model;
    // fault: orphan-stored
    if (canSelect && holder.managed && writer.reader.seesEveryRow(target)) continue;
    const visible = canSelect ? await countVisible(tx, target, keys, scope) : 0;
    if (visible < keys.length) problems.push({ field: field.name, issue: noSuchRow(field, keys) });
  }
  return problems;
}

/** The problem for a relation to a row that does not exist or is hidden from the actor. */
export function noSuchRow(field: FieldInfo, keys: readonly string[]) {
  const target = field.target?.title ?? field.label;
  return { key: 'problem.noSuchRow', params: { typed: keys.join(', ').slice(0, 200), target } };
}

async function countVisible(
  tx: Query,
  target: ModelInfo,
  keys: readonly string[],
  scope: FragmentSqlToken | undefined,
): Promise<number> {
  const key = onlyKey(target);
  const isListed = sql.fragment`${columnSql('t', key)} = any(${valuesSql(key, keys)})`;
  const conditions = scope === undefined ? [isListed] : [isListed, sql.fragment`(${scope})`];
  const { rowCount } = await tx.query(sql.unsafe`select from ${tableSql(target)} t ${whereSql(conditions)}`);
  return rowCount;
}
