import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../../core/database/queries.ts';
import { bytea } from '../../../core/database/values.ts';
import { HASH_BYTES, merkleRoot } from './merkle-root.ts';
import { type Seal, sealColumns, sealRow } from './seal.ts';

/** A seal with the ids and hashes that it covers. */
export interface SealedList {
  readonly seal: Seal;
  readonly ids: readonly bigint[];
  readonly hashes: Buffer;
  readonly countIds: readonly bigint[];
  readonly countHashes: Buffer;
}

/** Seals per statement. */
const PAGE = 500;
/** Max ids in memory at a time, unless a single seal has more. */
const MAX_IDS = 50_000;

const ids = z.array(z.string()).transform((all) => all.map(BigInt));
const listRow = z.object({ seal: z.string(), ids, hashes: bytea, count_ids: ids, count_hashes: bytea });

/** The seals after a number, up to `newest`, in ascending order, each with its list; `undefined` for a list that is missing. */
export async function* sealsWithLists(
  query: Query,
  after: bigint,
  newest = 2n ** 63n - 1n,
): AsyncGenerator<readonly [Seal, SealedList | undefined]> {
  for (let position = after; ; ) {
    const seals = await query.any(sql.type(sealRow)`
      select ${sealColumns} from rustio_audit_seal
      where rustio_audit_seal.number > ${position} and rustio_audit_seal.number <= ${newest}
      order by rustio_audit_seal.number
      limit ${PAGE}
    `);
    for (const group of inGroups(seals)) {
      const lists = await readLists(query, group);
      for (const seal of group) yield [seal, lists.get(seal.number)];
    }
    const last = seals.at(-1);
    if (last === undefined || seals.length < PAGE) return;
    position = last.number;
  }
}

/** Consecutive seals whose lists fit into memory together. */
function inGroups(seals: readonly Seal[]): readonly (readonly Seal[])[] {
  const groups: Seal[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const seal of seals) {
    const own = Number(seal.entries + seal.counts);
    if (size + own > MAX_IDS) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)?.push(seal);
    size += own;
  }
  return groups;
}

async function readLists(query: Query, seals: readonly Seal[]): Promise<ReadonlyMap<bigint, SealedList>> {
  const rows = await query.any(sql.type(listRow)`
    select seal::text, ids, hashes, count_ids, count_hashes
    from rustio_audit_sealed
    where seal = any(${sql.array(
      seals.map(({ number }) => String(number)),
      'int8',
    )})
  `);
  const byNumber = new Map(seals.map((seal) => [seal.number, seal]));
  return new Map(
    rows.flatMap((row) => {
      const seal = byNumber.get(BigInt(row.seal));
      if (seal === undefined) return [];
      const list = {
        seal,
        ids: row.ids,
        hashes: row.hashes,
        countIds: row.count_ids,
        countHashes: row.count_hashes,
      };
      return [[seal.number, list] as const];
    }),
  );
}

/** Whether a list is the one that was sealed. */
export function isSealedList(list: SealedList): boolean {
  const { seal, ids: all, hashes, countIds, countHashes } = list;
  return (
    isWellFormed(list) &&
    BigInt(all.length) === seal.entries &&
    BigInt(countIds.length) === seal.counts &&
    (all.at(0) ?? seal.firstId) >= seal.firstId &&
    (all.at(-1) ?? seal.lastId) === seal.lastId &&
    // fault: any-sealed-list
    merkleRoot(hashes).equals(seal.root) &&
    merkleRoot(countHashes).equals(seal.countsRoot)
  );
}

/** Whether a list has one hash for each id, in ascending order of the ids. */
export function isWellFormed({ ids: all, hashes, countIds, countHashes }: SealedList): boolean {
  return (
    hashes.length === all.length * HASH_BYTES && countHashes.length === countIds.length * HASH_BYTES && isAscending(all)
  );
}

function isAscending(all: readonly bigint[]): boolean {
  return all.every((id, at) => at === 0 || id > (all[at - 1] ?? id));
}
