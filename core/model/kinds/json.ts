import { z } from 'zod';
import { escapeHtml } from '../../view/escape.ts';
import { faultOf, shapeFault, valueOf } from '../json-value.ts';
import type { Issue, KindSpec, Wire } from '../kind.ts';
import { accepted, issue, refused } from '../parsed.ts';
import { cutText } from '../plain-text.ts';
import type { FieldInfo } from '../registry.ts';
import { sqlLiteral } from '../sql-literal.ts';

/** Bytes of UTF-8. */
const MOST_BYTES = 1_000_000;
const CUT = 80;

/**
 * JSON that fits a schema (Standard Schema: zod, valibot, arktype …), stored as jsonb. What the schema makes of a typed text is
 * stored, so a schema must accept what it gave: no transforms to another shape.
 */
export const json: KindSpec = {
  kind: 'json',
  sqlType: () => 'jsonb',
  sqlDefault(field) {
    if (field.default === undefined || typeof field.default === 'function') return undefined;
    return `${sqlLiteral(JSON.stringify(field.default))}::jsonb`;
  },
  checks: () => [],

  wire: z.custom<NonNullable<Wire>>((value) => value !== null && value !== undefined),
  decode: (wire) => wire,
  encode: (value) => JSON.stringify(value),
  cast: () => 'jsonb',

  parse(text, field) {
    if (Buffer.byteLength(text) > MOST_BYTES) return refused('problem.jsonLarge', { max: MOST_BYTES });
    const read = readJson(text);
    if ('reason' in read) return refused('problem.json', read);
    const value = valueOf(read.value, field.schema);
    const found = validate(value, field);
    return found === undefined ? accepted(value) : { ok: false, issue: found };
  },
  validate,

  cell: (_field, show) =>
    show.whole === true
      ? (wire) => `<pre>${escapeHtml(JSON.stringify(wire, null, 2))}</pre>`
      : (wire) => `<code>${escapeHtml(cutText(JSON.stringify(wire), CUT))}</code>`,
  align: 'start',

  widget: () => 'json',
  text: (wire) => JSON.stringify(wire, null, 2),

  filter: 'none',
  sortable: false,
  searchable: false,
  exported: (wire) => wire,
};

function validate(value: unknown, field: FieldInfo): Issue | undefined {
  // A JSON null at the top would be a second empty beside NULL.
  if (value === null || value === undefined) return issue('problem.required');
  const fault = faultOf(value);
  if (fault !== undefined) return fault;
  if (Buffer.byteLength(JSON.stringify(value)) > MOST_BYTES) return issue('problem.jsonLarge', { max: MOST_BYTES });
  return shapeFault(value, field.schema);
}

function readJson(text: string): { value: unknown } | { reason: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { reason: error instanceof Error ? cutText(error.message, 200) : '' };
  }
}
