import { type Anchor, AnchorVerifier } from './anchors.ts';
import { countHash, entryHash } from './entry-hash.ts';
import { isErasedAsRecorded, type SealedEntry } from './entry-values.ts';
import { exportLine } from './export-lines.ts';
import { type Finding, Findings } from './findings.ts';
import { HASH_BYTES } from './merkle-root.ts';
import { NO_SEAL, type Seal, sealHash } from './seal.ts';
import { isSealedList, type SealedList } from './sealed-list.ts';

export interface VerifiedExport {
  readonly findings: readonly Finding[];
  /** Including those that `findings` leaves out. */
  readonly total: number;
  readonly seals: number;
  readonly entries: number;
  readonly notSealed: number;
  readonly anchors: number;
}

/**
 * Verifies an exported trail without the database: the chain, every entry and every count. Signatures need the key and are not verified.
 *
 * @returns the number of the first line that is not one of an export, or the result
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  anchors: readonly (Partial<Anchor> & Pick<Anchor, 'hash'>)[] = [],
): Promise<number | VerifiedExport> {
  const verifier = new ExportVerifier(anchors);
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (!verifier.next(line, number)) return number;
  }
  return number === 0 ? 1 : verifier.finish();
}

class ExportVerifier {
  readonly #findings = new Findings();
  readonly #anchors: AnchorVerifier;
  #previous: Seal | undefined;
  /** What the current seal contains and the lines have not shown yet: the hash of each entry by its id. */
  #entries = new Map<string, string>();
  /** The entry of each count, by both and the hash. */
  #counts = new Map<string, string>();
  readonly #total = { seals: 0, entries: 0, notSealed: 0 };
  /** The records with erased values, and the names that replace those of users, with what an entry about the erasure contains. */
  readonly #erased = new Map<string, string>();
  readonly #recorded = new Set<string>();
  /** The entries since the current seal that it does not cover: only after the last seal are they not sealed. */
  #uncovered: string[] = [];

  constructor(anchors: readonly (Partial<Anchor> & Pick<Anchor, 'hash'>)[]) {
    this.#anchors = new AnchorVerifier(anchors);
  }

  next(line: string, number: number): boolean {
    const { data } = exportLine.safeParse(jsonOf(line));
    if (data === undefined || (data.type === 'export') !== (number === 1)) return false;
    if (data.type === 'seal') this.#seal(data.list);
    else if (data.type === 'entry') this.#entry(data);
    else if (data.type === 'count') {
      const id = data.values.entry_id ?? '0';
      // By its hash, too: several counts may have no entry.
      if (!this.#counts.delete(`${id} ${countHash(data.values)}`))
        this.#add('count', 'changed', id, `The count of entry ${id} was changed or inserted.`);
    }
    return true;
  }

  finish(): VerifiedExport {
    this.#complete();
    this.#total.notSealed = this.#uncovered.length;
    // fault: erasure-in-export-unrecorded
    for (const [key, name] of this.#erased)
      if (!this.#recorded.has(key)) {
        const message = `Values of ${name} were erased, and no entry records it.`;
        this.#findings.add({ subject: 'erasure', problem: 'unrecorded', message });
      }
    this.#anchors.finish(this.#findings);
    const { all: findings, total } = this.#findings;
    return { findings, total, ...this.#total, anchors: this.#anchors.found };
  }

  #seal(list: SealedList): void {
    this.#complete();
    // fault: entry-before-its-seal-passes
    for (const id of this.#uncovered) this.#inserted(id);
    this.#uncovered = [];
    const { seal } = list;
    this.#anchors.see(seal);
    const previous = this.#previous;
    const follows =
      seal.number === (previous?.number ?? 0n) + 1n &&
      seal.previous.equals(previous?.hash ?? NO_SEAL) &&
      seal.firstId === (previous?.lastId ?? 0n) + 1n;
    // fault: broken-export-chain-passes
    if (!follows) this.#sealChanged(seal, `Seal ${seal.number} does not follow the seal before it.`);
    // fault: changed-export-seal-passes
    if (!sealHash(seal).equals(seal.hash) || !isSealedList(list))
      this.#sealChanged(seal, `Seal ${seal.number} was changed.`);
    this.#previous = seal;
    this.#total.seals += 1;
    this.#entries = new Map(hashesById(list.ids, list.hashes));
    this.#counts = new Map(hashesById(list.countIds, list.countHashes).map(([id, hash]) => [`${id} ${hash}`, id]));
  }

  #entry(entry: SealedEntry): void {
    const { id } = entry.values;
    this.#erasure(entry);
    if (BigInt(id) > (this.#previous?.lastId ?? 0n)) {
      this.#uncovered.push(id);
      return;
    }
    this.#total.entries += 1;
    const hash = this.#entries.get(id);
    this.#entries.delete(id);
    if (hash === undefined) {
      this.#inserted(id);
      return;
    }
    // fault: changed-export-entry-passes
    if (entryHash(entry.values, entry.blinding) !== hash || !isErasedAsRecorded(entry))
      this.#add('entry', 'changed', id, `Entry ${id} was changed.`);
  }

  /** Before the next seal, and at the end. */
  #complete(): void {
    for (const id of this.#entries.keys()) this.#add('entry', 'deleted', id, `Entry ${id} was deleted.`);
    for (const id of this.#counts.values()) this.#add('count', 'deleted', id, `The count of entry ${id} is missing.`);
    this.#entries.clear();
    this.#counts.clear();
  }

  /** Somebody who has the file can compute what an erasure leaves of a value. As in the database, an entry must record the erasure. */
  #erasure({ values, blinding }: SealedEntry): void {
    const record = `${values.subject_model} ${values.subject_key}`;
    if (values.event.endsWith('_erased')) {
      this.#recorded.add(`record ${record}`);
      this.#recorded.add(`user ${values.subject_label}`);
    }
    for (const path of Object.keys(blinding.hashes ?? {}))
      if (path === 'actor_label') this.#erased.set(`user ${values.actor_label}`, values.actor_label);
      else this.#erased.set(`record ${record}`, record);
  }

  #inserted(id: string): void {
    this.#add('entry', 'inserted', id, `Entry ${id} was inserted after sealing.`);
  }

  #add(subject: 'entry' | 'count', problem: Finding['problem'], entry: string, message: string): void {
    this.#findings.add({ subject, problem, entry, message });
  }

  #sealChanged({ number }: Seal, message: string): void {
    this.#findings.add({ subject: 'seal', problem: 'changed', seal: String(number), message });
  }
}

function hashesById(ids: readonly bigint[], hashes: Buffer): readonly (readonly [id: string, hash: string])[] {
  return ids.map((id, at) => [String(id), hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES).toString('hex')]);
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
