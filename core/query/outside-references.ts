// Foreign keys that no relation of a model covers: those of tables without a model, of columns that a model leaves out, and of
// several columns. The database applies their ON DELETE, so deletions must take them into account. `Estimates` loads them together
// with the sizes of tables.

import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../database/queries.ts';
import type { ModelInfo } from '../model/field-type.ts';
import { fragment, joinFragments, nameSql, rawSql, whereSql } from '../sql/fragments.ts';
import { tableSql } from './field-sql.ts';
import { tableName } from './table-facts.ts';
import { tableOidSql } from './table-oid.ts';

const reference = z.object({
  /** The referenced table, in the format of `tableName`. */
  parent: z.string(),
  /** The referencing table, in PostgreSQL's format. */
  table: z.string(),
  onDelete: z.enum(['restrict', 'cascade', 'setNull']),
  columns: z.array(z.string()),
  parentColumns: z.array(z.string()),
  /** The collation of each referencing column, as SQL; null for the database's, and for columns that are not text. */
  collations: z.array(z.string().nullable()),
  /** Whether the application's role may read the referencing table. */
  readable: z.boolean(),
});
export type OutsideReference = z.infer<typeof reference>;

const references = new WeakMap<ModelInfo, readonly OutsideReference[]>();

/** The foreign keys outside models that reference this model's table. */
export function outsideReferences(model: ModelInfo): readonly OutsideReference[] {
  return references.get(model) ?? [];
}

/** Loads the foreign keys that reference tables of these models, in one statement. */
export async function loadOutsideReferences(database: Query, models: readonly ModelInfo[]): Promise<void> {
  const covered = models.flatMap((model) =>
    model.inbound
      .filter(({ column }) => column !== '')
      .map((relation) => [tableName(model), tableName(relation.model), relation.column] as const),
  );
  const column = (at: 0 | 1 | 2) =>
    sql.array(
      covered.map((each) => each[at]),
      'text',
    );
  const rows = await database.any(sql.type(reference)`
    select
      requested.parent, con.conrelid::regclass::text as "table",
      case con.confdeltype when 'c' then 'cascade' when 'n' then 'setNull' when 'd' then 'setNull' else 'restrict' end as "onDelete",
      array(
        select attname::text from unnest(con.conkey) with ordinality as key (number, place)
        join pg_attribute on attrelid = con.conrelid and attnum = number order by place
      ) as columns,
      array(
        select attname::text from unnest(con.confkey) with ordinality as key (number, place)
        join pg_attribute on attrelid = con.confrelid and attnum = number order by place
      ) as "parentColumns",
      array(
        select case when collname <> 'default' then collnamespace::regnamespace || '.' || quote_ident(collname) end
        from unnest(con.conkey) with ordinality as key (number, place)
        join pg_attribute on attrelid = con.conrelid and attnum = number
        left join pg_collation on pg_collation.oid = attcollation order by place
      ) as collations,
      has_table_privilege(con.conrelid, 'select') as readable
    from unnest(${sql.array(models.map(tableName), 'text')}) as requested (parent)
    join pg_constraint con on con.confrelid = ${tableOidSql(sql.fragment`parse_ident(requested.parent)`)} and con.contype = 'f' and con.conparentid = 0
    where cardinality(con.conkey) > 1 or not exists (
      select
      from unnest(${column(0)}, ${column(1)}, ${column(2)}) as covered (parent, child, "column")
      join pg_attribute a on a.attrelid = con.conrelid and a.attnum = con.conkey[1] and a.attname = covered."column"
      where covered.parent = requested.parent and ${tableOidSql(sql.fragment`parse_ident(covered.child)`)} = con.conrelid
    )
    order by 1, 2
  `);
  const byParent = Map.groupBy(rows, ({ parent }) => parent);
  for (const model of models) references.set(model, byParent.get(tableName(model)) ?? []);
}

/** Rows are counted up to this number per table. */
const MAX_COUNTED = 1_000;

/** The rows of one table that a deletion affects. */
export interface OutsideRows extends OutsideReference {
  readonly rows: number;
  /** Whether there are more than `rows`, or the application's role may not count them. */
  readonly more: boolean;
}

/**
 * Counts the rows that reference a model's rows that meet these conditions on the alias `t`. Tables without such rows are left out.
 */
export async function countOutside(
  database: Query,
  model: ModelInfo,
  conditions: readonly FragmentSqlToken[],
  candidates: readonly OutsideReference[] = outsideReferences(model),
): Promise<readonly OutsideRows[]> {
  const readable = candidates.filter((each) => each.readable);
  const uncountable = candidates.filter((each) => !each.readable).map((each) => ({ ...each, rows: 0, more: true }));
  // fault: outside-rows-not-counted
  if (readable.length === 0) return uncountable;
  const queries = readable.map(({ table, columns, parentColumns, collations }, index) => {
    const joined = columns.map((name, at) => {
      const collation = collations[at] ?? undefined;
      const collate = collation === undefined ? fragment`` : fragment` collate ${rawSql(collation)}`;
      return fragment`${nameSql(['child', name])} = ${nameSql(['t', parentColumns[at] ?? ''])}${collate}`;
    });
    return sql.fragment`
      select ${rawSql(String(index))} as reference, (select count(*) from (
        select from ${rawSql(table)} child join ${tableSql(model)} t on ${joinFragments(joined, and)}
        ${whereSql(conditions)} limit ${rawSql(String(MAX_COUNTED + 1))}
      ) counted)::int as rows
    `;
  });
  const rows = await database.any(
    sql.type(z.object({ reference: z.number(), rows: z.number() }))`${joinFragments(queries, union)}`,
  );
  const counted = rows.flatMap((row): readonly OutsideRows[] => {
    const reference = readable[row.reference];
    if (reference === undefined || row.rows === 0) return [];
    return [{ ...reference, rows: Math.min(row.rows, MAX_COUNTED), more: row.rows > MAX_COUNTED }];
  });
  return [...counted, ...uncountable];
}

const and = sql.fragment` and `;
const union = sql.fragment` union all `;
