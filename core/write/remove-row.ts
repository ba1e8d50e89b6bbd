import type { AuditContext } from '../actor.ts';
import { constraintViolation } from '../database/errors.ts';
import type { Transaction } from '../database/pool.ts';
import { RustioError } from '../errors.ts';
import { parseKey } from '../model/key.ts';
import type { ModelInfo } from '../model/registry.ts';
import { keyCondition } from '../query/find-row.ts';
import { Mistaken } from './attempt.ts';
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

  const removal = new Removal(door, writer, cause);
  try {
    await tx.savepoint((inner) => removal.remove(inner, model, [old]));
  } catch (error) {
    if (error instanceof Mistaken && error.outcome.outcome === 'invalid')
      return { outcome: 'refused', problems: error.outcome.problems };
    if (error instanceof Refusal) return refused(removal);
    if (error instanceof RustioError) throw error;
    const violation = constraintViolation(error);
    if (violation?.kind === 'rule' || violation?.kind === 'check') return { outcome: 'refused', problems: [] };
    if (violation?.kind !== 'foreignKey') throw error;
    return { outcome: 'held', by: [nameOf(door, violation.table)] };
  }
  await removal.record(door.events, tx);
  return { outcome: 'done', label: old.shownLabel };
}

/** Other rows hold it, hooks keep it, or, with neither, a rule of the database does. */
function refused({ heldBy, problems }: Removal): Removed {
  return heldBy.length > 0 ? { outcome: 'held', by: heldBy } : { outcome: 'refused', problems };
}

/** A table that no relation of a model tells of holds the row. */
function nameOf({ models }: Door, table: string | undefined): string {
  return models.all.find((model) => model.table.at(-1) === table)?.name ?? table ?? '';
}
