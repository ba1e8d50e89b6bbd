import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../../core/database/queries.ts';
import { readSealedEntries } from './entry-values.ts';
import { headOf, lineOfCount, lineOfEntry, lineOfSeal } from './export-lines.ts';
import { microseconds } from './seal.ts';
import { type SealedList, sealsWithLists } from './sealed-list.ts';

/** Entries per statement. */
const CHUNK = 1_000;
const countRow = sql.type(
  z.object({
    minute: microseconds.transform(String),
    source: z.string(),
    target: z.string(),
    entry_id: z.string().nullable(),
    count: z.number(),
    last_at: microseconds.transform(String),
  }),
);

/** The whole trail as lines: each seal, followed by its entries and counts, and then the entries that are not sealed. */
export async function* exportTrail(query: Query): AsyncGenerator<string> {
  yield headOf(new Date());
  let after = '0';
  let earlier: bigint | undefined;
  for await (const [seal, list] of sealsWithLists(query, 0n)) {
    yield lineOfSeal(seal, list ?? { ids: [], hashes: Buffer.alloc(0), countIds: [], countHashes: Buffer.alloc(0) });
    yield* entriesBetween(query, after, String(seal.lastId));
    if (list !== undefined) yield* countsOf(query, list, earlier);
    after = String(seal.lastId);
    earlier = seal.countsUntil;
  }
  yield* entriesBetween(query, after, String(2n ** 63n - 1n));
}

async function* entriesBetween(query: Query, first: string, until: string): AsyncGenerator<string> {
  for (let after = first; ; ) {
    const entries = await readSealedEntries(query, { after, until, limit: CHUNK });
    for (const entry of entries) yield lineOfEntry(entry);
    const last = entries.at(-1);
    if (last === undefined || entries.length < CHUNK) return;
    after = last.values.id;
  }
}

async function* countsOf(query: Query, { seal }: SealedList, earlier: bigint | undefined): AsyncGenerator<string> {
  if (earlier === seal.countsUntil) return;
  const counts = await query.any(countRow`
    select timestamptz_send(minute) as minute, source, target, entry_id::text, count, timestamptz_send(last_at) as last_at
    from rustio_audit_count
    where minute <= timestamptz '2000-01-01 00:00:00Z' + ${String(seal.countsUntil)}::bigint * interval '1 microsecond'
      and (
        ${earlier === undefined}
        or minute > timestamptz '2000-01-01 00:00:00Z' + ${String(earlier ?? 0n)}::bigint * interval '1 microsecond'
      )
  `);
  for (const count of counts) yield lineOfCount(count);
}
