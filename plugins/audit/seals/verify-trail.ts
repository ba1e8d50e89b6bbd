import { sql } from 'slonik';
import { z } from 'zod';
import { databaseError } from '../../../core/database/errors.ts';
import type { Database } from '../../../core/database/pool.ts';
import type { Query } from '../../../core/database/queries.ts';
import { unrecordedErasures } from '../erase-entries.ts';
import { changesToTrail } from '../expected-table.ts';
import { type Anchor, AnchorVerifier, anchorOf } from './anchors.ts';
import { prepareHashing } from './entry-hash-sql.ts';
import { type Finding, Findings } from './findings.ts';
import { isSigned, NO_SEAL, type Seal, sealHash } from './seal.ts';
import { isSealedList, isWellFormed, type SealedList, sealsWithLists } from './sealed-list.ts';
import { verifyCounts } from './verify-counts.ts';
import { EntryVerifier, type HashingQuery } from './verify-entries.ts';

export interface Verification {
  readonly secretKeys: readonly string[];
  /** Seals that must be in the chain. */
  readonly anchors?: readonly (Partial<Anchor> & Pick<Anchor, 'hash'>)[];
  /** The number of the first seal whose entries are compared. The chain is always verified from the beginning. @defaultValue 1 */
  readonly from?: bigint;
  readonly signal?: AbortSignal;
}

export interface VerifiedTrail {
  readonly findings: readonly Finding[];
  /** Including those that `findings` leaves out. */
  readonly total: number;
  readonly seals: number;
  readonly entries: number;
  /** The newest seal. */
  readonly last: Anchor | null;
  readonly signatures: SignatureCounts;
  readonly anchors: number;
  readonly notSealed: NotSealed;
}

interface SignatureCounts {
  /** With a key in RUSTIO_SECRET_KEYS. */
  valid: number;
  /** With another key, so that they could not be verified. */
  unknownKey: number;
  none: number;
}

export interface NotSealed {
  readonly entries: number;
  /** The time of the oldest, as PostgreSQL writes it. */
  readonly since: string | null;
}

/**
 * Verifies the whole trail: tables and triggers, the chain of seals, every sealed entry and count, erasures and anchors. It only reads,
 * and does not trust what the database stores about the entries, except for what the chain proves.
 */
export async function verifyTrail(database: Database, verification: Verification): Promise<VerifiedTrail> {
  const findings = new Findings();
  const anchors = new AnchorVerifier(verification.anchors ?? []);
  const trail = {
    seals: 0,
    entries: 0,
    last: null as Anchor | null,
    signatures: { valid: 0, unknownKey: 0, none: 0 },
    notSealed: { entries: 0, since: null as string | null },
  };
  await database
    .transaction(async (query) => {
      const encoding = await prepareHashing(query);
      for (const change of (await changesToTrail(query)) ?? ['the table rustio_audit is missing'])
        findings.add({ subject: 'table', problem: 'changed', message: `Definition of the tables: ${change}.` });
      // Other processes seal meanwhile.
      const newest = await newestNumber(query);
      const chain = new ChainVerifier({ query, encoding }, findings, { ...verification, newest });
      for await (const [seal, list] of sealsWithLists(query, 0n, newest)) {
        verification.signal?.throwIfAborted();
        anchors.see(seal);
        trail.signatures[chain.signature(seal)] += 1;
        await chain.next(seal, list);
        trail.seals += 1;
        trail.last = anchorOf(seal);
      }
      trail.entries = await chain.finish();
      for (const erasure of await unrecordedErasures(query)) {
        const message = `Values of ${erasure} were erased, and no entry records it.`;
        findings.add({ subject: 'erasure', problem: 'unrecorded', message });
      }
      trail.notSealed = await entriesAfter(query, trail.last?.lastId ?? '0');
    })
    .catch((error: unknown) => {
      // With other tables than the migrations create, statements fail.
      const cause = databaseError(error);
      if (cause === undefined || findings.total === 0) throw error;
      const message = `The entries cannot be verified: ${cause.message}.`;
      findings.add({ subject: 'table', problem: 'unverifiable', message });
    });
  anchors.finish(findings);
  return { ...trail, findings: findings.all, total: findings.total, anchors: anchors.found };
}

/** Follows the chain from seal to seal. */
class ChainVerifier {
  readonly #hashing: HashingQuery;
  readonly #findings: Findings;
  readonly #secretKeys: readonly string[];
  readonly #from: bigint;
  readonly #newest: bigint;
  #previous: Seal | undefined;
  #entries: EntryVerifier | undefined;
  /** Whether nothing is known about the entries before the next seal. */
  #isGap = false;

  constructor(
    hashing: HashingQuery,
    findings: Findings,
    { secretKeys, from = 1n, newest }: Verification & { readonly newest: bigint },
  ) {
    this.#hashing = hashing;
    this.#findings = findings;
    this.#secretKeys = secretKeys;
    this.#from = from;
    this.#newest = newest;
  }

