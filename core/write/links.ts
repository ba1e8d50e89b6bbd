import { sql } from 'slonik';
import type { Transaction } from '../database/pool.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { withDefaults } from '../model/validate.ts';
import { columnSql, comma, joined, tableSql, typedSql, valuesSql } from '../query/sql-names.ts';
import { givenColumns } from './given-values.ts';
import type { StoredRow } from './stored-row.ts';

/** Makes the pairs of a manyToMany what they should be; those that stay are not touched. */
export async function writeLinks(
  tx: Transaction,
  model: ModelInfo,
  row: StoredRow,
  field: FieldInfo,
  wanted: readonly string[],
): Promise<void> {
  const { through } = field;
  const [key] = model.key;
  if (through === undefined || key === undefined) throw new TypeError(`${model.name}.${field.name} is no manyToMany.`);
  const near = typedSql(key, String(row.wires[key.name]));
  const before = new Set(row.links.get(field.name) ?? []);
  const gone = [...before].filter((each) => !wanted.includes(each));
  const come = wanted.filter((each) => !before.has(each));
  if (gone.length > 0) {
    await tx.query(sql.unsafe`
      delete from ${tableSql(through.model)} link
      where ${columnSql('link', through.near)} = ${near}
        and ${columnSql('link', through.far)} = any(${valuesSql(field, gone)})
    `);
  }
  if (come.length === 0) return;
  // A pair may have fields of its own; each gets what functions give as their defaults.
  const pairs = come.map((each) => [
    { field: through.near, value: near },
    { field: through.far, value: typedSql(through.far, each) },
    ...givenColumns(through.model, withDefaults(through.model, {})),
  ]);
  const names = (pairs[0] ?? []).map(({ field: { column } }) => sql.fragment`${sql.identifier([column])}`);
  const rows = pairs.map(
    (pair) =>
      sql.fragment`(${joined(
        pair.map(({ value }) => value),
        comma,
      )})`,
  );
  await tx.query(sql.unsafe`
    insert into ${tableSql(through.model)} (${joined(names, comma)}) values ${joined(rows, comma)}
  `);
}

/** Whether two sets of keys differ; the order in which they came means nothing. */
export function linksDiffer(before: readonly string[], wanted: readonly string[]): boolean {
  return before.length !== wanted.length || wanted.some((key) => !before.includes(key));
}
