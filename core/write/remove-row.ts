import type { AuditContext } from '../actor.ts';
import { constraintViolation } from '../database/errors.ts';
import type { Transaction } from '../database/pool.ts';
import { parseKey } from '../model/key.ts';
import type { ModelInfo } from '../model/registry.ts';
import { keyCondition } from '../query/find-row.ts';
import type { Door } from './door.ts';
import { Refusal } from './refusal.ts';
import { Removal } from './removal.ts';
import { lockRows } from './stored-row.ts';
import type { Removed } from './types.ts';
import type { Which } from './update-row.ts';
import { Writer } from './writer.ts';

/**
 * Deletes a row and, where relations say so, what hangs on it. The database would do the latter by itself and tell nobody:
 * here every deleted row has its right asked for and its event recorded, every loosened relation its event.
 */
export async function removeRow(
  door: Door,
  tx: Transaction,
  cause: AuditContext,
  model: ModelInfo,
  { key, version }: Which,
): Promise<Removed> {
  const writer = new Writer(door.policy, cause.actor);
  if (!writer.may('delete', model)) return { outcome: 'forbidden' };
  const params = parseKey(model, key);
  if (params === undefined) return { outcome: 'missing' };
  const [old] = await lockRows(tx, writer.reads, model, keyCondition(model, params), {
    seen: writer.seen(model),
    allowed: writer.scope('delete', model),
    limit: 1,
  });
  if (old === undefined || !old.seen) return { outcome: 'missing' };
  if (!old.allowed) return { outcome: 'forbidden' };
  if (version !== undefined && version !== old.version) return { outcome: 'conflict' };

  const removal = new Removal(door, writer);
  try {
    await tx.savepoint((inner) => removal.remove(inner, model, [old]));
  } catch (error) {
    if (error instanceof Refusal) return refused(removal.heldBy);
    const violation = constraintViolation(error);
    if (violation?.kind === 'rule' || violation?.kind === 'check') return { outcome: 'refused' };
    if (violation?.kind !== 'foreignKey') throw error;
    return { outcome: 'held', by: [nameOf(door, violation.table)] };
  }
  for (const { subject, ...event } of removal.events) {
    if (event.name === 'delete') await door.events.record(tx, cause, 'delete', { subject, data: event.data });
    else await door.events.record(tx, cause, 'update', { subject, data: event.data });
  }
  return { outcome: 'done', label: old.shownLabel };
}

/** Nobody holds it, and all the same it stays: a rule of the database. */
function refused(heldBy: readonly string[]): Removed {
  return heldBy.length === 0 ? { outcome: 'refused' } : { outcome: 'held', by: heldBy };
}

/** A table that no relation of a model tells of holds the row. */
function nameOf({ models }: Door, table: string | undefined): string {
  return models.all.find((model) => model.table.at(-1) === table)?.name ?? table ?? '';
}
