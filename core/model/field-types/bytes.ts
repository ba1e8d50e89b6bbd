import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { BaseFieldType, DbValue, FieldInfo } from '../field-type.ts';
import type { Issue } from '../issue.ts';
import { createIssue, invalid, validUnless } from '../issue.ts';

const HEX = /^\\x(?:[\da-f]{2})*$/i;

/** What is read instead of the bytes: their size, and on a record's own page also their hash. */
const summary = z.object({ size: z.number(), sha256: z.string() });
type ByteSummary = { readonly size: number; readonly sha256: string | undefined };

/**
 * Arbitrary bytes, a Uint8Array in code. Pages show their size and SHA-256 and never read the bytes; forms do not accept them. A
 * database value is PostgreSQL's hex format (`\x00ff`), the size, or the size and the hash.
 */
export const bytes: BaseFieldType<Uint8Array> = {
  name: 'bytes',
  sqlType: () => 'bytea',
  sqlDefault: () => undefined,
  checks: ({ min, max }) => [
    ...(min === undefined ? [] : [{ suffix: 'min', sql: (column: string) => `octet_length(${column}) >= ${min}` }]),
    ...(max === undefined ? [] : [{ suffix: 'max', sql: (column: string) => `octet_length(${column}) <= ${max}` }]),
  ],

  dbSchema: z.union([z.string(), z.number(), summary]),
  decode: (dbValue) => fromHex(String(dbValue)),
  encode: (value) => `\\x${Buffer.from(value).toString('hex')}`,
  cast: () => 'bytea',
  summary: {
    sql(column, whole) {
      if (!whole) return `octet_length(${column})`;
      const object = `jsonb_build_object('size', octet_length(${column}), 'sha256', encode(sha256(${column}), 'hex'))`;
      return `case when ${column} is not null then ${object} end`;
    },
    is: (dbValue) => dbValue !== null && typeof dbValue !== 'string',
  },

  /** Accepts hex, for imports; not used by forms. */
  parse(text, field) {
    const typed = text.trim();
    if (!HEX.test(typed)) return invalid('problem.bytes');
    const value = fromHex(typed);
    return validUnless(validate(value, field), value);
  },
  validate,

  align: 'end',

  widget: () => 'text',
  text: (dbValue) => (typeof dbValue === 'string' ? dbValue : ''),

  filter: 'none',
  sortable: false,
  searchable: false,
  exported(dbValue) {
    const { size, sha256 } = readByteSummary(dbValue);
    return sha256 === undefined ? `${size} bytes` : `${size} bytes, SHA-256 ${sha256}`;
  },
};

function validate(value: unknown, { min, max }: FieldInfo): Issue | undefined {
  if (!(value instanceof Uint8Array)) return createIssue('problem.bytes');
  if (typeof min === 'number' && value.length < min)
    return createIssue('problem.tooFewBytes', { min, length: value.length });
  if (typeof max === 'number' && value.length > max)
    return createIssue('problem.tooManyBytes', { max, length: value.length });
  return undefined;
}

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
}

/** The size, and the hash if it was read or computed. */
export function readByteSummary(dbValue: NonNullable<DbValue>): ByteSummary {
  if (typeof dbValue === 'number') return { size: dbValue, sha256: undefined };
  if (typeof dbValue !== 'string') return summary.parse(dbValue);
  const value = fromHex(dbValue);
  return { size: value.length, sha256: createHash('sha256').update(value).digest('hex') };
}
