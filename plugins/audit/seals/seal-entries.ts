import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../../core/app.ts';
import type { Database } from '../../../core/database/pool.ts';
import type { Query } from '../../../core/database/queries.ts';
import type { Transaction } from '../../../core/database/transaction.ts';
import { bytea } from '../../../core/database/values.ts';
import { countHashSql, entryHashSql, prepareHashing } from './entry-hash-sql.ts';
import { type Horizon, type HorizonOptions, sealableHorizon } from './horizon.ts';
import { merkleRoot } from './merkle-root.ts';
import { completeSeal, microseconds, NO_SEAL, type Seal, sealColumns, sealRow } from './seal.ts';

/** Max entries and counts per seal: few enough that an erasure does not wait long for one. */
const BATCH = 10_000;
/** An erasure, or the batch of another process, takes about this long. */
const LOCK_PAUSE_MS = 200;
/** How long the scheduled task waits for transactions that may still write. */
const MAX_WAIT_MS = 45_000;
/** An erasure takes the same lock; see the migration. */
const LOCK = 'rustio audit seal';
/** The `countsUntil` before the first seal. */
const NO_COUNTS = '1970-01-01 00:00:00Z';

export interface Sealing extends HorizonOptions {
  readonly secretKeys: readonly string[];
  /** @defaultValue 10,000 */
  readonly batch?: number;
}

export interface Sealed {
  readonly seals: number;
  readonly entries: number;
  /** Why entries may be left: an open transaction, or another process that seals or erases. */
  readonly stoppedBy?: 'writer' | 'lock' | 'signal';
}

/**
 * Seals everything that no running transaction can still add to, in batches, each in its own transaction: whenever it stops, no seal is
 * incomplete.
 *
 * @example
 * const { entries } = await sealEntries(app.database, { secretKeys: app.environment.secretKeys, waitMs: 10_000, signal });
 */
export async function sealEntries(database: Database, sealing: Sealing): Promise<Sealed> {
  const horizon = await sealableHorizon(database, sealing);
  const until = performance.now() + sealing.waitMs;
  let [seals, entries] = [0, 0];
  if (horizon === undefined) return { seals, entries, stoppedBy: sealing.signal?.aborted ? 'signal' : 'writer' };
  while (!sealing.signal?.aborted) {
    const seal = await database.transaction((tx) => sealBatch(tx, horizon, sealing));
    if (seal === 'complete') return { seals, entries };
    if (seal === 'locked') {
      if (performance.now() >= until) return { seals, entries, stoppedBy: 'lock' };
      await wait(LOCK_PAUSE_MS, undefined, { ...(sealing.signal && { signal: sealing.signal }) }).catch(() => {});
      continue;
    }
    seals += 1;
    entries += Number(seal.entries);
  }
  return { seals, entries, stoppedBy: 'signal' };
}

/** The scheduled task. Entries that an open transaction delays are sealed a minute later. */
export async function sealRegularly({ database, environment }: App, signal: AbortSignal): Promise<void> {
  await sealEntries(database, { secretKeys: environment.secretKeys, waitMs: MAX_WAIT_MS, signal });
}

const batchRow = z.object({
  at: z.string(),
  at_value: microseconds,
  ids: z.array(z.string()),
  hashes: bytea,
  counts_until: z.string(),
  counts_until_value: microseconds,
  count_ids: z.array(z.string()),
  count_hashes: bytea,
});

