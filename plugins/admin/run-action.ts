import type { Transaction } from '../../core/database/pool.ts';
import type { Issue } from '../../core/model/kind.ts';
import type { Removed, Written } from '../../core/write/types.ts';
import type { ActionResult } from './extension-points.ts';

/** Runs a change in a savepoint, so that any outcome but `done` leaves nothing of what was written. */
export async function undoRefused<R extends { readonly outcome: string }>(
  tx: Transaction,
  run: (inner: Transaction) => Promise<R>,
): Promise<R> {
  let refused: R | undefined;
  try {
    return await tx.savepoint(async (inner) => {
      const result = await run(inner);
      if (result.outcome === 'done') return result;
      refused = result;
      throw new ActionRefused();
    });
  } catch (error) {
    if (error instanceof ActionRefused && refused !== undefined) return refused;
    throw error;
  }
}

/** Takes a savepoint back; it never leaves `undoRefused`. */
class ActionRefused extends Error {}

/**
 * What an action returns after one write of `app.write`: done with the message, or refused with the reason.
 *
 * @example
 * const written = await app.write.update(tx, context, Post, record.key, { published: true }, record.version);
 * return fromWritten(written, { key: 'posts.published' });
 */
export function fromWritten(written: Written | Removed, message?: Issue): ActionResult {
  switch (written.outcome) {
    case 'done':
      return { outcome: 'done', ...(message && { message }) };
    case 'invalid':
      return { outcome: 'refused', problems: written.problems };
    case 'conflict':
      return { outcome: 'refused', message: { key: 'admin.action.changed' } };
    case 'forbidden':
      if ('problems' in written) return { outcome: 'refused', problems: written.problems };
      return { outcome: 'refused', message: { key: 'admin.action.forbidden' } };
    case 'missing':
      return { outcome: 'refused', message: { key: 'admin.action.gone' } };
    case 'held':
    case 'refused':
      return { outcome: 'refused', message: { key: 'admin.action.refused' } };
  }
}
