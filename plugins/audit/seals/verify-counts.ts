import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../../core/database/queries.ts';
import { bytea } from '../../../core/database/values.ts';
import { countHashSql } from './entry-hash-sql.ts';
import type { Findings } from './findings.ts';
import { HASH_BYTES } from './merkle-root.ts';
import type { SealedList } from './sealed-list.ts';

const countRow = sql.type(z.object({ id: z.string(), hash: bytea }));

/** Compares the counts of repeated events with those that a seal contains. A count is named by its entry. */
export async function verifyCounts(
  query: Query,
  findings: Findings,
  { seal, countIds, countHashes }: SealedList,
  earlier: bigint | null,
): Promise<void> {
  if (earlier === seal.countsUntil && countIds.length === 0) return;
  const micros = (value: bigint) =>
    sql.fragment`(timestamptz '2000-01-01 00:00:00Z' + ${String(value)}::bigint * interval '1 microsecond')`;
  const current = await query.any(countRow`
    select coalesce(entry_id, 0)::text as id, ${countHashSql} as hash
    from rustio_audit_count
    where minute <= ${micros(seal.countsUntil)} and ${earlier === null ? sql.fragment`true` : sql.fragment`minute > ${micros(earlier)}`}
  `);
  const sealed = new Set(
    countIds.map((id, at) => `${id} ${countHashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES).toString('hex')}`),
  );
  const found = new Set(current.map(({ id, hash }) => `${id} ${hash.toString('hex')}`));
  const missing = numberById(sealed.difference(found));
  const added = numberById(found.difference(sealed));
  const add = (problem: 'changed' | 'deleted' | 'inserted', id: string, message: string) =>
    findings.add({ subject: 'count', problem, entry: id, seal: String(seal.number), message });
  for (const id of new Set([...missing.keys(), ...added.keys()])) {
    const [less, more] = [missing.get(id) ?? 0, added.get(id) ?? 0];
    // fault: changed-count-passes
    if (less > 0 && more > 0) add('changed', id, `The count of entry ${id} was changed.`);
    if (less > more) add('deleted', id, `The count of entry ${id} was deleted.`);
    // fault: count-beside-others-passes
    if (more > less) add('inserted', id, `A count of entry ${id} was inserted.`);
  }
}

/** How many of the keys have the same id: several counts may have no entry, and then the id is 0. */
function numberById(keys: ReadonlySet<string>): ReadonlyMap<string, number> {
  const ids = [...keys].map((key) => key.split(' ', 1)[0] ?? '');
  return new Map(
    Array.from(
      Map.groupBy(ids, (id) => id),
      ([id, { length }]) => [id, length],
    ),
  );
}
