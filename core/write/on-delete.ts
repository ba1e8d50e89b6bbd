import { sql } from 'slonik';
import { z } from 'zod';
import type { Transaction } from '../database/pool.ts';
import type { Query } from '../database/queries.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import type { Problem } from '../model/issue.ts';
import { validateValues } from '../model/validate.ts';
import type { AuditContext } from '../policy/actor.ts';
import { tableSql } from '../query/field-sql.ts';
import { comma, joinFragments, whereSql } from '../sql/fragments.ts';
import { quoteTable } from '../sql/quote.ts';
import type { EventData } from './events.ts';
import { type FullRow, lockRows, rowCondition, rowsCondition } from './full-row.ts';
import type { Change, OwnedHook } from './hooks.ts';
import { changeLinks, type LinkContext, type LinkRemover } from './links.ts';
import { updatedAtSql } from './row-changes.ts';
import { findHooks, hookRow, runAfterCommit, runHooks } from './run-hooks.ts';
import { auditValue, rowSnapshot } from './snapshot.ts';
import type { Values } from './types.ts';
import { columnValues, linkedKeys } from './values.ts';
import type { WriteDependencies, Writer } from './writer.ts';

const actions = z.object({ action: z.string() });
const actionsByRelation = new WeakMap<FieldInfo, 'cascade' | 'setNull' | 'none'>();

/**
 * What the database itself does with the rows of a relation when the row that they reference is deleted; undefined if it does
 * nothing, or if there is no foreign key, as in a view. Queried once per relation, since migrations run before a process starts.
 */
export async function foreignKeyAction(tx: Query, relation: FieldInfo): Promise<'cascade' | 'setNull' | undefined> {
  let action = actionsByRelation.get(relation);
  if (action === undefined) {
    const table = quoteTable(relation.model.table.join('.'));
    const rows = await tx.any(sql.type(actions)`
      select con.confdeltype::text as action
      from pg_constraint con
      join pg_attribute att on att.attrelid = con.conrelid and att.attnum = con.conkey[1]
      where con.contype = 'f'
        and con.conrelid = to_regclass(${table})
        and cardinality(con.conkey) = 1
        and att.attname = ${relation.column}
    `);
    const letters = rows.map((row) => row.action);
    action = letters.includes('c') ? 'cascade' : letters.includes('n') ? 'setNull' : 'none';
    actionsByRelation.set(relation, action);
  }
  return action === 'none' ? undefined : action;
}

/** The context of a removal, for setting relations to null. */
export interface SetNullContext {
  readonly dependencies: Pick<WriteDependencies, 'hooks'>;
  readonly context: AuditContext;
  readonly writer: Writer;
  readonly removal: LinkRemover;
  onAdded: LinkContext['onAdded'];
  onUpdate(model: ModelInfo, row: FullRow, data: EventData['update']): void;
  /** Aborts the removal. */
  reject(problems: readonly Problem[]): never;
}

/** Sets relations with `onDelete: 'setNull'` to null: in one statement, or row by row if there are hooks. */
export async function setNull(
  tx: Transaction,
  removal: SetNullContext,
  relation: FieldInfo,
  rows: readonly FullRow[],
): Promise<void> {
  const { model, name } = relation;
  const hooks = findHooks(removal.dependencies, model);
  if (hooks.length > 0) {
    for (const row of rows) await changeRow(tx, removal, relation, row, hooks);
    return;
  }
  const sets = [sql.fragment`${sql.identifier([relation.column])} = null`, ...updatedAtSql(model, {})];
  await tx.query(sql.unsafe`
    update ${tableSql(model)} as t set ${joinFragments(sets, comma)} where ${rowsCondition(model, rows)}
  `);
  for (const row of rows) {
    const before = { [name]: auditValue(relation, row.dbValues[name]) };
    removal.onUpdate(model, row, { before, after: { [name]: null } });
  }
}

async function changeRow(
  tx: Transaction,
  { dependencies, context, writer, removal, onAdded, onUpdate, reject }: SetNullContext,
  { model, name }: FieldInfo,
  old: FullRow,
  hooks: readonly OwnedHook[],
): Promise<void> {
  let values: Values = { [name]: null };
  const change: Change = { context, model, action: 'update', key: old.key, old: hookRow(model, old), values };
  for (const step of ['beforeValidate', 'beforeSave'] as const) {
    const result = await runHooks(step, hooks, tx, { ...change, values });
    // Hooks cannot change the relation, because the row that it references is being deleted.
    values = { ...values, ...result.values, [name]: null };
    const problems = [...result.problems, ...validateValues(model, values, 'update')];
    if (problems.length > 0) reject(problems);
  }
  const sets = [
    ...columnValues(model, values).map(
      ({ field, value }) => sql.fragment`${sql.identifier([field.column])} = ${value}`,
    ),
    ...updatedAtSql(model, values),
  ];
  await tx.query(sql.unsafe`
    update ${tableSql(model)} as t set ${joinFragments(sets, comma)} ${whereSql(rowCondition(model, old))}
  `);
  for (const [field, keys] of linkedKeys(model, values)) {
    await changeLinks(tx, { dependencies, context, writer, removal, onAdded }, old, field, keys);
  }
  const [row] = await lockRows(tx, writer.reader, model, rowCondition(model, old), { limit: 1 });
  // If a trigger has removed the row, there is nothing to record.
  if (row === undefined) return;
  const names = new Set(Object.keys(values));
  onUpdate(model, row, { before: rowSnapshot(model, old, names), after: rowSnapshot(model, row, names) });
  runAfterCommit(hooks, tx, { ...change, values, key: row.key, row: hookRow(model, row) });
}
