import { composed } from '../../core/model/composed.ts';
import type { Parsed } from '../../core/model/kind.ts';

const MOST = 254; // RFC 5321 with its erratum: what fits between the angle brackets of a path
/** One @ with something on both sides, no blanks, no control characters, none of the signs that quote or list addresses. */
const SHAPE = /^[^\s\p{C}@"(),:;<>[\]\\]+@[^\s\p{C}@"(),:;<>[\]\\]+$/u;

/**
 * An address as it is stored: trimmed and in Unicode's composed form (NFC), otherwise as typed. Deliberately plainer than
 * RFC 5322: quotes and comments are how addresses are smuggled past parsers.
 */
export function parseEmail(typed: string): Parsed<string> {
  const value = composed(typed.trim());
  if (value === '') return { ok: false, issue: { key: 'problem.required' } };
  if (value.length > MOST || !SHAPE.test(value)) return { ok: false, issue: { key: 'auth.problem.email' } };
  return { ok: true, value };
}
