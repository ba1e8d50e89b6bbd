import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../../core/database/queries.ts';
import { bytea } from '../../../core/database/values.ts';
import { entryHash } from './entry-hash.ts';
import { entryHashSql, type TextEncoding } from './entry-hash-sql.ts';
import { isErasedAsRecorded, readErasedEntries } from './entry-values.ts';
import type { Findings } from './findings.ts';
import { HASH_BYTES, merkleRoot } from './merkle-root.ts';
import type { Seal } from './seal.ts';
import type { SealedList } from './sealed-list.ts';

/** Entries per statement. */
const CHUNK = 10_000;

interface HashedEntry {
  readonly id: bigint;
  readonly hash: Buffer;
}

const chunkRow = z.object({ ids: z.array(z.string()), hashes: bytea });

/** Where to read, in a transaction that `prepareHashing` has prepared. */
export interface HashingQuery {
  readonly query: Query;
  readonly encoding: TextEncoding;
}

/** The entries and their current hashes, in ascending order of their ids. */
async function* currentEntries(
  { query, encoding }: HashingQuery,
  after: bigint | null,
  until: bigint,
): AsyncGenerator<HashedEntry, undefined> {
  for (let position = after; ; ) {
    const { ids, hashes } = await query.one(sql.type(chunkRow)`
      select coalesce(array_agg(id order by id), '{}') as ids, coalesce(string_agg(hash, ''::bytea order by id), ''::bytea) as hashes
      from (
        select id, ${entryHashSql(encoding)} as hash
        from rustio_audit
        where (${position}::bigint is null or id > ${position}::bigint) and id <= ${until}::bigint
        order by id
        limit ${CHUNK}
      ) as entry
    `);
    for (const [at, id] of ids.entries()) yield { id: BigInt(id), hash: hashAt(hashes, at) };
    const last = ids.at(-1);
    if (last === undefined || ids.length < CHUNK) return undefined;
    position = BigInt(last);
  }
}

/** Compares the entries with what the seals contain, one seal after the other. */
export class EntryVerifier {
  readonly #query: Query;
  readonly #findings: Findings;
  readonly #current: AsyncGenerator<HashedEntry, undefined>;
  #next: HashedEntry | undefined;
  #started = false;
  /** Entries with another hash than sealed, which may have been erased. */
  readonly #suspects = new Map<string, { readonly seal: bigint; readonly hash: Buffer }>();
  verified = 0;

  /** `after`: null to begin with the first entry. */
  constructor(
    hashing: HashingQuery,
    findings: Findings,
    { after, until }: { readonly after: bigint | null; readonly until: bigint },
  ) {
    this.#query = hashing.query;
    this.#findings = findings;
    this.#current = currentEntries(hashing, after, until);
  }

  /** `isGap`: whether the seal before this one is missing, so that nothing is known about the entries between. */
  async compare({ seal, ids, hashes }: SealedList, isGap: boolean): Promise<void> {
    if (!this.#started) await this.#advance();
    this.#started = true;
    for (let current = this.#next; current && current.id < seal.firstId; current = await this.#advance())
      if (!isGap) this.#inserted(current.id, seal.number);
    for (const [at, id] of ids.entries()) {
      for (let current = this.#next; current && current.id < id; current = await this.#advance())
        this.#inserted(current.id, seal.number);
      if (this.#next?.id === id) {
        const hash = hashAt(hashes, at);
        // fault: changed-entry-passes
        if (!this.#next.hash.equals(hash)) this.#suspects.set(String(id), { seal: seal.number, hash });
        this.verified += 1;
        await this.#advance();
      } else this.#add('deleted', id, seal.number, `Entry ${id} was deleted.`);
    }
    for (let current = this.#next; current && current.id <= seal.lastId; current = await this.#advance())
      this.#inserted(current.id, seal.number);
    if (this.#suspects.size >= CHUNK) await this.finish();
  }

  /** Compares the entries with the root of a seal whose list was changed: they may be as they were sealed. */
  async compareRoot(seal: Seal): Promise<void> {
    if (!this.#started) await this.#advance();
    this.#started = true;
    const current: HashedEntry[] = [];
    for (let each = this.#next; each && each.id <= seal.lastId; each = await this.#advance()) current.push(each);
    const ids = current.map(({ id }) => String(id));
    const erased = new Map(
      (await readErasedEntries(this.#query, ids))
        .filter(isErasedAsRecorded)
        .map(({ values, blinding }) => [values.id, Buffer.from(entryHash(values, blinding), 'hex')]),
    );
    const hashes = current.map(({ id, hash }) => erased.get(String(id)) ?? hash);
    this.verified += current.length;
    if (merkleRoot(Buffer.concat(hashes)).equals(seal.root)) return;
    const [first, last] = [seal.firstId, seal.lastId];
    const message = `Entries between ${first} and ${last} were changed, deleted or inserted. The list of seal ${seal.number} was also changed, so they cannot be named.`;
    this.#findings.add({ subject: 'entry', problem: 'changed', seal: String(seal.number), message });
  }

  /** Decides whether the changes found so far are erasures. */
  async finish(): Promise<void> {
    for (const entry of await readErasedEntries(this.#query, [...this.#suspects.keys()])) {
      const { id } = entry.values;
      const sealed = this.#suspects.get(id)?.hash.toString('hex');
      if (entryHash(entry.values, entry.blinding) === sealed && isErasedAsRecorded(entry)) this.#suspects.delete(id);
    }
    for (const [id, { seal }] of this.#suspects) this.#add('changed', BigInt(id), seal, `Entry ${id} was changed.`);
    this.#suspects.clear();
  }

  #inserted(id: bigint, seal: bigint): void {
    // fault: inserted-entry-passes
    this.#add('inserted', id, seal, `Entry ${id} was inserted after sealing: seal ${seal} does not contain it.`);
  }

  #add(problem: 'changed' | 'deleted' | 'inserted', entry: bigint, seal: bigint, message: string): void {
    this.#findings.add({ subject: 'entry', problem, entry: String(entry), seal: String(seal), message });
  }

  async #advance(): Promise<HashedEntry | undefined> {
    const { value } = await this.#current.next();
    this.#next = value ?? undefined;
    return this.#next;
  }
}

function hashAt(hashes: Buffer, at: number): Buffer {
  return hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
}
