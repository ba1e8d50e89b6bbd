import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { CheckOf, CheckResult } from '../../core/command.ts';
import type { Query } from '../../core/database/pool.ts';
import type { FieldInfo } from '../../core/model/field-type.ts';

/** `onDelete` by `pg_constraint.confdeltype`. `d` is `set default`, which models do not support. */
const ACTIONS: Readonly<Record<string, FieldInfo['onDelete']>> = {
  a: 'restrict',
  r: 'restrict',
  c: 'cascade',
  n: 'setNull',
  d: 'restrict',
};

const foreignKey = z.object({
  schema: z.string(),
  table: z.string(),
  visible: z.boolean(),
  columns: z.array(z.string()),
  target: z.string(),
  targetSchema: z.string(),
  targetVisible: z.boolean(),
  action: z.string(),
});
type ForeignKey = z.infer<typeof foreignKey>;

/**
 * Compares `onDelete` with the foreign keys of unmanaged tables. If they differ, the application deletes rows that the database
 * would keep, or the confirmation page lists other effects than those that occur. Also reports tables without a model that lose
 * rows on a deletion: the database deletes these rows without a permission check or an event.
 */
export const foreignKeys: CheckOf<'database'> = {
  name: 'foreign-keys',
  needs: 'database',
  async run({ app, database }): Promise<CheckResult> {
    const keys = await foreignKeysOf(database);
    const problems = [...differences(app, keys), ...undescribedTables(app, keys)];
    if (problems.length === 0) return { status: 'ok', message: '`onDelete` of the models matches the foreign keys.' };
    return {
      status: 'warning',
      message: problems.join('\n'),
      fix: 'Set `onDelete` to match the foreign key, or change the key; describe the tables that lose rows (docs/existing-database.md).',
    };
  },
};

function foreignKeysOf(database: Query): Promise<readonly ForeignKey[]> {
  return database.any(sql.type(foreignKey)`
    select
      nspname::text as schema, own.relname::text as "table", pg_table_is_visible(own.oid) as visible,
      target.relname::text as target, target.relnamespace::regnamespace::text as "targetSchema",
      pg_table_is_visible(target.oid) as "targetVisible", confdeltype::text as action,
      array(
        select attname::text from unnest(conkey) with ordinality as part (number, place)
        join pg_attribute on attrelid = conrelid and attnum = number order by place
      ) as columns
    from pg_constraint
    join pg_class own on own.oid = conrelid
    join pg_namespace on pg_namespace.oid = own.relnamespace
    join pg_class target on target.oid = confrelid
    where contype = 'f' and conparentid = 0
    order by nspname, own.relname, conname
  `);
}

function differences(app: App, keys: readonly ForeignKey[]): string[] {
  // Read-only tables have no deletions; managed tables are compared with the migrations.
  const described = app.models.all.filter((model) => !model.managed && !model.readOnly);
  return described.flatMap((model) =>
    model.stored.flatMap((field) => {
      if (field.target === undefined) return [];
      const key = keys.find(
        (each) => each.columns.join() === field.column && isTable(model.table, each.schema, each.table, each.visible),
      );
      const action = key && ACTIONS[key.action];
      // fault: foreign-keys-uncompared
      if (action === undefined || action === field.onDelete) return [];
      return [`${model.name}.${field.name}: onDelete is ${field.onDelete}, but that of the foreign key is ${action}.`];
    }),
  );
}

function undescribedTables(app: App, keys: readonly ForeignKey[]): string[] {
  const has = (schema: string, table: string, visible: boolean): boolean =>
    app.models.all.some((model) => isTable(model.table, schema, table, visible));
  // fault: undescribed-cascade-unreported
  return keys
    .filter((key) => key.action !== 'a' && key.action !== 'r')
    .filter((key) => has(key.targetSchema, key.target, key.targetVisible) && !has(key.schema, key.table, key.visible))
    .filter((key) => !key.table.startsWith('rustio_'))
    .map(({ schema, table, target, action }) => {
      const loss = action === 'c' ? 'deletes the rows of' : 'changes the rows of';
      return `Deleting in ${target} also ${loss} ${schema}.${table}, which no model describes: permissions are not checked, and nothing is recorded in the audit trail.`;
    });
}

function isTable(name: readonly string[], schema: string, table: string, visible: boolean): boolean {
  return name.length === 1 ? visible && name[0] === table : name[0] === schema && name[1] === table;
}
