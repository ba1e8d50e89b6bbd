import { sql } from 'slonik';
import type { Transaction } from '../database/pool.ts';
import { parseKey } from '../model/key.ts';
import type { ModelInfo } from '../model/registry.ts';
import { keyCondition } from '../query/find-row.ts';
import { tableSql, whereSql } from '../query/sql-names.ts';

/**
 * Locks a row until the transaction ends, so that nobody else changes or deletes it meanwhile. It asks no permission: it reads
 * nothing of the row. A view that is read only has no rows to lock, and counts as locked.
 *
 * @returns whether the row exists.
 * @example
 * if (!(await lockRecord(tx, model, key))) return { outcome: 'missing' };
 */
export async function lockRecord(tx: Transaction, model: ModelInfo, key: string): Promise<boolean> {
  const params = parseKey(model, key);
  if (params === undefined) return false;
  if (model.readOnly) return true;
  const row = await tx.maybeOne(sql.unsafe`
    select 1 from ${tableSql(model)} t ${whereSql(keyCondition(model, params))} for no key update
  `);
  return row !== null;
}
