import type { BaseFieldType } from '../field-type.ts';
import type { Issue } from '../issue.ts';
import { createIssue, validUnless } from '../issue.ts';
import { asText } from './text.ts';

/** E.164: a country code never begins with 0, and a number has at most 15 digits. */
const NUMBER = /^\+[1-9]\d{6,14}$/;
const TYPED = /^(?:\+|00)[\d() .-]+$/;

/**
 * A phone number with its country code, stored as a plus sign and digits, so that a number is stored the same however it was
 * entered. A number without a country code is rejected: it cannot be dialled from abroad, and the country cannot be guessed later.
 */
export const phone: BaseFieldType<string> = {
  ...asText,
  name: 'phone',
  checks: () => [{ suffix: 'phone', sql: (column) => `${column} ~ '^\\+[1-9][0-9]{6,14}$'` }],

  encode: normalise,

  parse(text) {
    const value = normalise(text);
    return validUnless(validate(value), value);
  },
  validate,

  widget: () => 'phone',
};

/** `0049 (0)30 123-456` → `+4930123456`: the zero in brackets is dialled only within the country. */
function normalise(text: string): string {
  const typed = text.replaceAll('\u00a0', ' ').trim();
  if (!TYPED.test(typed)) return typed;
  return `+${typed
    .replace(/^(?:\+|00)/, '')
    .replace('(0)', '')
    .replace(/\D/g, '')}`;
}

function validate(value: unknown): Issue | undefined {
  if (typeof value !== 'string') return createIssue('problem.notText');
  return NUMBER.test(normalise(value)) ? undefined : createIssue('problem.phone');
}
