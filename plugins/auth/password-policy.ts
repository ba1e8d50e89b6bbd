import { composed } from '../../core/model/composed.ts';
import type { Issue } from '../../core/model/kind.ts';
import { COMMON_PASSWORDS } from './common-passwords.ts';

/** In Unicode code points. Length beats composition rules (NIST SP 800-63B); the upper end bounds the work of hashing. */
export const FEWEST = 10;
export const MOST = 200;
const FEWEST_DIFFERENT = 4;

/**
 * Why this password may not be used, or undefined when it may. The issue never contains the password. `email` is the account's
 * address, which a password must not repeat.
 *
 * @example
 * const issue = passwordIssue(password, account.email);
 * if (issue) problems.push({ field: 'password', issue });
 */
export function passwordIssue(password: string, email: string): Issue | undefined {
  const normal = normalPassword(password);
  const length = [...normal].length;
  if (length < FEWEST) return { key: 'auth.problem.passwordShort', params: { min: FEWEST, length } };
  if (length > MOST) return { key: 'auth.problem.passwordLong', params: { max: MOST, length } };
  if (new Set(normal).size < FEWEST_DIFFERENT)
    return { key: 'auth.problem.passwordSame', params: { min: FEWEST_DIFFERENT } };
  if (COMMON_PASSWORDS.has(normal.toLowerCase())) return { key: 'auth.problem.passwordCommon' };
  if (isAboutEmail(normal, email)) return { key: 'auth.problem.passwordEmail' };
  return undefined;
}

/** One form for what different keyboards and systems send for the same letters. Hashing and verifying both use it. */
export function normalPassword(password: string): string {
  return composed(password);
}

/** The address or its name, with or without digits and signs around and between: `jane.doe` → `JaneDoe2026!`. */
function isAboutEmail(password: string, email: string): boolean {
  const core = lettersOf(password);
  const name = email.slice(0, email.indexOf('@'));
  return [email, name].some((part) => {
    const letters = lettersOf(part);
    return letters !== '' && (core === letters || core === letters + letters);
  });
}

function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}]/gu, '');
}
