import type { BaseFieldType } from '../field-type.ts';
import type { Issue } from '../issue.ts';
import { createIssue, validUnless } from '../issue.ts';
import { asText } from './text.ts';

const STORED = /^#[\da-f]{6}$/;
const SHORT = /^#[\da-f]{3}$/;

/** A colour in the format of browsers' colour inputs: `#0d9488`. */
export const colour: BaseFieldType<string> = {
  ...asText,
  name: 'colour',
  checks: () => [{ suffix: 'colour', sql: (column) => `${column} ~ '^#[0-9a-f]{6}$'` }],

  encode: normalise,

  parse(text) {
    const value = normalise(text);
    return validUnless(validate(value), value);
  },
  validate,

  widget: () => 'colour',

  searchable: false,
};

/** `#AbC` → `#aabbcc` */
function normalise(text: string): string {
  const value = text.trim().toLowerCase();
  return SHORT.test(value) ? value.replace(/[\da-f]/g, '$&$&') : value;
}

function validate(value: unknown): Issue | undefined {
  if (typeof value !== 'string') return createIssue('problem.notText');
  return STORED.test(normalise(value)) ? undefined : createIssue('problem.colour');
}
