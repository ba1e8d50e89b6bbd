/** Reads tables from PostgreSQL's catalogue in a form that can be compared. */
import type pg from 'pg';
import { quoteTable } from '../sql/quote.ts';

export interface CatalogueColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | null;
  readonly identity: boolean;
  /** Whether it is a generated column. */
  readonly generated: boolean;
}

export interface CatalogueConstraint {
  readonly name: string;
  /** `p`rimary key, `u`nique, `c`heck, `f`oreign key. */
  readonly kind: 'p' | 'u' | 'c' | 'f';
  /** PostgreSQL's own text of a check. */
  readonly definition: string;
  readonly columns: readonly string[];
  /** The OID of the table that a foreign key refers to. */
  readonly target: string;
  readonly targetColumns: readonly string[];
  /** `a`, `r`, `c`, `n`, `d`: what happens on deletion. */
  readonly onDelete: string;
  readonly validated: boolean;
}

export interface CatalogueIndex {
  readonly name: string;
  /** The index definition without the names of the index and the table. */
  readonly definition: string;
  readonly valid: boolean;
}

export interface CatalogueTable {
  /** `r`: a table, `p`: partitioned, `v`: a view. */
  readonly kind: string;
  readonly columns: ReadonlyMap<string, CatalogueColumn>;
  readonly constraints: ReadonlyMap<string, CatalogueConstraint>;
  /** Indexes that do not belong to constraints. */
  readonly indexes: ReadonlyMap<string, CatalogueIndex>;
}

/** Those of the tables that exist, by their names in a snapshot. */
export async function existingTables(client: pg.Client, tables: readonly string[]): Promise<readonly string[]> {
  const oids = await loadOids(client, tables);
  return tables.filter((table) => oids.has(table));
}

/** The OIDs of the tables that exist, by their names in a snapshot. */
export async function loadOids(client: pg.Client, tables: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ place: number; oid: string }>(
    `select place::integer, to_regclass(name)::oid::text as oid
     from unnest($1::text[]) with ordinality as given(name, place)
     where to_regclass(name) is not null`,
    [tables.map(quoteTable)],
  );
  return new Map(rows.map(({ place, oid }) => [tables[place - 1] ?? '', oid]));
}

const COLUMNS = `
  select
    attrelid::text as table, attname::text as name, format_type(atttypid, atttypmod) as type, attnotnull as "notNull",
    pg_get_expr(adbin, adrelid) as default, attidentity <> '' as identity, attgenerated <> '' as generated
  from pg_attribute
  left join pg_attrdef on adrelid = attrelid and adnum = attnum
  where attrelid = any($1::oid[]) and attnum > 0 and not attisdropped
  order by attnum
`;

const CONSTRAINTS = `
  select
    conrelid::text as table, conname::text as name, contype::text as kind, pg_get_constraintdef(pg_constraint.oid) as definition,
    array(
      select attname::text from unnest(conkey) with ordinality as part(number, place)
      join pg_attribute on attrelid = conrelid and attnum = number order by place
    ) as columns,
    confrelid::text as target,
    array(
      select attname::text from unnest(confkey) with ordinality as part(number, place)
      join pg_attribute on attrelid = confrelid and attnum = number order by place
    ) as "targetColumns",
    confdeltype::text as "onDelete", convalidated as validated
  from pg_constraint
  where conrelid = any($1::oid[]) and contype in ('p', 'u', 'c', 'f')
  order by conname
`;

const INDEXES = `
  select
    indrelid::text as table, relname::text as name, indisvalid as valid,
    concat_ws(' ', case when indisunique then 'unique' end, amname, array(
      select concat_ws(' ', pg_get_indexdef(indexrelid, place::integer, true), opcname, option)
      from unnest(indclass::oid[], indoption::int2[]) with ordinality as part(class, option, place)
      join pg_opclass on pg_opclass.oid = class
      order by place
    )::text, pg_get_expr(indpred, indrelid)) as definition
  from pg_index
  join pg_class on pg_class.oid = indexrelid
  join pg_am on pg_am.oid = relam
  where indrelid = any($1::oid[])
    and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x'))
  order by relname
`;

/** The tables with these OIDs. */
export async function readCatalogue(
  client: pg.Client,
  oids: readonly string[],
): Promise<ReadonlyMap<string, CatalogueTable>> {
  type Of<T> = T & { readonly table: string };
  const kinds = await client.query<{ oid: string; kind: string }>(
    'select oid::text, relkind::text as kind from pg_class where oid = any($1::oid[])',
    [oids],
  );
  const columns = Map.groupBy((await client.query<Of<CatalogueColumn>>(COLUMNS, [oids])).rows, ({ table }) => table);
  const constraints = Map.groupBy(
    (await client.query<Of<CatalogueConstraint>>(CONSTRAINTS, [oids])).rows,
    ({ table }) => table,
  );
  const indexes = Map.groupBy((await client.query<Of<CatalogueIndex>>(INDEXES, [oids])).rows, ({ table }) => table);
  return new Map(
    kinds.rows.map(({ oid, kind }) => [
      oid,
      {
        kind,
        columns: byName(columns.get(oid)),
        constraints: byName(constraints.get(oid)),
        indexes: byName(indexes.get(oid)),
      },
    ]),
  );
}

function byName<T extends { readonly name: string }>(items: readonly T[] = []): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}
