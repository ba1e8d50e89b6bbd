// Properties of tables in the database catalogue that can contradict the models, because other programs or edited migrations have
// changed the tables. `Estimates` loads them together with the sizes of tables.

import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../database/queries.ts';
import { columnPrecision, setColumnPrecision } from '../model/column-precision.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { setFilledByDatabase } from '../model/validate.ts';
import { tableOidSql } from './table-oid.ts';

/** The table's name in SQL, for `to_regclass` and `parse_ident`. */
export function tableName(model: ModelInfo): string {
  return model.table.map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
}

const columns = sql.type(
  z.object({
    table: z.string(),
    column: z.string(),
    nullable: z.boolean(),
    plain: z.boolean(),
    collation: z.string().nullable(),
    filled: z.boolean(),
    type: z.string(),
    modifier: z.number(),
  }),
);

const tables = sql.type(
  z.object({
    table: z.string(),
    rules: z.array(z.string()).nullable(),
    readable: z.boolean(),
    versioned: z.boolean(),
    view: z.boolean(),
    add: z.boolean(),
    change: z.boolean(),
    delete: z.boolean(),
  }),
);

const withRules = { insert: new WeakSet<ModelInfo>(), update: new WeakSet<ModelInfo>() };
const unreadable = new WeakSet<ModelInfo>();
const notGranted = {
  add: new WeakSet<ModelInfo>(),
  change: new WeakSet<ModelInfo>(),
  delete: new WeakSet<ModelInfo>(),
};
const withoutVersions = new WeakSet<ModelInfo>();
const views = new WeakSet<ModelInfo>();
const nullableInDatabase = new WeakSet<FieldInfo>();
const withoutIlike = new WeakSet<FieldInfo>();
const collations = new WeakMap<FieldInfo, string>();

/**
 * Whether rows may have NULL in this field, because it is declared nullable or the column allows it. Columns of views always do.
 * Keyset pagination depends on this, because comparisons never match NULL.
 */
export function mayBeNull(field: FieldInfo): boolean {
  // fault: null-in-required-column
  return field.nullable || nullableInDatabase.has(field);
}

/** Whether the column has a non-deterministic collation, which ILIKE does not support. */
export function needsOtherCollation(field: FieldInfo): boolean {
  return withoutIlike.has(field);
}

/** The collation of the column, as SQL, if it is not the default of the database. */
export function collationOf(field: FieldInfo): string | undefined {
  return collations.get(field);
}

/**
 * Whether a rule of the table (`create rule`) replaces these statements, which then do not support RETURNING. A `do also` rule, and an
 * unconditional one with its own RETURNING, leave it alone.
 */
export function hasRule(model: ModelInfo, statement: 'insert' | 'update'): boolean {
  return withRules[statement].has(model);
}

/** Whether the application's role may read the table. */
export function isReadable(model: ModelInfo): boolean {
  return !unreadable.has(model);
}

/** Whether the application's role may change rows of the table in this way. */
export function roleMay(model: ModelInfo, action: keyof typeof notGranted): boolean {
  return !notGranted[action].has(model);
}

/** Whether rows have PostgreSQL's `xmin`. Rows of views and foreign tables do not. */
export function hasVersions(model: ModelInfo): boolean {
  return !withoutVersions.has(model);
}

/**
 * Whether rows that reference a record prevent its deletion. Rows of a view do not: they may be computed from the record itself, and
 * the foreign keys of the tables behind it decide.
 */
export function isRestricting({ onDelete, model }: FieldInfo): boolean {
  // fault: view-prevents-deletion
  return onDelete === 'restrict' && !views.has(model);
}

/** Whether the role, or one that a scope can set for a request, has the privilege. */
function anyRoleHasPrivilege(privilege: 'insert' | 'update' | 'delete'): FragmentSqlToken {
  const onColumns =
    privilege === 'delete' ? sql.fragment`false` : sql.fragment`has_any_column_privilege(r.oid, c.oid, ${privilege})`;
  return sql.fragment`exists (
    select from pg_roles r
    where pg_has_role(r.oid, 'member') and (has_table_privilege(r.oid, c.oid, ${privilege}) or ${onColumns})
  )`;
}

