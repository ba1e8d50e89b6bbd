// The lines of an export: JSON, one seal, entry or count per line, with everything that verifies them without the database.

import { z } from 'zod';
import type { CountValues } from './entry-hash.ts';
import { erasureRow, type SealedEntry, valuesRow } from './entry-values.ts';
import type { Seal } from './seal.ts';
import type { SealedList } from './sealed-list.ts';

const text = z.string();
const integer = z.string().regex(/^-?\d+$/);
const hex = z
  .string()
  .regex(/^([0-9a-f]{2})*$/)
  .transform((digits) => Buffer.from(digits, 'hex'));
const bigint = integer.transform((digits) => BigInt(digits));

const sealLine = z
  .object({
    type: z.literal('seal'),
    number: bigint,
    at: bigint,
    firstId: bigint,
    lastId: bigint,
    entries: bigint,
    root: hex,
    countsUntil: bigint,
    counts: bigint,
    countsRoot: hex,
    previous: hex,
    keyId: text.nullable(),
    hash: hex,
    signature: hex.nullable(),
    ids: z.array(bigint),
    hashes: hex,
    countIds: z.array(bigint),
    countHashes: hex,
  })
  .transform(
    ({ type, ids, hashes, countIds, countHashes, ...seal }) =>
      ({ type, list: { seal, ids, hashes, countIds, countHashes } }) satisfies { list: SealedList; type: 'seal' },
  );
const entryLine = z.object({
  type: z.literal('entry'),
  values: valuesRow,
  blinding: z.object({
    salt: text.nullable(),
    salts: z.record(text, text).optional(),
    hashes: z.record(text, text.nullable()).optional(),
  }),
  erasures: z.array(erasureRow),
});
const countLine = z.object({
  type: z.literal('count'),
  values: z.object({
    minute: integer,
    source: text,
    target: text,
    entry_id: integer.nullable(),
    count: z.int(),
    last_at: integer,
  }),
});
const headLine = z.object({ type: z.literal('export'), format: z.literal(1), time: text });

/** The schema of a line. */
export const exportLine = z.union([headLine, sealLine, entryLine, countLine]);

export function headOf(time: Date): string {
  return JSON.stringify({ type: 'export', format: 1, time: time.toISOString() });
}

export function lineOfSeal(seal: Seal, { ids, hashes, countIds, countHashes }: Omit<SealedList, 'seal'>): string {
  return JSON.stringify({ type: 'seal', ...seal, ids, hashes, countIds, countHashes }, asText);
}

export function lineOfEntry({ values, blinding, erasures }: SealedEntry): string {
  return JSON.stringify({ type: 'entry', values, blinding, erasures });
}

export function lineOfCount(values: CountValues): string {
  return JSON.stringify({ type: 'count', values });
}

function asText(this: unknown, name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  // JSON.stringify has called the toJSON method of buffers.
  const original: unknown = typeof this === 'object' && this !== null ? Reflect.get(this, name) : undefined;
  return Buffer.isBuffer(original) ? original.toString('hex') : value;
}