/** The next seal: `complete` if there is nothing to seal, `locked` if another process seals or erases. */
async function sealBatch(
  tx: Transaction,
  horizon: Horizon,
  { secretKeys, batch = BATCH }: Sealing,
): Promise<Seal | 'complete' | 'locked'> {
  // fault: sealing-does-not-exclude-erasures
  if (!(await tryLock(tx))) return 'locked';
  const encoding = await prepareHashing(tx);
  const last = await lastSeal(tx);
  const after = last?.lastId ?? 0n;
  const row = await tx.one(sql.type(batchRow)`
    with entry as materialized (
      select id, ${entryHashSql(encoding)} as hash
      from rustio_audit
      where id > ${after}::bigint and id <= ${horizon.lastId}::bigint
      order by id
      limit ${batch}
    ), period as materialized (
      select coalesce((select counts_until from rustio_audit_seal order by number desc limit 1), ${NO_COUNTS}::timestamptz) as earlier
    ), until as materialized (
      select coalesce(
        (
          select minute
          from rustio_audit_count
          where minute > earlier and minute <= ${horizon.minute}::timestamptz
          order by minute
          offset ${batch - 1}
          limit 1
        ),
        greatest(earlier, ${horizon.minute}::timestamptz)
      )::timestamptz(0) as minute
      from period
    ), counted as materialized (
      select entry_id, c.minute, source, target, ${countHashSql} as hash
      from (select c.* from rustio_audit_count c, period, until where c.minute > earlier and c.minute <= until.minute) c
    )
    select
      now.at::text as at,
      timestamptz_send(now.at) as at_value,
      (select coalesce(array_agg(id order by id), '{}') from entry) as ids,
      (select coalesce(string_agg(hash, ''::bytea order by id), ''::bytea) from entry) as hashes,
      until.minute::text as counts_until,
      timestamptz_send(until.minute) as counts_until_value,
      (select coalesce(array_agg(coalesce(entry_id, 0) order by entry_id nulls first, minute, source, target), '{}') from counted) as count_ids,
      (select coalesce(string_agg(hash, ''::bytea order by entry_id nulls first, minute, source, target), ''::bytea) from counted) as count_hashes
    from until, (select clock_timestamp()::timestamptz(3) as at) as now
  `);
  if (row.ids.length === 0 && row.count_ids.length === 0) return 'complete';
  const content = {
    number: (last?.number ?? 0n) + 1n,
    at: row.at_value,
    firstId: (last?.lastId ?? 0n) + 1n,
    lastId: BigInt(row.ids.at(-1) ?? last?.lastId ?? 0),
    entries: BigInt(row.ids.length),
    root: merkleRoot(row.hashes),
    countsUntil: row.counts_until_value,
    counts: BigInt(row.count_ids.length),
    countsRoot: merkleRoot(row.count_hashes),
    previous: last?.hash ?? NO_SEAL,
  };
  const seal = completeSeal(content, secretKeys);
  await storeSeal(tx, seal, row);
  return seal;
}

/** The only statements that write seals. */
async function storeSeal(tx: Transaction, seal: Seal, row: z.infer<typeof batchRow>): Promise<void> {
  await tx.query(sql.unsafe`
    insert into rustio_audit_sealed (seal, ids, hashes, count_ids, count_hashes)
    values (
      ${seal.number}, ${sql.array(row.ids, 'int8')}, ${sql.binary(row.hashes)},
      ${sql.array(row.count_ids, 'int8')}, ${sql.binary(row.count_hashes)}
    )
  `);
  await tx.query(sql.unsafe`
    insert into rustio_audit_seal (
      number, at, first_id, last_id, entries, root, counts_until, counts, counts_root, previous, hash, key_id, signature
    )
    values (
      ${seal.number}, ${row.at}::timestamptz, ${seal.firstId}, ${seal.lastId}, ${seal.entries}, ${sql.binary(seal.root)},
      ${row.counts_until}::timestamptz, ${seal.counts}, ${sql.binary(seal.countsRoot)},
      ${sql.binary(seal.previous)}, ${sql.binary(seal.hash)},
      ${seal.keyId}, ${seal.signature && sql.binary(seal.signature)}
    )
  `);
}

async function tryLock(tx: Transaction): Promise<boolean> {
  const { locked } = await tx.one(sql.type(z.object({ locked: z.boolean() }))`
    select pg_try_advisory_xact_lock(hashtextextended(${LOCK}, 0)) as locked
  `);
  return locked;
}

/** The newest seal. */
export async function lastSeal(query: Query): Promise<Seal | null> {
  return query.maybeOne(sql.type(sealRow)`
    select ${sealColumns} from rustio_audit_seal order by rustio_audit_seal.number desc limit 1
  `);
}
