/**
 * The list as a good programmer writes it by hand with Koa, Slonik as it comes, and EJS. It does less than ours: no permissions,
 * no navigation by rights, no search, filters or sorts, no log, no security headers, and its total is asked for once.
 */
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import ejs from 'ejs';
import Koa from 'koa';
import { createPool, sql } from 'slonik';
import { z } from 'zod';
import { SIZE, STATUSES, TONES } from './words.ts';

const Total = z.object({ total: z.string() });
const Person = z.object({ email: z.string(), role: z.string() });
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
const render = ejs.compile(readFileSync(new URL('list.ejs', import.meta.url), 'utf8'));
const { total } = await database.one(
  sql.type(Total)`select to_char(reltuples, 'FM999,999,999') as total from pg_class where oid = 'entry'::regclass`,
);

const iso = (ms: number): string => new Date(ms).toISOString();
const minute = (ms: number): string => iso(ms).slice(0, 16).replace('T', ' ');

const app = new Koa();
app.use(async (ctx) => {
  const token = ctx.cookies.get('rustio') ?? '';
  const hash = createHash('sha256').update(token).digest();
  const person = await database.maybeOne(sql.type(Person)`
    select s.id, u.id as user_id, u.email, u.role
    from rustio_session s
    join rustio_user u on u.id = s.user_id
    where s.token_hash = ${sql.binary(hash)}
      and s.ended_at is null
      and s.idle_expires_at > now()
      and s.absolute_expires_at > now()
      and u.active
  `);
  if (person === null) return ctx.redirect('/login');
  const found = await database.any(sql.type(Entry)`
    select p.id, p.title, p.status, p.author_id, p.published_on, p.created_at, a.label as author
    from (
      select t.id, t.title, t.status, t.author_id, t.published_on, t.created_at
      from entry t
      order by t.created_at desc, t.id desc
      limit 51
    ) p
    left join lateral (
      select coalesce(nullif(t.name, ''), t.id::text) as label from author t where t.id = p.author_id
    ) a on true
    order by p.created_at desc, p.id desc
  `);
  const rows = found.slice(0, SIZE);
  const last = rows.at(-1);
  const more = found.length > SIZE && last !== undefined;
  ctx.type = 'html';
  ctx.body = render({
    person,
    rows,
    iso,
    minute,
    tones: TONES,
    statuses: STATUSES,
    total,
    token: createHmac('sha256', token).update('form').digest('base64url'),
    next: more ? `/admin/entries?after=${iso(last.created_at)}~${last.id}` : '',
  });
});

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => process.exit(0));
