import { isStorable } from '../model/plain-text.ts';

const MOST_CHARACTERS = 200;
const MOST_WORDS = 8;

/** The words of a search; undefined when it is longer than a search may be, or no text that a database could hold. */
export function searchWords(q: string): readonly string[] | undefined {
  if (q.length > MOST_CHARACTERS || !isStorable(q)) return undefined;
  const words = q.split(/\s+/u).filter((word) => word !== '');
  return words.length > MOST_WORDS ? undefined : words;
}

/** A pattern for LIKE in which `%`, `_` and `\` stand for themselves. */
export function literalPattern(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
