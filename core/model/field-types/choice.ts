import { z } from 'zod';
import { quoteLiteral } from '../../sql/quote.ts';
import type { BaseFieldType, FieldInfo } from '../field-type.ts';
import type { Issue } from '../issue.ts';
import { createIssue, validUnless } from '../issue.ts';
import { stringDefault } from './text.ts';

/** One of a fixed set of strings, stored as text with a named CHECK, which is easier to change than an enum type. */
export const choice: BaseFieldType<string> = {
  name: 'choice',
  sqlType: () => 'text',
  sqlDefault: stringDefault,
  checks: ({ values }) => [
    { suffix: 'choice', sql: (column) => `${column} in (${values.map(quoteLiteral).join(', ')})` },
  ],

  dbSchema: z.string(),
  decode: (dbValue) => String(dbValue),
  encode: (value) => value,
  cast: () => 'text',

  parse: (text, field) => validUnless(validate(text, field), text),
  validate,

  align: 'start',

  widget: () => 'select',
  text: (dbValue) => String(dbValue),

  filter: 'values',
  sortable: true,
  searchable: true,
  exported: (dbValue) => String(dbValue),
};

function validate(value: unknown, field: FieldInfo): Issue | undefined {
  return typeof value === 'string' && field.values.includes(value) ? undefined : createIssue('problem.choice');
}
