import { z } from 'zod';
import { escapeHtml } from '../../view/escape.ts';
import type { FieldType, Issue } from '../kind.ts';
import { issue, unless } from '../parsed.ts';
import { sqlLiteral } from '../sql-literal.ts';

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** A UUID of any version; letters of both cases are taken, lower case is stored and shown. */
export const uuid: FieldType<string> = {
  kind: 'uuid',
  sqlType: () => 'uuid',
  defaultWord: 'random',
  sqlDefault(field) {
    if (typeof field.default !== 'string') return undefined;
    return field.default === 'random' ? 'gen_random_uuid()' : sqlLiteral(field.default);
  },
  checks: () => [],

  wire: z.string(),
  decode: (wire) => String(wire),
  encode: (value) => value.toLowerCase(),
  cast: () => 'uuid',

  parse(text) {
    const value = text.trim().toLowerCase();
    return unless(validate(value), value);
  },
  validate,

  cell: () => (wire) => escapeHtml(String(wire)),
  align: 'start',

  widget: () => 'text',
  text: (wire) => String(wire),

  filter: 'none',
  sortable: true,
  searchable: true,
  exported: (wire) => String(wire),
};

function validate(value: unknown): Issue | undefined {
  return typeof value === 'string' && UUID.test(value) ? undefined : issue('problem.uuid');
}
