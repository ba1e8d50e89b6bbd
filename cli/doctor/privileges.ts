import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { CheckOf, CheckResult } from '../../core/command.ts';
import type { Query } from '../../core/database/pool.ts';
import { databaseReadOnly } from '../../core/errors/database.ts';
import { tableOidSql } from '../../core/query/table-oid.ts';

/** A table, and the statements that the application runs on it. */
interface Use {
  /** The name, preceded by the schema if it has one. */
  readonly table: readonly string[];
  readonly privileges: readonly string[];
}

const READ = ['select'];
const WRITE = ['select', 'insert', 'update', 'delete'];
/** Tables of rustio-admin on which it does not use every kind of statement. */
const OWN_TABLES: Readonly<Record<string, readonly string[]>> = {
  rustio_audit: ['select', 'insert'],
  rustio_audit_erasure: ['select', 'insert'],
  rustio_audit_count: ['select', 'insert', 'update'],
  rustio_audit_renamed_model: READ,
  rustio_audit_seal: ['select', 'insert'],
  rustio_audit_sealed: ['select', 'insert'],
  rustio_audit_erased_entry: READ,
  rustio_migration: READ,
};

const missingRow = z.object({ name: z.string(), missing: z.array(z.string()) });

/**
 * Whether the serving role has the privileges that it needs on the tables of rustio-admin, the tables of the models, and the
 * sequences of their columns. Otherwise, the first sign-in or save would fail.
 */
export const privileges: CheckOf<'database'> = {
  name: 'privileges',
  needs: 'database',
  async run({ app, database }): Promise<CheckResult> {
    if (await isReadOnly(database)) {
      const { problem, fix } = databaseReadOnly({ reason: 'default_transaction_read_only is on' }).parts;
      return { status: 'failed', message: `${problem} Nobody can sign in or change anything.`, fix };
    }
    const role = await database.oneFirst(
      sql.type(z.object({ role: z.string() }))`select quote_ident(current_user) as role`,
    );
    const missing = [
      ...(await missingOnSchemas(database, app)),
      ...(await missingOnTables(database, usesOf(app))),
      ...(await missingOnSequences(database, app)),
    ];
    if (missing.length === 0) return { status: 'ok', message: `The role ${role} has the privileges that it needs.` };
    return {
      status: 'failed',
      message: missing.map(({ name, missing: names }) => `${name}: ${names.join(', ')} is not granted.`).join('\n'),
      fix: missing.map(({ name, missing: names }) => `grant ${names.join(', ')} on ${name} to ${role};`).join('\n'),
    };
  },
};

async function isReadOnly(database: Query): Promise<boolean> {
  const setting = await database.oneFirst(
    sql.type(z.object({ setting: z.string() }))`select current_setting('transaction_read_only') as setting`,
  );
  return setting === 'on';
}

function usesOf(app: App): readonly Use[] {
  return app.models.all.map(({ table, readOnly }) => ({ table, privileges: readOnly ? READ : WRITE }));
}

/** Without `usage` on a schema, everything in it is inaccessible, whatever is granted on the tables. */
async function missingOnSchemas(database: Query, app: App) {
  // fault: schema-usage-unchecked
  const schemas = app.models.all.flatMap(({ table }) => (table.length > 1 ? table.slice(0, 1) : []));
  return database.any(sql.type(missingRow)`
    select 'schema ' || quote_ident(nspname) as name, array['usage'] as missing
    from pg_namespace
    where not has_schema_privilege(oid, 'usage')
      and (
        nspname = any(${sql.array(schemas, 'text')})
        or nspname = any(regexp_split_to_array(replace(current_setting('search_path'), '"', ''), ' *, *'))
      )
    order by name
  `);
}

/** Tables that do not exist are reported by other checks. */
async function missingOnTables(database: Query, uses: readonly Use[]) {
  const own = await database.any(sql.type(z.object({ name: z.string() }))`
    select relname::text as name
    from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and starts_with(relname, 'rustio_')
  `);
  const all = [
    ...own.map(({ name }) => ({ name, table: [name], privileges: OWN_TABLES[name] ?? WRITE })),
    ...uses.map((use) => ({ ...use, name: use.table.map((part) => `"${part.replaceAll('"', '""')}"`).join('.') })),
  ];
  const needed = all.flatMap(({ privileges: names, ...table }) => names.map((privilege) => ({ ...table, privilege })));
  return database.any(sql.type(missingRow)`
    select needed.name, array_agg(distinct needed.privilege order by needed.privilege) as missing
    from jsonb_to_recordset(${JSON.stringify(needed)}::jsonb) as needed (name text, "table" text[], privilege text)
    cross join lateral (select ${tableOidSql(sql.fragment`needed."table"`)} as oid) as found
    where found.oid is not null
      and not has_table_privilege(found.oid, needed.privilege)
      -- A view over several tables cannot be changed by anybody.
      and (needed.privilege = 'select' or pg_relation_is_updatable(found.oid, true) <> 0)
    group by needed.name
    order by needed.name
  `);
}

/** Identity columns need no separate privilege; a default that calls `nextval` does. */
async function missingOnSequences(database: Query, app: App) {
  const tables = usesOf(app).flatMap(({ table, privileges: names }) => (names === READ ? [] : [{ table }]));
  return database.any(sql.type(missingRow)`
    select distinct 'sequence ' || sequence.oid::regclass::text as name, array['usage'] as missing
    from jsonb_to_recordset(${JSON.stringify(tables)}::jsonb) as used ("table" text[])
    join pg_attrdef filled on filled.adrelid = ${tableOidSql(sql.fragment`used."table"`)}
    join pg_depend on pg_depend.classid = 'pg_attrdef'::regclass and pg_depend.objid = filled.oid
    join pg_class sequence on sequence.oid = pg_depend.refobjid
    where pg_depend.refclassid = 'pg_class'::regclass
      and case sequence.relkind when 'S' then not has_sequence_privilege(sequence.oid, 'usage') else false end
    order by name
  `);
}
