/** What is in the database of the measurements; `make-data.ts` makes it. */
export const ADMINISTRATOR = { email: 'bench@example.org', password: 'correct horse battery' };
export const AUTHORS = 200_000;
export const ROWS = { small_entry: 10_000, entry: 1_000_000, large_entry: 10_000_000 } as const;
/** Words in titles: the first ones stand in many rows, the last ones in some hundred of a million. */
export const VOCABULARY = 4_000;

const SYLLABLES =
  'ba be bi bo bu da de di do du fa fe fi fo fu ka ke ki ko ku la le li lo lu ma me mi mo mu ra re ri ro ru sa se si so su';

/** Three syllables for a number: always the same word, and another one for every number. */
export function word(n: number): string {
  const all = SYLLABLES.split(' ');
  const k = (n * 7919) % 64_000;
  return [k % 40, Math.floor(k / 40) % 40, Math.floor(k / 1600)].map((at) => all[at] ?? '').join('');
}
