import { z } from 'zod';
import { quoteLiteral } from '../../sql/quote.ts';
import type { BaseFieldType } from '../field-type.ts';
import type { Issue } from '../issue.ts';
import { createIssue, validUnless } from '../issue.ts';

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** A UUID of any version; upper and lower case are accepted, lower case is stored and shown. */
export const uuid: BaseFieldType<string> = {
  name: 'uuid',
  sqlType: () => 'uuid',
  defaultWord: 'random',
  sqlDefault(field) {
    if (typeof field.default !== 'string') return undefined;
    return field.default === 'random' ? 'gen_random_uuid()' : quoteLiteral(field.default);
  },
  checks: () => [],

  dbSchema: z.string(),
  decode: (dbValue) => String(dbValue),
  encode: (value) => value.toLowerCase(),
  cast: () => 'uuid',

  parse(text) {
    const value = text.trim().toLowerCase();
    return validUnless(validate(value), value);
  },
  validate,

  align: 'start',

  widget: () => 'text',
  text: (dbValue) => String(dbValue),

  filter: 'none',
  sortable: true,
  searchable: true,
  exported: (dbValue) => String(dbValue),
};

function validate(value: unknown): Issue | undefined {
  return typeof value === 'string' && UUID.test(value) ? undefined : createIssue('problem.uuid');
}