/** Loads the columns and tables that differ from what models assume, in two statements for all models. */
export async function loadTableFacts(database: Query, models: readonly ModelInfo[]): Promise<void> {
  const rows = await database.any(columns`
    select requested."table", a.attname::text as column, not a.attnotnull as nullable,
      coalesce(coll.collisdeterministic, true) as plain,
      case when coll.collname <> 'default' then coll.collnamespace::regnamespace || '.' || quote_ident(coll.collname) end as collation,
      a.atthasdef or a.attidentity <> '' as filled,
      base.typname::text as type, base.modifier
    from unnest(${sql.array(models.map(tableName), 'text')}) as requested ("table")
    join pg_attribute a on a.attrelid = ${tableOidSql(sql.fragment`parse_ident(requested."table")`)} and a.attnum > 0 and not a.attisdropped
    join lateral (
      -- A domain can be of another domain.
      with recursive types (oid, modifier) as (
        select a.atttypid, a.atttypmod
        union all
        select domain.typbasetype, domain.typtypmod
        from types join pg_type domain on domain.oid = types.oid
        where domain.typtype = 'd'
      )
      select t.typname, types.modifier
      from types join pg_type t on t.oid = types.oid
      where t.typtype <> 'd'
    ) base on true
    left join pg_collation coll on coll.oid = a.attcollation
    where ltrim(base.typname, '_') in ('int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'money', 'time', 'timestamp', 'timestamptz') or not a.attnotnull or coll.collname <> 'default' or a.atthasdef or a.attidentity <> ''
  `);
  // fault: every-rule-replaces
  const available = await database.any(tables`
    select requested."table",
      (
        select array_agg(r.ev_type::text)
        from pg_rewrite r
        where r.ev_class = c.oid and r.rulename <> '_RETURN' and r.is_instead
          and not (r.ev_qual::text = '<>' and pg_get_ruledef(r.oid) ~ ' RETURNING ')
      ) as rules,
      has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select') as readable,
      c.relkind not in ('v', 'f') as versioned,
      c.relkind in ('v', 'm') as view,
      ${anyRoleHasPrivilege('insert')} as add,
      ${anyRoleHasPrivilege('update')} as change,
      ${anyRoleHasPrivilege('delete')} as delete
    from unnest(${sql.array(models.map(tableName), 'text')}) as requested ("table")
    join pg_class c on c.oid = ${tableOidSql(sql.fragment`parse_ident(requested."table")`)}
  `);
  const factsByTable = new Map(available.map((row) => [row.table, row]));
  const byTable = Map.groupBy(rows, (row) => row.table);
  for (const model of models) {
    const byColumn = new Map((byTable.get(tableName(model)) ?? []).map((row) => [row.column, row]));
    const facts = factsByTable.get(tableName(model));
    setMember(withRules.update, model, facts?.rules?.includes('2') === true);
    setMember(withRules.insert, model, facts?.rules?.includes('3') === true);
    setMember(unreadable, model, facts?.readable === false);
    setMember(withoutVersions, model, facts?.versioned === false);
    setMember(views, model, facts?.view === true);
    for (const action of ['add', 'change', 'delete'] as const)
      setMember(notGranted[action], model, facts?.[action] === false);
    for (const field of model.stored) {
      const row = byColumn.get(field.column);
      setMember(nullableInDatabase, field, row?.nullable === true);
      setMember(withoutIlike, field, row?.plain === false);
      if (typeof row?.collation === 'string') collations.set(field, row.collation);
      else collations.delete(field);
      setFilledByDatabase(field, !model.managed && row?.filled === true);
      setColumnPrecision(field, model.managed || !row ? undefined : columnPrecision(row.type, row.modifier));
    }
  }
}

function setMember<T extends object>(set: WeakSet<T>, member: T, isMember: boolean): void {
  if (isMember) set.add(member);
  else set.delete(member);
}
