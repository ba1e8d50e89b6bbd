import { sql } from 'slonik';
import type { AuditContext } from '../actor.ts';
import type { Transaction } from '../database/pool.ts';
import type { EventData } from '../events.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { validateValues } from '../model/validate.ts';
import { comma, joined, tableSql, whereSql } from '../query/sql-names.ts';
import type { Door } from './door.ts';
import { givenColumns, givenLinks } from './given-values.ts';
import type { Change, OwnedHook } from './hooks.ts';
import { changeLinks, type PairRemover } from './links.ts';
import { hookRow, hooksOf, runAfterCommit, runHooks } from './run-hooks.ts';
import { exported, snapshotOf } from './snapshot.ts';
import { amongRows, lockRows, type StoredRow, sameRow } from './stored-row.ts';
import type { Problem } from './types.ts';
import type { Values } from './write.ts';
import type { Writer } from './writer.ts';

/** What a removal gives to those whose rows lose a relation by it. */
export interface Detaching {
  readonly door: Pick<Door, 'hooks'>;
  readonly context: AuditContext;
  readonly writer: Writer;
  readonly removal: PairRemover;
  onUpdate(model: ModelInfo, row: StoredRow, data: EventData['update']): void;
  /** Ends the removal. */
  refuse(problems: readonly Problem[]): never;
}

/**
 * Rows whose relation is `onDelete: 'setNull'` lose it: in one statement, or row by row where hooks may object or set more values.
 */
export async function setNull(
  tx: Transaction,
  detaching: Detaching,
  relation: FieldInfo,
  rows: readonly StoredRow[],
): Promise<void> {
  const { model, name } = relation;
  const hooks = hooksOf(detaching.door, model);
  if (hooks.length > 0) {
    for (const row of rows) await changeRow(tx, detaching, relation, row, hooks);
    return;
  }
  await tx.query(sql.unsafe`
    update ${tableSql(model)} as t set ${sql.identifier([relation.column])} = null where ${amongRows(model, rows)}
  `);
  for (const row of rows) {
    const before = { [name]: exported(relation, row.wires[name]) };
    detaching.onUpdate(model, row, { before, after: { [name]: null } });
  }
}

async function changeRow(
  tx: Transaction,
  { door, context, writer, removal, onUpdate, refuse }: Detaching,
  { model, name }: FieldInfo,
  old: StoredRow,
  hooks: readonly OwnedHook[],
): Promise<void> {
  let values: Values = { [name]: null };
  const change: Change = { context, model, action: 'update', key: old.key, old: hookRow(model, old), values };
  for (const step of ['beforeValidate', 'beforeSave'] as const) {
    const run = await runHooks(step, hooks, tx, { ...change, values });
    // Whatever hooks want: the row that the relation points to goes.
    values = { ...values, ...run.values, [name]: null };
    const problems = [...run.problems, ...validateValues(model, values, 'update')];
    if (problems.length > 0) refuse(problems);
  }
  const sets = givenColumns(model, values).map(
    ({ field, value }) => sql.fragment`${sql.identifier([field.column])} = ${value}`,
  );
  await tx.query(sql.unsafe`
    update ${tableSql(model)} as t set ${joined(sets, comma)} ${whereSql(sameRow(model, old))}
  `);
  for (const [field, keys] of givenLinks(model, values)) {
    await changeLinks(tx, { door, context, reads: writer.reads, removal }, old, field, keys);
  }
  const [row] = await lockRows(tx, writer.reads, model, sameRow(model, old), { limit: 1 });
  // A trigger may have taken the row away; then there is nothing to tell of it.
  if (row === undefined) return;
  const names = new Set(Object.keys(values));
  onUpdate(model, row, { before: snapshotOf(model, old, names), after: snapshotOf(model, row, names) });
  runAfterCommit(hooks, tx, { ...change, values, key: row.key, row: hookRow(model, row) });
}
