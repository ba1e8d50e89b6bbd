import { createHash } from 'node:crypto';
import { z } from 'zod';
import { escapeHtml } from '../../view/escape.ts';
import type { DbValue, FieldType, Issue } from '../kind.ts';
import { issue, refused, unless } from '../parsed.ts';
import type { FieldInfo } from '../registry.ts';

const HEX = /^\\x(?:[\da-f]{2})*$/i;
/** Digits of the hash that people compare. */
const SHOWN_DIGITS = 16;

/** Of a value that was not read: its size in a list, and its hash, too, on a record's own page. */
const summary = z.object({ size: z.number(), sha256: z.string() });
type Known = { readonly size: number; readonly sha256: string | undefined };

/**
 * Any bytes, a Uint8Array in code. Pages know their size and SHA-256 and never read them; no form takes them. A wire is
 * PostgreSQL's hex (`\x00ff`), the size alone, or size and hash.
 */
export const bytes: FieldType<Uint8Array> = {
  kind: 'bytes',
  sqlType: () => 'bytea',
  sqlDefault: () => undefined,
  checks: ({ min, max }) => [
    ...(min === undefined ? [] : [{ suffix: 'min', sql: (column: string) => `octet_length(${column}) >= ${min}` }]),
    ...(max === undefined ? [] : [{ suffix: 'max', sql: (column: string) => `octet_length(${column}) <= ${max}` }]),
  ],

  wire: z.union([z.string(), z.number(), summary]),
  decode: (wire) => bytesOf(String(wire)),
  encode: (value) => `\\x${Buffer.from(value).toString('hex')}`,
  cast: () => 'bytea',
  summary: {
    sql(column, whole) {
      if (!whole) return `octet_length(${column})`;
      const known = `jsonb_build_object('size', octet_length(${column}), 'sha256', encode(sha256(${column}), 'hex'))`;
      return `case when ${column} is not null then ${known} end`;
    },
    is: (wire) => wire !== null && typeof wire !== 'string',
  },

  /** Hex, for imports; no form asks. */
  parse(text, field) {
    const typed = text.trim();
    if (!HEX.test(typed)) return refused('problem.bytes');
    const value = bytesOf(typed);
    return unless(validate(value, field), value);
  },
  validate,

  cell: (_field, show) => (wire) => {
    const { size, sha256 } = known(wire);
    const words = escapeHtml(show.t('value.bytes', { size, shown: show.number(size) }));
    return sha256 === undefined
      ? words
      : `${words} · SHA-256 <code>${escapeHtml(sha256.slice(0, SHOWN_DIGITS))}</code>`;
  },
  align: 'end',

  widget: () => 'text',
  text: (wire) => (typeof wire === 'string' ? wire : ''),

  filter: 'none',
  sortable: false,
  searchable: false,
  exported(wire) {
    const { size, sha256 } = known(wire);
    return sha256 === undefined ? `${size} bytes` : `${size} bytes, SHA-256 ${sha256}`;
  },
};

function validate(value: unknown, { min, max }: FieldInfo): Issue | undefined {
  if (!(value instanceof Uint8Array)) return issue('problem.bytes');
  if (typeof min === 'number' && value.length < min) return issue('problem.tooFewBytes', { min, length: value.length });
  if (typeof max === 'number' && value.length > max)
    return issue('problem.tooManyBytes', { max, length: value.length });
  return undefined;
}

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
}

function known(wire: NonNullable<DbValue>): Known {
  if (typeof wire === 'number') return { size: wire, sha256: undefined };
  if (typeof wire !== 'string') return summary.parse(wire);
  const value = bytesOf(wire);
  return { size: value.length, sha256: createHash('sha256').update(value).digest('hex') };
}
