import { z } from 'zod';
import { escapeHtml } from '../../view/escape.ts';
import type { FieldType, Issue } from '../kind.ts';
import { issue, unless } from '../parsed.ts';
import type { FieldInfo } from '../registry.ts';
import { sqlLiteral } from '../sql-literal.ts';

/** One of a fixed set: text with a named CHECK, which is easier to change than an enum type. */
export const choice: FieldType<string> = {
  kind: 'choice',
  sqlType: () => 'text',
  sqlDefault: (field) => (typeof field.default === 'string' ? sqlLiteral(field.default) : undefined),
  checks: ({ values }) => [
    { suffix: 'choice', sql: (column) => `${column} in (${values.map(sqlLiteral).join(', ')})` },
  ],

  wire: z.string(),
  decode: (wire) => String(wire),
  encode: (value) => value,
  cast: () => 'text',

  parse: (text, field) => unless(validate(text, field), text),
  validate,

  cell(field) {
    const cells = new Map(field.values.map((value) => [value, cellOf(field, value)]));
    // A value that is none of the set stands only in tables that others keep.
    return (wire) => cells.get(String(wire)) ?? escapeHtml(String(wire));
  },
  align: 'start',

  widget: () => 'select',
  text: (wire) => String(wire),

  filter: 'values',
  sortable: true,
  searchable: true,
  exported: (wire) => String(wire),
};

function validate(value: unknown, field: FieldInfo): Issue | undefined {
  return typeof value === 'string' && field.values.includes(value) ? undefined : issue('problem.choice');
}

/** A badge where the field gives any of its values a tone, so that a column looks alike from row to row. */
function cellOf(field: FieldInfo, value: string): string {
  const label = escapeHtml(field.valueLabels[value] ?? value);
  if (Object.keys(field.tones).length === 0) return label;
  const tone = field.tones[value] ?? 'neutral';
  return `<span class="badge${tone === 'neutral' ? '' : ` tone-${tone}`}">${label}</span>`;
}
