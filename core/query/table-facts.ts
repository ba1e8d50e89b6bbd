// Facts from the database catalogue that can contradict the models, because other programs or edited migrations changed the tables.
// `Estimates` loads it together with the sizes of tables.

import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../database/queries.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { setFilledByDatabase } from '../model/validate.ts';

/** The table's name in SQL, for to_regclass. */
export function tableName(model: ModelInfo): string {
  return model.table.map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
}

const columns = sql.type(
  z.object({
    table: z.string(),
    column: z.string(),
    nullable: z.boolean(),
    plain: z.boolean(),
    filled: z.boolean(),
  }),
);

const tables = sql.type(
  z.object({ table: z.string(), rules: z.array(z.string()).nullable(), readable: z.boolean(), versioned: z.boolean() }),
);

const withRules = { insert: new WeakSet<ModelInfo>(), update: new WeakSet<ModelInfo>() };
const unreadable = new WeakSet<ModelInfo>();
const withoutVersions = new WeakSet<ModelInfo>();
const nullableInDatabase = new WeakSet<FieldInfo>();
const withoutIlike = new WeakSet<FieldInfo>();

/**
 * Whether rows may have NULL in this field: it is declared so, or the column allows it. Columns of views always do. Keyset
 * pagination must know, because no comparison finds a NULL.
 */
export function mayBeNull(field: FieldInfo): boolean {
  // fault: null-in-required-column
  return field.nullable || nullableInDatabase.has(field);
}

/** Whether the column's collation is one that ILIKE does not support (non-deterministic). */
export function needsOtherCollation(field: FieldInfo): boolean {
  return withoutIlike.has(field);
}

/** Whether a rule of the table (`create rule`) applies to these statements, which then cannot return rows. */
export function hasRule(model: ModelInfo, statement: 'insert' | 'update'): boolean {
  return withRules[statement].has(model);
}

/** Whether the application's role may read the table. */
export function isReadable(model: ModelInfo): boolean {
  return !unreadable.has(model);
}

/** Whether rows have PostgreSQL's own version (xmin). Those of views and of foreign tables do not. */
export function hasVersions(model: ModelInfo): boolean {
  return !withoutVersions.has(model);
}

/** Loads the columns and tables that differ from what models can rely on: two statements for all models. */
export async function loadTableFacts(database: Query, models: readonly ModelInfo[]): Promise<void> {
  const rows = await database.any(columns`
    select requested."table", a.attname::text as column, not a.attnotnull as nullable,
      coalesce(coll.collisdeterministic, true) as plain,
      (a.atthasdef and a.attgenerated = '') or a.attidentity <> '' as filled
    from unnest(${sql.array(models.map(tableName), 'text')}) as requested ("table")
    join pg_attribute a on a.attrelid = to_regclass(requested."table") and a.attnum > 0 and not a.attisdropped
    left join pg_collation coll on coll.oid = a.attcollation
    where not a.attnotnull or not coalesce(coll.collisdeterministic, true) or a.atthasdef or a.attidentity <> ''
  `);
  const available = await database.any(tables`
    select requested."table",
      (select array_agg(r.ev_type::text) from pg_rewrite r where r.ev_class = c.oid and r.rulename <> '_RETURN') as rules,
      has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select') as readable,
      c.relkind not in ('v', 'f') as versioned
    from unnest(${sql.array(models.map(tableName), 'text')}) as requested ("table")
    join pg_class c on c.oid = to_regclass(requested."table")
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
    for (const field of model.stored) {
      const row = byColumn.get(field.column);
      setMember(nullableInDatabase, field, row?.nullable === true);
      setMember(withoutIlike, field, row?.plain === false);
      setFilledByDatabase(field, !model.managed && row?.filled === true);
    }
  }
}

function setMember<T extends object>(set: WeakSet<T>, member: T, isMember: boolean): void {
  if (isMember) set.add(member);
  else set.delete(member);
}
