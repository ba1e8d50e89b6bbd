import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../../core/database/queries.ts';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

/** What can be sealed: no transaction can still add an entry or a count to it. */
export interface Horizon {
  /** The id of the last entry; `0` if the trail is empty. */
  readonly lastId: string;
  /** A minute of counts, as text. */
  readonly minute: string;
}

export interface HorizonOptions {
  /** How long to wait for transactions that may still write, and for other processes that seal or erase. */
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

const horizonRow = sql.type(z.object({ last_id: z.string(), minute: z.string() }));
const writerRow = sql.type(z.object({ writer: z.string() }));

/**
 * The last entry so far, once no transaction that was writing at this moment is running. Ids are assigned in ascending order, but a
 * transaction with a lower id can commit after one with a higher id. Every transaction that has an id holds the lock of an insert on the
 * table from before it got the id until its end, so the entries up to this one are complete when those that held one have ended.
 * Undefined if one of them is still running after `waitMs`, or the signal is aborted.
 */
export async function sealableHorizon(
  database: Query,
  { waitMs, signal }: HorizonOptions,
): Promise<Horizon | undefined> {
  const { last_id: lastId, minute } = await database.one(horizonRow`
    select coalesce(max(id), 0)::text as last_id, date_trunc('minute', now() - interval '1 hour')::text as minute
    from rustio_audit
  `);
  const horizon = { lastId, minute };
  const before = await writers(database);
  const until = performance.now() + waitMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const now = new Set(await writers(database));
    // fault: open-transactions-not-awaited
    if (!before.some((writer) => now.has(writer))) return horizon;
    const left = until - performance.now();
    if (left <= 0 || signal?.aborted) return undefined;
    await wait(Math.min(pause, left), undefined, { ...(signal && { signal }) }).catch(() => {});
  }
}

/** The transactions that have written entries or counts, or are about to. Prepared transactions have no process. */
function writers(database: Query): Promise<readonly string[]> {
  return database.anyFirst(writerRow`
    select distinct virtualtransaction as writer
    from pg_locks
    where locktype = 'relation'
      and database = (select oid from pg_database where datname = current_database())
      and relation in (to_regclass('rustio_audit'), to_regclass('rustio_audit_count'))
      and mode in ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
      and granted
      and pid is distinct from pg_backend_pid()
  `);
}
