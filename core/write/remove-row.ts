import { sql } from 'slonik';
import { z } from 'zod';
import { type ConstraintViolation, constraintViolation } from '../database/errors.ts';
import type { Query, Transaction } from '../database/pool.ts';
import { RustioError } from '../errors/rustio-error.ts';
import type { ModelInfo } from '../model/field-type.ts';
import { parseKey } from '../model/key.ts';
import type { AuditContext } from '../policy/actor.ts';
import { keyCondition } from '../query/find-record.ts';
import { tableName } from '../query/table-facts.ts';
import { quoteTable } from '../sql/quote.ts';
import { lockRows } from './full-row.ts';
import { ValidationFailed, WriteRejected, withCommitProblems } from './rejections.ts';
import { Removal } from './removal.ts';
import { extentFor, findHooks } from './run-hooks.ts';
import type { Removed } from './types.ts';
import type { RowVersion } from './update-row.ts';
import { type WriteDependencies, Writer } from './writer.ts';

/**
 * Deletes a row and, depending on its relations, the rows that reference it. The database would do that silently; here, permissions
 * are checked and an event is recorded for every deleted row and for every relation that is set to null.
 */
export async function removeRow(
  dependencies: WriteDependencies,
  tx: Transaction,
  context: AuditContext,
  model: ModelInfo,
  { key, version }: RowVersion,
): Promise<Removed> {
  const writer = new Writer(dependencies.policy, context.actor);
  if (!writer.may('delete', model)) return { outcome: 'forbidden' };
  const params = parseKey(model, key);
  if (params === undefined) return { outcome: 'missing' };
  const [old] = await lockRows(tx, writer.reader, model, keyCondition(model, params), {
    visible: writer.visibleRows(model),
    allowed: writer.scope('delete', model),
    extent: extentFor(findHooks(dependencies, model)),
    limit: 1,
  });
  if (old === undefined || !old.visible) return { outcome: 'missing' };
  if (!old.allowed) return { outcome: 'forbidden' };
  if (version !== undefined && version !== old.version) return { outcome: 'conflict' };

  const change = { model, values: {}, reader: writer.reader };
  const removal = new Removal(dependencies, writer, context);
  try {
    await tx.savepoint((inner) => removal.remove(inner, model, [old]));
  } catch (error) {
    if (error instanceof ValidationFailed && error.outcome.outcome === 'invalid')
      return { outcome: 'rejected', problems: error.outcome.problems };
    if (error instanceof WriteRejected) return rejection(removal);
    if (error instanceof RustioError) throw error;
    const violation = constraintViolation(error);
    if (violation === undefined) throw error;
    if (violation.kind !== 'foreignKey') return { outcome: 'rejected', problems: [] };
    return { outcome: 'referenced', by: [await referencingModel(tx, dependencies, violation)] };
  }
  await withCommitProblems(tx, change, () => removal.record(dependencies.events, tx));
  return { outcome: 'done', label: old.visibleLabel };
}

/**
 * Why the row was not deleted: other rows reference it, hooks have rejected it, or, without references and problems, a rule of the
 * database prevents it.
 */
function rejection({ referencedBy, problems }: Removal): Removed {
  return referencedBy.length > 0 ? { outcome: 'referenced', by: referencedBy } : { outcome: 'rejected', problems };
}

/**
 * The model of a table that references the row through a foreign key that no relation covers, or the name of the table if it has no
 * model. Tables are compared with their schemas, as the search path resolves them.
 */
async function referencingModel(
  tx: Query,
  { models }: WriteDependencies,
  { schema, table = '' }: ConstraintViolation,
): Promise<string> {
  const name = schema === undefined ? table : `${schema}.${table}`;
  const candidates = models.all.filter((model) => model.table.at(-1) === table);
  if (candidates.length === 0) return name;
  const found = await tx.maybeOneFirst(sql.type(z.object({ name: z.string() }))`
    select candidate.name from unnest(${sql.array(
      candidates.map((model) => model.name),
      'text',
    )},
      ${sql.array(candidates.map(tableName), 'text')}) as candidate (name, "table")
    where to_regclass(candidate."table") = to_regclass(${quoteTable(name)}) limit 1
  `);
  return found ?? name;
}
