import type { BaseFieldType } from '../field-type.ts';
import type { Issue } from '../issue.ts';
import { createIssue, validUnless } from '../issue.ts';
import { countCharacters, toNfc } from '../plain-text.ts';
import { asText } from './text.ts';

const MAX_LENGTH = 254; // RFC 5321, 4.5.3.1.3: a path has at most 256 octets, including the angle brackets
/** Quotes and separators are not allowed, because parsers interpret them differently. */
const LOCAL_PART = /^[^\s\p{C}@"(),:;<>[\]\\.]+(?:\.[^\s\p{C}@"(),:;<>[\]\\.]+)*$/u;
const DOMAIN = /^(?!-)[\p{L}\p{M}\p{N}-]{1,63}(?<!-)(?:\.(?!-)[\p{L}\p{M}\p{N}-]{1,63}(?<!-))*$/u;

/**
 * An email address: trimmed, in Unicode's composed form, with the domain in lower case and the rest as entered. `unique` ignores
 * case, because hardly any mail server is case-sensitive.
 */
export const email: BaseFieldType<string> = {
  ...asText,
  name: 'email',
  uniqueAs: 'lower',
  checks: () => [
    { suffix: 'email', sql: (column) => `${column} ~ '^[^@[:space:]]+@[^@[:space:]]+$'` },
    { suffix: 'max', sql: (column) => `char_length(${column}) <= ${MAX_LENGTH}` },
  ],

  encode: normalise,

  parse(text) {
    const value = normalise(text);
    return validUnless(validate(value), value);
  },
  validate,

  widget: () => 'email',
};

function normalise(text: string): string {
  const address = toNfc(text.trim());
  const at = address.lastIndexOf('@');
  return at === -1 ? address : address.slice(0, at) + toNfc(address.slice(at).toLowerCase());
}

function validate(value: unknown): Issue | undefined {
  if (typeof value !== 'string') return createIssue('problem.notText');
  const address = normalise(value);
  const length = countCharacters(address);
  if (length > MAX_LENGTH) return createIssue('problem.tooLong', { max: MAX_LENGTH, length });
  const at = address.lastIndexOf('@');
  const isValid = LOCAL_PART.test(address.slice(0, Math.max(at, 0))) && DOMAIN.test(address.slice(at + 1));
  return isValid ? undefined : createIssue('problem.email');
}
