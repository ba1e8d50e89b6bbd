import { escapeHtml } from '../../view/escape.ts';
import { composed } from '../composed.ts';
import type { FieldType, Issue } from '../kind.ts';
import { issue, unless } from '../parsed.ts';
import { countCharacters } from '../plain-text.ts';
import { asText } from './text-parts.ts';

const MOST = 254; // RFC 5321 with its erratum: what fits between the angle brackets of a path
/** The signs that quote or list addresses are how some are smuggled past parsers, so none of them may stand in one. */
const LOCAL = /^[^\s\p{C}@"(),:;<>[\]\\.]+(?:\.[^\s\p{C}@"(),:;<>[\]\\.]+)*$/u;
const DOMAIN = /^(?!-)[\p{L}\p{M}\p{N}-]{1,63}(?<!-)(?:\.(?!-)[\p{L}\p{M}\p{N}-]{1,63}(?<!-))*$/u;

/**
 * An e-mail address: trimmed, in Unicode's composed form, its domain in small letters, the rest as typed. A `unique` one is
 * unique without regard to capitals, for hardly any server tells them apart.
 */
export const email: FieldType<string> = {
  ...asText,
  kind: 'email',
  uniqueAs: 'lower',
  checks: () => [
    { suffix: 'email', sql: (column) => `${column} ~ '^[^@[:space:]]+@[^@[:space:]]+$'` },
    { suffix: 'max', sql: (column) => `char_length(${column}) <= ${MOST}` },
  ],

  encode: normalised,

  parse(text) {
    const value = normalised(text);
    return unless(validate(value), value);
  },
  validate,

  cell: (_field, show) => (wire) => {
    const text = String(wire);
    const html = escapeHtml(text);
    // What others stored in a table that they keep may be anything, and a link could add recipients and a body.
    if (show.bare === true || validate(text) !== undefined) return html;
    return `<a href="mailto:${escapeHtml(encodeURIComponent(text).replace('%40', '@'))}">${html}</a>`;
  },

  widget: () => 'email',
};

function normalised(text: string): string {
  const whole = composed(text.trim());
  const at = whole.lastIndexOf('@');
  return at === -1 ? whole : whole.slice(0, at) + composed(whole.slice(at).toLowerCase());
}

function validate(value: unknown): Issue | undefined {
  if (typeof value !== 'string') return issue('problem.notText');
  const address = normalised(value);
  const length = countCharacters(address);
  if (length > MOST) return issue('problem.tooLong', { max: MOST, length });
  const at = address.lastIndexOf('@');
  const fits = LOCAL.test(address.slice(0, Math.max(at, 0))) && DOMAIN.test(address.slice(at + 1));
  return fits ? undefined : issue('problem.email');
}
