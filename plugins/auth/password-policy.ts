import { randomInt } from 'node:crypto';
import type { Issue } from '../../core/model/issue.ts';
import { toNfc } from '../../core/model/plain-text.ts';
import { COMMON_PASSWORDS } from './common-passwords.ts';

/**
 * In Unicode code points. Length matters more than composition rules (NIST SP 800-63B); the maximum bounds the cost of hashing.
 */
const MIN_LENGTH = 10;
const MAX_LENGTH = 200;
const MIN_DIFFERENT = 4;

/**
 * Why a password is not allowed, or undefined if it is. The issue never contains the password. `email` is the account's address,
 * which the password must not resemble.
 *
 * @example
 * const issue = passwordIssue(password, account.email);
 * if (issue) problems.push({ field: 'password', issue });
 */
export function passwordIssue(password: string, email: string): Issue | undefined {
  const normal = normalizePassword(password);
  const length = [...normal].length;
  if (length < MIN_LENGTH) return { key: 'auth.problem.passwordShort', params: { min: MIN_LENGTH, length } };
  if (length > MAX_LENGTH) return { key: 'auth.problem.passwordLong', params: { max: MAX_LENGTH, length } };
  if (new Set(normal).size < MIN_DIFFERENT) return { key: 'auth.problem.passwordSame', params: { min: MIN_DIFFERENT } };
  if (COMMON_PASSWORDS.has(normal.toLowerCase())) return { key: 'auth.problem.passwordCommon' };
  if (resemblesEmail(normal, email)) return { key: 'auth.problem.passwordEmail' };
  return undefined;
}

/**
 * Normalises to NFC, because keyboards and systems encode the same letters differently. Must be used for both hashing and
 * verifying.
 */
export function normalizePassword(password: string): string {
  return toNfc(password);
}

/**
 * Whether the password is the email address or its local part, ignoring case, digits and punctuation: `jane.doe` →
 * `JaneDoe2026!`.
 */
function resemblesEmail(password: string, email: string): boolean {
  const inPassword = lettersOf(password);
  const localPart = email.slice(0, email.indexOf('@'));
  return [email, localPart].some((part) => {
    const letters = lettersOf(part);
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
