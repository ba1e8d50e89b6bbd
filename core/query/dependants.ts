import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../database/queries.ts';
import { parseKey } from '../model/key.ts';
import type { ModelInfo } from '../model/registry.ts';
import type { Reader } from './reader.ts';
import { columnSql, joined, tableSql, trusted, typedSql } from './sql-names.ts';
import type { Dependants } from './types.ts';

/** Counted up to here; a confirm page needs to know no more. */
const MOST = 1_000;
const counted = sql.type(z.object({ relation: z.number(), rows: z.string() }));

/** Rows that point to a record, one entry a relation, in one statement. Only what the reader may see is counted. */
export async function dependantsOf(
  database: Query,
  reader: Reader,
  model: ModelInfo,
  key: string,
): Promise<readonly Dependants[]> {
  const [param] = parseKey(model, key) ?? [];
  const relations = model.inbound.filter((field) => field.column !== '' && reader.sees(field));
  if (param === undefined || relations.length === 0 || !reader.mayView(model)) return [];
  const parts = relations.map((field, relation) => {
    const scope = reader.scope(field.model);
    return sql.fragment`
      select ${trusted(String(relation))} as relation, count(*) as rows
      from (
        select from ${tableSql(field.model)} t
        where ${columnSql('t', field)} = ${typedSql(field, param)}
          ${scope === undefined ? sql.fragment`` : sql.fragment`and (${scope})`}
        limit ${trusted(String(MOST + 1))}
      ) counted
    `;
  });
  const rows = await database.any(counted`${joined(parts, sql.fragment` union all `)}`);
  return rows.flatMap((row) => {
    const field = relations[row.relation];
    const found = Number(row.rows);
    if (field === undefined || found === 0) return [];
    return [{ field, rows: Math.min(found, MOST), more: found > MOST }];
  });
}
