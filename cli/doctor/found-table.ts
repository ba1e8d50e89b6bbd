import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/pool.ts';
import type { ModelInfo } from '../../core/model/registry.ts';
import { tableName } from '../../core/query/estimates.ts';

const column = z.object({
  name: z.string(),
  /** The name of its type, a domain's being that of what it is made of: `int4`, `varchar`; of an enum as SQL writes it. */
  type: z.string(),
  /** The values of an enum. */
  values: z.array(z.string()).nullable(),
  notNull: z.boolean(),
  generated: z.boolean(),
});
export type FoundColumn = z.infer<typeof column>;

const row = z.object({ id: z.number(), kind: z.enum(['table', 'view']) });
const sets = z.object({ columns: z.array(z.string()) });

/** A table or view as it is in the database. */
export interface FoundTable {
  readonly kind: 'table' | 'view';
  readonly columns: ReadonlyMap<string, FoundColumn>;
  /** Sets of columns that no two rows share and that are never empty. */
  readonly keys: readonly (readonly string[])[];
}

/** Looks a model's table up in the catalogue; undefined when there is none of that name. */
export async function findTable(database: Query, model: ModelInfo): Promise<FoundTable | undefined> {
  const table = await database.maybeOne(sql.type(row)`
    select oid::integer as id, case when relkind in ('r', 'p') then 'table' else 'view' end as kind
    from pg_class
    where oid = to_regclass(${tableName(model)}) and relkind in ('r', 'p', 'v', 'm', 'f')
  `);
  if (table === null) return undefined;
  const columns = await database.any(sql.type(column)`
    select
      a.attname::text as name,
      case base.typtype when 'e' then format_type(base.oid, null) else base.typname::text end as type,
      (select json_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = base.oid) as values,
      a.attnotnull as "notNull",
      a.attgenerated <> '' as generated
    from pg_attribute a
    join pg_type own on own.oid = a.atttypid
    join pg_type base on base.oid = case own.typtype when 'd' then own.typbasetype else own.oid end
    where a.attrelid = ${table.id}::oid and a.attnum > 0 and not a.attisdropped
  `);
  const keys = await database.any(sql.type(sets)`
    select array_agg(a.attname::text) as columns
    from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey[0:i.indnkeyatts - 1])
    where i.indrelid = ${table.id}::oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
    group by i.indexrelid
    having bool_and(a.attnotnull)
  `);
  return {
    kind: table.kind,
    columns: new Map(columns.map((found) => [found.name, found])),
    keys: keys.map((key) => key.columns),
  };
}
