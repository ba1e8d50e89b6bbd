import { randomInt } from 'node:crypto';
import type { Issue } from '../../core/model/issue.ts';
import { isCommonPassword } from './common-passwords.ts';

/**
 * In Unicode code points. Length matters more than composition rules (NIST SP 800-63B); the maximum bounds the cost of hashing.
 */
const MIN_LENGTH = 12;
const MAX_LENGTH = 128;
const MIN_DIFFERENT = 4;

/**
 * Why a password is not allowed, or undefined if it is. The issue never contains the password. `email` and `name` are those of the
 * account, which the password must not resemble.
 *
 * @example
 * const issue = passwordIssue(password, account.email, account.displayName);
 * if (issue) problems.push({ field: 'password', issue });
 */
export function passwordIssue(password: string, email: string, name: string | null = null): Issue | undefined {
  const normal = normalizePassword(password);
  const length = [...normal].length;
  // A single character can be many in its normal form (ﷺ), so those that were typed count as well.
  const typed = Math.min(length, [...password].length);
  if (typed < MIN_LENGTH) return { key: 'auth.problem.passwordShort', params: { min: MIN_LENGTH, length: typed } };
  if (length > MAX_LENGTH) return { key: 'auth.problem.passwordLong', params: { max: MAX_LENGTH, length } };
  if (new Set(normal).size < MIN_DIFFERENT) return { key: 'auth.problem.passwordSame', params: { min: MIN_DIFFERENT } };
  // fault: common-passwords
  if (isCommonPassword(normal)) return { key: 'auth.problem.passwordCommon' };
  if (resembles(normal, [email, email.slice(0, email.indexOf('@'))])) return { key: 'auth.problem.passwordEmail' };
  if (name !== null && resembles(normal, [name, ...name.split(/\s+/)])) return { key: 'auth.problem.passwordName' };
  return undefined;
}

/** Longer than any password; see `toNfc`. */
const MAX_NORMALIZED_LENGTH = 2_000;

/**
 * Normalises to NFKC, because keyboards and systems encode the same characters differently (NIST SP 800-63B, RFC 8265). Must be used
 * for both hashing and verifying.
 */
export function normalizePassword(password: string): string {
  return password.length > MAX_NORMALIZED_LENGTH ? password : password.normalize('NFKC');
}

/** Whether the password is one of the texts, once or twice, ignoring case, digits and punctuation: `jane.doe` → `JaneDoe2026!`. */
function resembles(password: string, texts: readonly string[]): boolean {
  const inPassword = lettersOf(password);
  return texts.some((text) => {
    const letters = lettersOf(text.normalize('NFKC'));
    return letters !== '' && (inPassword === letters || inPassword === letters + letters);
  });
}

function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}]/gu, '');
}

/** Lower case without similar-looking characters (i l 1, o 0): the password is read from a terminal and typed by hand. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 5;

/**
 * Generates a password of 99 bits that is easy to type: `k7mwp-3xq9d-hv2ja-8rtne`.
 *
 * @example
 * const password = generatePassword();
 */
export function generatePassword(): string {
  return Array.from({ length: GROUPS }, group).join('-');
}

function group(): string {
  return Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