  signature(seal: Seal): keyof SignatureCounts {
    if (seal.keyId === null) {
      if (this.#previous && this.#previous.keyId !== null)
        this.#changed(seal, `Seal ${seal.number} is not signed, but earlier seals are.`);
      return 'none';
    }
    const isValid = isSigned(this.#secretKeys, seal);
    if (isValid === false) this.#changed(seal, `The signature of seal ${seal.number} is not valid.`);
    return isValid === undefined ? 'unknownKey' : 'valid';
  }

  async next(seal: Seal, list: SealedList | undefined): Promise<void> {
    const previous = this.#previous;
    this.#previous = seal;
    const expected = (previous?.number ?? 0n) + 1n;
    // fault: missing-seal-passes
    if (seal.number !== expected) this.#missing(expected, seal.number - 1n);
    else this.#compareWithPrevious(seal, previous);
    const isIntact = sealHash(seal).equals(seal.hash);
    // fault: changed-seal-passes
    if (!isIntact) this.#changed(seal, `Seal ${seal.number} was changed.`);
    if (seal.number >= this.#from) await this.#compareEntries(seal, list, { previous, expected, isIntact });
  }

  async #compareEntries(
    seal: Seal,
    list: SealedList | undefined,
    chain: { readonly previous: Seal | undefined; readonly expected: bigint; readonly isIntact: boolean },
  ): Promise<void> {
    this.#entries ??= new EntryVerifier(this.#hashing, this.#findings, {
      after: seal.number === 1n ? null : seal.firstId - 1n,
      until: await lastSealedId(this.#hashing.query, this.#newest),
    });
    const isGap = this.#isGap || seal.number !== chain.expected;
    this.#isGap = false;
    if (list === undefined) this.#changed(seal, `The list of entries of seal ${seal.number} is missing.`);
    else if (chain.isIntact && isSealedList(list)) {
      await this.#entries.compare(list, isGap);
      await verifyCounts(this.#hashing.query, this.#findings, list, chain.previous?.countsUntil ?? null);
      return;
    } else if (!chain.isIntact && isWellFormed(list)) {
      // Of a changed seal, only the ids in its list can be compared.
      const [first, last] = [list.ids.at(0) ?? seal.firstId, list.ids.at(-1) ?? seal.firstId - 1n];
      await this.#entries.compare({ ...list, seal: { ...seal, firstId: first, lastId: last } }, true);
      this.#isGap = true;
      return;
    } else this.#changed(seal, `The list of entries of seal ${seal.number} was changed.`);
    if (chain.isIntact) await this.#entries.compareRoot(seal);
    else this.#isGap = true;
  }

  /** The number of entries that were compared. */
  async finish(): Promise<number> {
    await this.#entries?.finish();
    const after = this.#previous?.number ?? 0n;
    for (const number of await listsBetween(this.#hashing.query, after, this.#newest)) this.#missing(number, number);
    return this.#entries?.verified ?? 0;
  }

  #compareWithPrevious(seal: Seal, previous: Seal | undefined): void {
    const follows =
      seal.previous.equals(previous?.hash ?? NO_SEAL) &&
      seal.firstId === (previous?.lastId ?? 0n) + 1n &&
      seal.lastId >= seal.firstId - 1n &&
      seal.countsUntil >= (previous?.countsUntil ?? seal.countsUntil);
    // fault: broken-chain-passes
    if (!follows) this.#changed(seal, `Seal ${seal.number} does not follow seal ${seal.number - 1n}.`);
  }

  #missing(first: bigint, last: bigint): void {
    const which = first === last ? `Seal ${first} is` : `Seals ${first} to ${last} are`;
    this.#findings.add({ subject: 'seal', problem: 'missing', seal: String(first), message: `${which} missing.` });
  }

  #changed(seal: Seal, message: string): void {
    this.#findings.add({ subject: 'seal', problem: 'changed', seal: String(seal.number), message });
  }
}

/** The number of the newest seal, or of the newest list, if its seal was removed. */
async function newestNumber(query: Query): Promise<bigint> {
  const newest = await query.oneFirst(sql.type(z.object({ newest: z.string() }))`
    select greatest(
      0,
      (select max(s.number) from rustio_audit_seal s),
      (select max(l.seal) from rustio_audit_sealed l)
    )::text as newest
  `);
  return BigInt(newest);
}

/** The seals after the newest one whose lists still exist. */
async function listsBetween(query: Query, last: bigint, newest: bigint): Promise<readonly bigint[]> {
  // fault: new-seals-are-findings
  const seals = await query.anyFirst(sql.type(z.object({ seal: z.string() }))`
    select l.seal::text
    from rustio_audit_sealed l
    where l.seal > ${last} and l.seal <= ${newest}
    order by l.seal
    limit 100
  `);
  return seals.map(BigInt);
}

async function lastSealedId(query: Query, newest: bigint): Promise<bigint> {
  const last = await query.oneFirst(sql.type(z.object({ last: z.string() }))`
    select coalesce(max(last_id), 0)::text as last from rustio_audit_seal where number <= ${newest}
  `);
  return BigInt(last);
}

const notSealedRow = sql.type(z.object({ entries: z.number(), since: z.string().nullable() }));

/** The entries that no seal covers yet. */
export function entriesAfter(query: Query, lastId: string): Promise<NotSealed> {
  return query.one(notSealedRow`
    select count(*)::integer as entries, min(at)::text as since from rustio_audit where id > ${lastId}::bigint
  `);
}
