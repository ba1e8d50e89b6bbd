import { createHmac, hash, hkdfSync, timingSafeEqual } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';
import { bytea } from '../../../core/database/values.ts';

/** A row of `rustio_audit_seal`: what `hash` is computed from. Times are in microseconds since 2000, PostgreSQL's own unit. */
export interface SealContent {
  readonly number: bigint;
  readonly at: bigint;
  readonly firstId: bigint;
  readonly lastId: bigint;
  readonly entries: bigint;
  readonly root: Buffer;
  readonly countsUntil: bigint;
  readonly counts: bigint;
  readonly countsRoot: Buffer;
  /** The hash of the seal before. */
  readonly previous: Buffer;
  /** Identifies the key of the signature without revealing it; null if the seal is not signed. */
  readonly keyId: string | null;
}

export interface Seal extends SealContent {
  readonly hash: Buffer;
  readonly signature: Buffer | null;
}

/** The hash before the first seal. */
export const NO_SEAL = Buffer.alloc(32);
const EPOCH_MS = Date.UTC(2000, 0, 1);

/**
 * The hash of a seal: of its lines of text, so that it can be computed with any tool.
 *
 * @example
 * // rustio-admin audit seal 1
 * // number 7
 * // at 849700800000000
 * // …
 */
export function sealHash(seal: SealContent): Buffer {
  const lines = [
    'rustio-admin audit seal 1',
    `number ${seal.number}`,
    `at ${seal.at}`,
    `first ${seal.firstId}`,
    `last ${seal.lastId}`,
    `entries ${seal.entries}`,
    `root ${seal.root.toString('hex')}`,
    `counts until ${seal.countsUntil}`,
    `counts ${seal.counts}`,
    `counts root ${seal.countsRoot.toString('hex')}`,
    `previous ${seal.previous.toString('hex')}`,
    `key ${seal.keyId ?? 'none'}`,
  ];
  return hash('sha256', `${lines.join('\n')}\n`, 'buffer');
}

/** Adds the hash, and the signature with the first of the secret keys. Without keys, a seal is not signed. */
export function completeSeal(content: Omit<SealContent, 'keyId'>, [key]: readonly string[]): Seal {
  const withKey = { ...content, keyId: key === undefined ? null : keyId(key) };
  const sealed = sealHash(withKey);
  return { ...withKey, hash: sealed, signature: key === undefined ? null : signatureOf(key, sealed) };
}

/** Whether the signature of a seal is valid; undefined if it is not signed with any of these keys. */
export function isSigned(secretKeys: readonly string[], seal: Seal): boolean | undefined {
  const key = secretKeys.find((each) => keyId(each) === seal.keyId);
  if (key === undefined) return undefined;
  const expected = signatureOf(key, seal.hash);
  const signature = seal.signature ?? Buffer.alloc(0);
  // fault: any-seal-signature
  return expected.length === signature.length && timingSafeEqual(expected, signature);
}

function signatureOf(key: string, sealed: Buffer): Buffer {
  return createHmac('sha256', derived(key, 'rustio-admin audit seal')).update(sealed).digest();
}

function keyId(key: string): string {
  return derived(key, 'rustio-admin audit seal id').toString('hex').slice(0, 16);
}

function derived(key: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', purpose, 32));
}

/** The schema of `timestamptz_send(…)`: microseconds since 2000. Any stored time has them, even infinity. */
export const microseconds = bytea.transform((bytes) => bytes.readBigInt64BE());
const bigint = z.string().transform((text) => BigInt(text));

/** The schema of `sealColumns`. */
export const sealRow = z
  .object({
    number: bigint,
    at: microseconds,
    first_id: bigint,
    last_id: bigint,
    entries: bigint,
    root: bytea,
    counts_until: microseconds,
    counts: bigint,
    counts_root: bytea,
    previous: bytea,
    hash: bytea,
    key_id: z.string().nullable(),
    signature: bytea.nullable(),
  })
  .transform(
    ({ first_id, last_id, counts_until, counts_root, key_id, ...seal }): Seal => ({
      ...seal,
      firstId: first_id,
      lastId: last_id,
      countsUntil: counts_until,
      countsRoot: counts_root,
      keyId: key_id,
    }),
  );

export const sealColumns = sql.fragment`
  number::text, timestamptz_send(at) as at, first_id::text, last_id::text, entries::text, root,
  timestamptz_send(counts_until) as counts_until, counts::text, counts_root, previous, hash, key_id, signature
`;

/** The time of a seal as ISO text, or the number if it is not a time. */
export function sealTime(at: bigint): string {
  const ms = EPOCH_MS + Number(at / 1000n);
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}
