/** The fastest handler that can be written by hand on the same stack: a tuned database, and a page concatenated from strings. */
import { z } from 'zod';
import type { TextEntry } from './page.ts';
import { pageOfStrings } from './page-of-strings.ts';
import { servePage } from './serve.ts';
import { listQuery, personQuery, TOTAL } from './statements.ts';
import { openTuned } from './tuned-database.ts';

const database = await openTuned(process.env.DATABASE_URL ?? '');
const { total } = await database.one(TOTAL);
const list = listQuery(z.custom<TextEntry>());

servePage(async (session) => {
  const person = await database.maybeOne(personQuery(session));
  return person === null ? undefined : pageOfStrings(session, person, total, await database.any(list));
});
