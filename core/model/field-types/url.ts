import type { BaseFieldType } from '../field-type.ts';
import type { Issue } from '../issue.ts';
import { createIssue, validUnless } from '../issue.ts';
import { countCharacters, isStorable } from '../plain-text.ts';
import { asText } from './text.ts';

const MAX_LENGTH = 2_048;
const SCHEME = /^https?:\/\//i;
/** Browsers treat a backslash as a slash and other parsers do not, so the host would depend on the parser. */
const FORBIDDEN = /[\s\p{C}\\]/u;

/** A web address. Only `http` and `https`, so that a link to it cannot run a script. Passwords are not allowed. */
export const url: BaseFieldType<string> = {
  ...asText,
  name: 'url',
  checks: () => [
    { suffix: 'url', sql: (column) => `${column} ~* '^https?://'` },
    { suffix: 'max', sql: (column) => `char_length(${column}) <= ${MAX_LENGTH}` },
  ],

  parse(text) {
    const value = text.trim();
    return validUnless(validate(value), value);
  },
  validate,

  widget: () => 'url',
};

function validate(value: unknown): Issue | undefined {
  if (typeof value !== 'string') return createIssue('problem.notText');
  if (!isStorable(value)) return createIssue('problem.notStorable');
  const length = countCharacters(value);
  if (length > MAX_LENGTH) return createIssue('problem.tooLong', { max: MAX_LENGTH, length });
  if (FORBIDDEN.test(value) || !SCHEME.test(value)) return createIssue('problem.url');
  const parsed = URL.parse(value);
  if (parsed === null) return createIssue('problem.url');
  return parsed.username === '' && parsed.password === '' ? undefined : createIssue('problem.urlPassword');
}
