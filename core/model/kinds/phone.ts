import { escapeHtml } from '../../view/escape.ts';
import type { FieldType, Issue } from '../kind.ts';
import { issue, unless } from '../parsed.ts';
import { asText } from './text-parts.ts';

/** E.164: a country's code never begins with 0, and nobody's number has more than 15 digits. */
const NUMBER = /^\+[1-9]\d{6,14}$/;
const TYPED = /^(?:\+|00)[\d() .-]+$/;

/**
 * A telephone number with its country, stored as digits behind a plus, so that one number is one text however it was typed.
 * A number without its country is refused: nobody could dial it from elsewhere, and nobody can guess it later.
 */
export const phone: FieldType<string> = {
  ...asText,
  kind: 'phone',
  checks: () => [{ suffix: 'phone', sql: (column) => `${column} ~ '^\\+[1-9][0-9]{6,14}$'` }],

  encode: normalised,

  parse(text) {
    const value = normalised(text);
    return unless(validate(value), value);
  },
  validate,

  cell: (_field, show) => (wire) => {
    const text = String(wire);
    if (show.bare === true || !NUMBER.test(text)) return escapeHtml(text);
    return `<a href="tel:${text}" dir="ltr">${text}</a>`;
  },

  widget: () => 'phone',
};

/** `0049 (0)30 123-456` → `+4930123456`: the zero in brackets is the one that is dialled at home only. */
function normalised(text: string): string {
  const typed = text.replaceAll('\u00a0', ' ').trim();
  if (!TYPED.test(typed)) return typed;
  return `+${typed
    .replace(/^(?:\+|00)/, '')
    .replace('(0)', '')
    .replace(/\D/g, '')}`;
}

function validate(value: unknown): Issue | undefined {
  if (typeof value !== 'string') return issue('problem.notText');
  return NUMBER.test(normalised(value)) ? undefined : issue('problem.phone');
}
