// The hash of an entry, computed from its values: for entries with erased values, and for exports.

import { hash } from 'node:crypto';

/** The values of an entry as text, as PostgreSQL writes them. */
export interface EntryValues {
  readonly id: string;
  /** Microseconds since 2000. */
  readonly at: string;
  readonly event: string;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly actor_label: string;
  readonly subject_model: string | null;
  readonly subject_key: string | null;
  readonly subject_label: string | null;
  readonly before: Members;
  readonly after: Members;
  readonly data: string | null;
  readonly correlation_id: string;
  readonly credential_scheme: string | null;
  readonly credential_id: string | null;
  readonly address: string | null;
}

/** The members of an object, with their values as JSON; the JSON of any other value; null for NULL. */
export type Members = readonly (readonly [name: string, json: string])[] | string | null;

/** What hides the values of an entry in its hash, by the path of the value. */
export interface Blinding {
  /** The salt of the entry; null after an erasure. */
  readonly salt: string | null;
  /** After an erasure, the salts of the remaining values, in hex. */
  readonly salts?: Readonly<Record<string, string>> | undefined;
  /** The hashes of the erased values, in hex; null for NULL. */
  readonly hashes?: Readonly<Record<string, string | null>> | undefined;
}

/** A row of `rustio_audit_count`. Times are in microseconds since 2000. */
export interface CountValues {
  readonly minute: string;
  readonly source: string;
  readonly target: string;
  readonly entry_id: string | null;
  readonly count: number;
  readonly last_at: string;
}

/** The OIDs of PostgreSQL's types, which its binary format contains. */
const TYPES = { bytea: 17, int8: 20, int4: 23, text: 25, timestamptz: 1184, jsonb: 3802 } as const;
const NULL = Buffer.from('ffffffff', 'hex');
const JSONB_VERSION = Buffer.of(1);

/** The hash of an entry in hex, the same as `entryHashSql` computes. */
export function entryHash(values: EntryValues, blinding: Blinding): string {
  const parts = [
    int8(values.id),
    field(TYPES.timestamptz, int64(values.at)),
    text(values.event),
    text(values.actor_kind),
    values.actor_id === null ? field(TYPES.int8, null) : int8(values.actor_id),
    text(values.subject_model),
    text(values.subject_key),
    field(TYPES.jsonb, values.data === null ? null : Buffer.concat([JSONB_VERSION, Buffer.from(values.data)])),
    text(values.correlation_id),
    text(values.credential_scheme),
    text(values.credential_id),
    text(values.address),
    field(TYPES.bytea, blinded(blinding, 'actor_label', values.actor_label)),
    field(TYPES.bytea, blinded(blinding, 'subject_label', values.subject_label)),
    field(TYPES.bytea, members(blinding, 'before', values.before)),
    field(TYPES.bytea, members(blinding, 'after', values.after)),
  ];
  return sha256([Buffer.of(0), int32(parts.length), ...parts]).toString('hex');
}

/** The hash of a count in hex, the same as `countHashSql` computes. */
export function countHash({ minute, source, target, entry_id, count, last_at }: CountValues): string {
  const parts = [
    field(TYPES.timestamptz, int64(minute)),
    text(source),
    text(target),
    entry_id === null ? field(TYPES.int8, null) : int8(entry_id),
    field(TYPES.int4, int32(count)),
    field(TYPES.timestamptz, int64(last_at)),
  ];
  return sha256([Buffer.of(0), int32(parts.length), ...parts]).toString('hex');
}

/** The paths of the values that an erasure can remove, with their current text. */
export function erasablePaths({
  actor_label,
  subject_label,
  before,
  after,
}: EntryValues): ReadonlyMap<string, string | null> {
  const side = (name: string, value: Members): [string, string | null][] => {
    if (value === null) return [];
    if (typeof value === 'string') return [[name, value]];
    return value.map(([member, json]) => [`${name}:${member}`, json]);
  };
  return new Map<string, string | null>([
    ['actor_label', actor_label],
    ['subject_label', subject_label],
    ...side('before', before),
    ...side('after', after),
  ]);
}

function members(blinding: Blinding, name: string, value: Members): Buffer | null {
  if (value === null) return null;
  if (typeof value === 'string') return concat([Buffer.of(2), blinded(blinding, name, value)]);
  const inOrder = value
    .map(([member, json]) => ({ member, bytes: Buffer.from(member), json }))
    .toSorted((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes));
  const each = inOrder.flatMap(({ member, bytes, json }) => [
    bytes,
    Buffer.of(0),
    blinded(blinding, `${name}:${member}`, json),
  ]);
  return concat([Buffer.of(1), ...each]);
}

/** The hash of one value. Null if there is no value, or nothing to hide it with, which matches no sealed hash. */
function blinded({ salt, salts = {}, hashes = {} }: Blinding, path: string, value: string | null): Buffer | null {
  if (Object.hasOwn(hashes, path)) return fromHex(hashes[path]);
  if (value === null) return null;
  const own =
    salt === null ? fromHex(salts[path]) : sha256([Buffer.from(salt.replaceAll('-', ''), 'hex'), Buffer.from(path)]);
  return own && sha256([own, Buffer.from(value)]);
}

function fromHex(hex: string | null | undefined): Buffer | null {
  return hex === null || hex === undefined ? null : Buffer.from(hex, 'hex');
}

function concat(parts: readonly (Buffer | null)[]): Buffer | null {
  const present = parts.filter((part) => part !== null);
  return present.length === parts.length ? Buffer.concat(present) : null;
}

function field(type: number, value: Buffer | null): Buffer {
  return Buffer.concat(value === null ? [int32(type), NULL] : [int32(type), int32(value.length), value]);
}

function text(value: string | null): Buffer {
  return field(TYPES.text, value === null ? null : Buffer.from(value));
}

function int8(value: string): Buffer {
  return field(TYPES.int8, int64(value));
}

function int64(value: string): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function sha256(parts: readonly Buffer[]): Buffer {
  return hash('sha256', Buffer.concat(parts), 'buffer');
}
