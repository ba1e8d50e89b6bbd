/** What is in the database of the measurements; `make-data.ts` makes it. */
import { readFileSync } from 'node:fs';

export const ADMINISTRATOR = { email: 'bench@example.org', password: 'correct horse battery' };
export const AUTHORS = 200_000;
export const ROWS = { small_entry: 10_000, entry: 1_000_000, large_entry: 10_000_000 } as const;

/** Names of American airports and towns: real words, since an index over parts of words is as good as their variety. */
const AIRPORTS = new URL('../../starters/strikes/data/airports.csv', import.meta.url);

/**
 * The words of all titles. Each title draws four of them, the first ones far more often than the last: one stands in every
 * fourth row, most in some hundred of a million.
 */
export const WORDS: readonly string[] = wordsByFrequency(readFileSync(AIRPORTS, 'utf8'));

function wordsByFrequency(text: string): readonly string[] {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(/\b[A-Z][a-z]{3,}\b/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const byFrequency = [...counts].sort(([one, n], [other, m]) => m - n || (one < other ? -1 : 1));
  return byFrequency.map(([word]) => word);
}
