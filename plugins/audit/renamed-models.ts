import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/pool.ts';
import { ifTableExists, type RenamedModelSql } from '../../core/migrate/renamed-model.ts';
import { quoteLiteral } from '../../core/sql/quote.ts';

/** Keeps the history of records when their model is renamed: stores the id of the last entry under the earlier name. */
export const renamedModel: RenamedModelSql = {
  name: 'history',
  sql: ({ from, to }) => [ifTableExists('rustio_audit_renamed_model', [rename(quoteLiteral(from), quoteLiteral(to))])],
};

function rename(from: string, to: string): string {
  return `update rustio_audit_renamed_model set current_model = ${to} where current_model = ${from};
insert into rustio_audit_renamed_model (former_model, current_model, after_id, last_id)
select ${from}, ${to}, coalesce(max(last_id), 0), (select coalesce(max(id), 0) from rustio_audit)
from rustio_audit_renamed_model
where former_model = ${from}
on conflict (former_model, last_id) do update set current_model = excluded.current_model;`;
}

const renamedRow = z.object({ former: z.string(), current: z.string(), after: z.string(), last: z.string() });

/**
 * The condition for the entries of a model: entries under its current name (unless another model had it before), and under
 * earlier names. For models that were never renamed, it is a single comparison.
 */
export async function entriesOfModel(query: Query, model: string): Promise<FragmentSqlToken> {
  const rows = await query.any(sql.type(renamedRow)`
    select former_model as former, current_model as current, after_id::text as after, last_id::text as last
    from rustio_audit_renamed_model
    where former_model = ${model} or current_model = ${model}
  `);
  // Entries up to these ids belong to an earlier model with the same name.
  const reused = rows.filter((row) => row.former === model).map((row) => BigInt(row.last));
  const own =
    reused.length === 0
      ? sql.fragment`subject_model = ${model}`
      : sql.fragment`(subject_model = ${model} and id > ${String(reused.reduce((a, b) => (a > b ? a : b)))}::bigint)`;
  const earlier = rows
    .filter((row) => row.current === model)
    .map(
      ({ former, after, last }) =>
        sql.fragment`(subject_model = ${former} and id > ${after}::bigint and id <= ${last}::bigint)`,
    );
  return earlier.length === 0 ? own : sql.fragment`(${sql.join([own, ...earlier], sql.fragment` or `)})`;
}

/** The current name of an entry's model. */
export const currentModel = sql.fragment`coalesce(
  (
    select current_model
    from rustio_audit_renamed_model
    where former_model = subject_model and id > after_id and id <= last_id
  ),
  subject_model
)`;
