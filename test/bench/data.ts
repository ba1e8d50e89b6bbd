/** The content of the benchmark database, created by `make-data.ts`. */

import { readFileSync } from 'node:fs';
import { cookieOf } from '../support/session-cookie.ts';

export const ADMINISTRATOR = { email: 'bench@example.org', password: 'correct horse battery' };
/** Accounts whose sign-ins are rejected although the password is correct. */
export const INACTIVE = { ...ADMINISTRATOR, email: 'inactive@example.org' };
export const LOCKED = { ...ADMINISTRATOR, email: 'locked@example.org' };
/** The session cookie of the application in `project`, which the contenders read as well. */
export const COOKIE = cookieOf('rustio', 'Bench');
export const AUTHORS = 200_000;
export const ROWS = { small_entry: 10_000, entry: 1_000_000, large_entry: 10_000_000 } as const;

/** Names of American airports and towns: real words, since the speed of a trigram index depends on their variety. */
const AIRPORTS = new URL('../../starters/strikes/data/airports.csv', import.meta.url);

/**
 * The words of all titles. Each title has four of them, the first ones far more often than the last: the most frequent is in every
 * fourth row, most are in a few hundred of a million.
 */
export const WORDS: readonly string[] = wordsByFrequency(readFileSync(AIRPORTS, 'utf8'));

function wordsByFrequency(text: string): readonly string[] {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(/\b[A-Z][a-z]{3,}\b/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const byFrequency = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return byFrequency.map(([word]) => word);
}
