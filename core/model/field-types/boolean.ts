import { z } from 'zod';
import type { BaseFieldType } from '../field-type.ts';
import { createIssue, invalid, valid } from '../issue.ts';

/** Yes or no. A checkbox, which posts `true` or nothing; a select with three options if the field is nullable. */
export const boolean: BaseFieldType<boolean> = {
  name: 'boolean',
  sqlType: () => 'boolean',
  sqlDefault: (field) => (typeof field.default === 'boolean' ? String(field.default) : undefined),
  checks: () => [],

  dbSchema: z.boolean(),
  decode: (dbValue) => dbValue === true,
  encode: (value) => value,
  cast: () => 'boolean',

  parse(text) {
    const word = text.trim().toLowerCase();
    return word === 'true' || word === 'false' ? valid(word === 'true') : invalid('problem.boolean');
  },
  validate: (value) => (typeof value === 'boolean' ? undefined : createIssue('problem.boolean')),

  align: 'start',

  widget: (field) => (field.nullable ? 'select' : 'checkbox'),
  text: (dbValue) => String(dbValue),

  filter: 'boolean',
  sortable: true,
  searchable: false,
  exported: (dbValue) => dbValue === true,
};
