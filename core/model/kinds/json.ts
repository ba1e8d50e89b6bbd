import { z } from 'zod';
import { escapeHtml } from '../../view/escape.ts';
import { faultOf, fitted } from '../json-value.ts';
import type { DbValue, FieldType, Issue } from '../kind.ts';
import { issue, refused, unless } from '../parsed.ts';
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
export const json: FieldType = {
  kind: 'json',
  sqlType: () => 'jsonb',
  sqlDefault(field) {
    if (field.default === undefined || typeof field.default === 'function') return undefined;
    return `${sqlLiteral(JSON.stringify(field.default))}::jsonb`;
  },
  checks: () => [],

  wire: z.custom<NonNullable<DbValue>>((value) => value !== null && value !== undefined),
  decode: (wire) => wire,
  encode: (value) => JSON.stringify(value),
  cast: () => 'jsonb',

  parse(text, field) {
    if (Buffer.byteLength(text) > MOST_BYTES) return refused('problem.jsonLarge', { max: MOST_BYTES });
    const read = readJson(text);
    if ('reason' in read) return refused('problem.json', read);
    const found = unstorable(read.value);
    if (found !== undefined) return { ok: false, issue: found };
    const fit = fitted(read.value, field.schema);
    return 'issue' in fit ? { ok: false, issue: fit.issue } : unless(unstorable(fit.value), fit.value);
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
  const found = unstorable(value);
  if (found !== undefined) return found;
  const fit = fitted(value, field.schema);
  return 'issue' in fit ? fit.issue : undefined;
}

function unstorable(value: unknown): Issue | undefined {
  // A JSON null at the top would be a second empty beside NULL.
  if (value === null || value === undefined) return issue('problem.required');
  const fault = faultOf(value);
  if (fault !== undefined) return fault;
  return Buffer.byteLength(JSON.stringify(value)) > MOST_BYTES
    ? issue('problem.jsonLarge', { max: MOST_BYTES })
    : undefined;
}

function readJson(text: string): { value: unknown } | { reason: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { reason: error instanceof Error ? cutText(error.message, 200) : '' };
  }
}
