/**
 * The list as a good programmer writes it by hand with Koa, Slonik with default settings, and EJS. It does less than ours: no
 * permissions, no navigation by permission, no search, filters or sorting, no log, no security headers, and a total that is read once.
 */
import { createPool } from 'slonik';
import { z } from 'zod';
import { pageOfEjs } from './page-of-ejs.ts';
import { servePage } from './serve.ts';
import { listQuery, personQuery, TOTAL } from './statements.ts';

const Entry = z.object({
  id: z.number(),
  title: z.string(),
  status: z.string(),
  author_id: z.number(),
  author: z.string().nullable(),
  published_on: z.string().nullable(),
  created_at: z.number(),
});

const database = await createPool(process.env.DATABASE_URL ?? '');
const { total } = await database.one(TOTAL);
const list = listQuery(Entry);
const moments = {
  iso: (ms: number) => new Date(ms).toISOString(),
  minute: (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' '),
};

servePage(async (session) => {
  const person = await database.maybeOne(personQuery(session));
  return person === null ? undefined : pageOfEjs(session, person, total, await database.any(list), moments);
});
