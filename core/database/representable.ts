import { sql } from 'slonik';
import { z } from 'zod';
import { missingCharacter } from './errors.ts';
import type { Query } from './queries.ts';
import type { Transaction } from './transaction.ts';

/** Each attempt finds one character. After these, everything beyond ASCII counts as missing: a text can have thousands. */
const MAX_ATTEMPTS = 10;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const BEYOND_ASCII = /[^\x00-\x7f]/gu;

/**
 * Runs a query with those of the texts that the encoding of the database can represent. A database in LATIN1 has no euro sign: a text
 * with one is in none of its rows, but as a parameter it would fail the statement. The caller leaves out what is not in `texts`.
 *
 * The database decides: the query is repeated without the texts with the character that it reports. In a transaction it runs in a
 * savepoint, unless all texts are ASCII, which every encoding has.
 *
 * @example
 * const row = await withRepresentable(database, [email], (inner, [text]) => text === undefined ? null : inner.maybeOne(byEmail(text)));
 */
export async function withRepresentable<T>(
  database: Query,
  texts: readonly string[],
  work: (database: Query, texts: readonly string[]) => Promise<T>,
  attempts = MAX_ATTEMPTS,
): Promise<T> {
  if (!texts.some(isBeyondAscii)) return work(database, texts);
  try {
    return await (isTransaction(database) ? database.savepoint((inner) => work(inner, texts)) : work(database, texts));
  } catch (error) {
    const character = missingCharacter(error);
    const others = character === undefined ? texts : texts.filter((text) => !text.includes(character));
    // The character of another value, or of a stored one, is not about these texts.
    // fault: character-beyond-encoding
    if (others.length === texts.length) throw error;
    return withRepresentable(
      database,
      attempts > 1 ? others : others.filter((text) => !isBeyondAscii(text)),
      work,
      attempts - 1,
    );
  }
}

/**
 * Stores a text that nobody could enter again (the name of an upload, a kept form) with a question mark in place of each character that
 * the encoding of the database lacks. `work` is repeated, so it must not run in a transaction that an error aborts.
 *
 * @example
 * await withReplacements(name, (text) => database.transaction((tx) => insertFile(tx, text)));
 */
export async function withReplacements<T>(
  text: string,
  work: (text: string) => Promise<T>,
  attempts = MAX_ATTEMPTS,
): Promise<T> {
  try {
    return await work(text);
  } catch (error) {
    const character = missingCharacter(error);
    // fault: character-not-replaced
    if (character === undefined || !text.includes(character)) throw error;
    const replaced = attempts > 1 ? text.replaceAll(character, '?') : text.replace(BEYOND_ASCII, '?');
    return withReplacements(replaced, work, attempts - 1);
  }
}

const anything = sql.type(z.object({}));

/** Whether rows of this database can have this text. */
export function isRepresentable(database: Query, text: string): Promise<boolean> {
  return withRepresentable(database, [text], async (inner, [representable]) => {
    if (representable === undefined) return false;
    if (isBeyondAscii(text)) await inner.any(anything`select from (select ${text}::text) value`);
    return true;
  });
}

function isBeyondAscii(text: string): boolean {
  return text.search(BEYOND_ASCII) !== -1;
}

function isTransaction(database: Query): database is Transaction {
  return 'savepoint' in database;
}
