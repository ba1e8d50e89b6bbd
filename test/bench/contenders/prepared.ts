/** The usual handler with a tuned database (see `tuned-database.ts`). The page is rendered with EJS as before. */
import { z } from 'zod';
import { isoOf, type TextEntry } from './page.ts';
import { pageOfEjs } from './page-of-ejs.ts';
import { servePage } from './serve.ts';
import { listQuery, personQuery, TOTAL } from './statements.ts';
import { openTuned } from './tuned-database.ts';

const database = await openTuned(process.env.DATABASE_URL ?? '');
const { total } = await database.one(TOTAL);
const list = listQuery(z.custom<TextEntry>());
const moments = { iso: isoOf, minute: (moment: string) => moment.slice(0, 16) };

servePage(async (session) => {
  const person = await database.maybeOne(personQuery(session));
  return person === null ? undefined : pageOfEjs(session, person, total, await database.any(list), moments);
});
