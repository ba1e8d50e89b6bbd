import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/pool.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import { tableName } from '../../core/query/table-facts.ts';

const column = z.object({
  name: z.string(),
  /** The name of the type. For a domain, of its base type: `int4`, `varchar`; for an enum, its name as written in SQL. */
  type: z.string(),
  /** The values of an enum. */
  values: z.array(z.string()).nullable(),
  notNull: z.boolean(),
  generated: z.boolean(),
  /** Of the column or of its domain. */
  hasDefault: z.boolean(),
  /** `a`: always; `d`: by default; empty if it is not an identity. */
  identity: z.string(),
});
export type DatabaseColumn = z.infer<typeof column>;

const row = z.object({
  id: z.number(),
  kind: z.enum(['table', 'view']),
  writable: z.boolean(),
  filledByTrigger: z.boolean(),
});
const index = z.object({
  unique: z.boolean(),
  /** Whether it has a WHERE. */
  partial: z.boolean(),
  /** What it is on, in order. A column is null if it is an expression; `operators` is the name of its operator class. */
  parts: z.array(z.object({ column: z.string().nullable(), expression: z.string(), operators: z.string() })),
});
export type DatabaseIndex = z.infer<typeof index>;
const uniqueKey = z.object({ columns: z.array(z.string()) });

/** A table or view as it is in the database. */
export interface DatabaseTable {
  readonly kind: 'table' | 'view';
  /** Whether rows can be inserted, updated and deleted; true for views only if they are simple enough or have triggers. */
  readonly writable: boolean;
  readonly columns: ReadonlyMap<string, DatabaseColumn>;
  /** Sets of columns that are unique and not null. */
  readonly keys: readonly (readonly string[])[];
  /** Valid indexes, including those of constraints. */
  readonly indexes: readonly DatabaseIndex[];
  /** Whether a trigger runs before a row is inserted, and may fill its columns. */
  readonly filledByTrigger: boolean;
}

/** Looks up a model's table in the system catalogs; undefined if it does not exist. */
export async function findTable(database: Query, model: ModelInfo): Promise<DatabaseTable | undefined> {
  const table = await database.maybeOne(sql.type(row)`
    select
      oid::integer as id, case when relkind in ('r', 'p') then 'table' else 'view' end as kind,
      -- The bits of UPDATE, INSERT and DELETE.
      pg_relation_is_updatable(oid, true) & 28 = 28 as writable,
      -- The bits of ROW, BEFORE and INSERT.
      exists (
        select from pg_trigger where tgrelid = pg_class.oid and not tgisinternal and tgenabled <> 'D' and tgtype & 7 = 7
      ) as "filledByTrigger"
    from pg_class
    where oid = to_regclass(${tableName(model)}) and relkind in ('r', 'p', 'v', 'm', 'f')
  `);
  if (table === null) return undefined;
  const columns = await database.any(sql.type(column)`
    select
      a.attname::text as name,
      case base.typtype when 'e' then format_type(base.oid, null) else base.typname::text end as type,
      (select json_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = base.oid) as values,
      a.attnotnull or own.typnotnull as "notNull",
      a.attgenerated <> '' as generated,
      a.atthasdef and a.attgenerated = '' or own.typdefault is not null as "hasDefault",
      a.attidentity::text as identity
    from pg_attribute a
    join pg_type own on own.oid = a.atttypid
    cross join lateral (
      -- A domain may be over another domain.
      with recursive types (oid, typtype, typbasetype) as (
        select own.oid, own.typtype, own.typbasetype
        union all
        select t.oid, t.typtype, t.typbasetype from types join pg_type t on t.oid = types.typbasetype where types.typtype = 'd'
      )
      select oid from types where typtype <> 'd'
    ) innermost
    join pg_type base on base.oid = innermost.oid
    where a.attrelid = ${table.id}::oid and a.attnum > 0 and not a.attisdropped
  `);
  const keys = await database.any(sql.type(uniqueKey)`
    select array_agg(a.attname::text) as columns
    from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey[0:i.indnkeyatts - 1])
    where i.indrelid = ${table.id}::oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
    group by i.indexrelid
    having bool_and(a.attnotnull)
  `);
  const indexes = await database.any(sql.type(index)`
    select
      i.indisunique as unique, i.indpred is not null as partial,
      (
        select json_agg(
          json_build_object(
            'column', a.attname, 'expression', pg_get_indexdef(i.indexrelid, place::integer, false), 'operators', opcname
          )
          order by place
        )
        from unnest(i.indclass::oid[]) with ordinality part (class, place)
        join pg_opclass on pg_opclass.oid = class
        left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[place - 1]
      ) as parts
    from pg_index i
    where i.indrelid = ${table.id}::oid and i.indisvalid
  `);
  return {
    kind: table.kind,
    writable: table.writable,
    filledByTrigger: table.filledByTrigger,
    indexes,
    columns: new Map(columns.map((each) => [each.name, each])),
    keys: keys.map((key) => key.columns),
  };
}
