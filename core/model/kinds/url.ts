import { escapeHtml } from '../../view/escape.ts';
import type { FieldType, Issue } from '../kind.ts';
import { issue, unless } from '../parsed.ts';
import { countCharacters, isStorable } from '../plain-text.ts';
import { asText, shownText } from './text-parts.ts';

const MOST = 2_048;
const WEB = /^https?:\/\//i;
/** A backslash is a slash to browsers and none to others, so who reads the host would depend on the reader. */
const NEVER = /[\s\p{C}\\]/u;

/** An address of the web. Nothing but `http` and `https`, so that no link made of it can run a script; no password in it. */
export const url: FieldType<string> = {
  ...asText,
  kind: 'url',
  checks: () => [
    { suffix: 'url', sql: (column) => `${column} ~* '^https?://'` },
    { suffix: 'max', sql: (column) => `char_length(${column}) <= ${MOST}` },
  ],

  parse(text) {
    const value = text.trim();
    return unless(validate(value), value);
  },
  validate,

  /** Asked once more: a table that others keep may hold anything. */
  cell: (_field, show) => (wire) => {
    const text = String(wire);
    const html = shownText(text, show);
    if (show.bare === true || validate(text) !== undefined) return html;
    return `<a href="${escapeHtml(text)}" rel="noopener noreferrer">${html}</a>`;
  },

  widget: () => 'url',
};

function validate(value: unknown): Issue | undefined {
  if (typeof value !== 'string') return issue('problem.notText');
  if (!isStorable(value)) return issue('problem.notStorable');
  const length = countCharacters(value);
  if (length > MOST) return issue('problem.tooLong', { max: MOST, length });
  if (NEVER.test(value) || !WEB.test(value)) return issue('problem.url');
  const read = URL.parse(value);
  if (read === null) return issue('problem.url');
  return read.username === '' && read.password === '' ? undefined : issue('problem.urlPassword');
}
