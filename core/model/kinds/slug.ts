import { escapeHtml } from '../../view/escape.ts';
import type { FieldType, Issue } from '../kind.ts';
import { issue, unless } from '../parsed.ts';
import type { FieldInfo } from '../registry.ts';
import { asText, lengthChecks, outsideLength } from './text-parts.ts';

/** Most characters where the field says nothing. */
export const SLUG_CHARACTERS = 80;
const SLUG = /^[a-z\d]+(?:-[a-z\d]+)*$/;

/** A part of an address, made by the write door from another field where the field says `from` and nobody gave one. */
export const slug: FieldType<string> = {
  ...asText,
  kind: 'slug',
  sqlDefault: () => undefined,
  checks: (field) => [
    { suffix: 'slug', sql: (column) => `${column} ~ '^[a-z0-9]+(-[a-z0-9]+)*$'` },
    ...lengthChecks(field),
  ],

  parse(text, field) {
    const value = text.trim().toLowerCase();
    return unless(validate(value, field), value);
  },
  validate,

  cell: () => (wire) => escapeHtml(String(wire)),

  widget: () => 'text',
};

function validate(value: unknown, field: FieldInfo): Issue | undefined {
  if (typeof value !== 'string') return issue('problem.notText');
  return SLUG.test(value) ? outsideLength(value, field) : issue('problem.slug');
}
