import { type FragmentSqlToken, sql } from 'slonik';
import type { Query } from '../database/queries.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { columnSql, joined, onlyKey, tableSql, typedSql, valuesSql, whereSql } from '../query/sql-names.ts';
import type { Problem } from './types.ts';
import type { Values } from './write.ts';
import type { Source, Writer } from './writer.ts';

/** Values that were really given, apart from those that this actor may not set. `undefined` is "not given". */
export function settable(
  writer: Writer,
  change: 'add' | 'change',
  model: ModelInfo,
  values: Values,
  source: Source,
): { readonly given: Values; readonly problems: readonly Problem[] } {
  const given: [string, unknown][] = [];
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const field = model.fields.get(name);
    const verdict = field === undefined ? 'unknown' : writer.sets(change, field, source);
    if (verdict === 'yes') given.push([name, value]);
    else if (verdict === 'forbidden') problems.push({ field: name, issue: { key: 'problem.notYours' } });
    // A field that he may not know of is told in the words of one that does not exist.
    else problems.push({ field: name, issue: { key: 'problem.unknownField', params: { name } } });
  }
  return { given: Object.fromEntries(given), problems };
}

export interface GivenColumn {
  readonly field: FieldInfo;
  readonly value: FragmentSqlToken;
}

/** What goes into columns, encoded; validated before. */
export function givenColumns(model: ModelInfo, values: Values): readonly GivenColumn[] {
  return model.stored.flatMap((field) => {
    const value = Object.hasOwn(values, field.name) ? values[field.name] : undefined;
    if (value === undefined) return [];
    return [{ field, value: typedSql(field, value === null ? null : field.spec.encode(value)) }];
  });
}

/** Keys for each manyToMany that was given, each key once, as PostgreSQL's text. */
export function givenLinks(model: ModelInfo, values: Values): ReadonlyMap<FieldInfo, readonly string[]> {
  const links = new Map<FieldInfo, readonly string[]>();
  for (const field of model.fields.values()) {
    const value = Object.hasOwn(values, field.name) ? values[field.name] : undefined;
    if (field.through === undefined || field.target === undefined || !Array.isArray(value)) continue;
    const { spec } = onlyKey(field.target);
    links.set(field, [...new Set(value.map((key) => String(spec.encode(key))))]);
  }
  return links;
}

/**
 * Whether the actor may point to these rows: he could have picked them. Without this a key typed into a request would reach
 * rows that no list shows him. Rows that do not exist are left to the foreign key.
 */
export async function unreachable(
  tx: Query,
  writer: Writer,
  pointing: ReadonlyMap<FieldInfo, readonly string[]>,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const [field, keys] of pointing) {
    const { target } = field;
    if (target === undefined || keys.length === 0) continue;
    const scope = writer.reads.scope(target);
    const picks = writer.reads.picks(field);
    if (picks && scope === undefined) continue;
    const reached = picks && scope !== undefined ? await countIn(tx, target, keys, scope) : 0;
    if (reached < keys.length) problems.push({ field: field.name, issue: noSuchRow(field, keys) });
  }
  return problems;
}

/** The words for a relation to a row that is not there, or not there for him. */
export function noSuchRow(field: FieldInfo, keys: readonly string[]) {
  const target = field.target?.title ?? field.label;
  return { key: 'problem.noSuchRow', params: { typed: keys.join(', ').slice(0, 200), target } };
}

async function countIn(
  tx: Query,
  target: ModelInfo,
  keys: readonly string[],
  scope: FragmentSqlToken,
): Promise<number> {
  const key = onlyKey(target);
  const listed = sql.fragment`${columnSql('t', key)} = any(${valuesSql(key, keys)})`;
  const conditions = [listed, sql.fragment`(${scope})`];
  const found = await tx.any(
    sql.unsafe`select 1 from ${tableSql(target)} t ${joined([whereSql(conditions)], sql.fragment``)}`,
  );
  return found.length;
}
