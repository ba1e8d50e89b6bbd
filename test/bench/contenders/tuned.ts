/**
 * The best that can be written by hand on the same stack, by somebody who has measured: statements are prepared, connections
 * are not reset, the driver calls back, values stay the text that PostgreSQL sends, and the page is put together from strings.
 * Like the usual one it has no permissions, filters, sorts, log or security headers.
 */
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import pg from 'pg';
import { createDriverFactory, createPool, sql } from 'slonik';
import { z } from 'zod';
import { page, type Entry as Row } from './page-by-hand.ts';

const Total = z.object({ total: z.string() });
const Person = z.object({ email: z.string(), role: z.string() });
// Values stay text, and nothing looks at them again.
const Entry = z.custom<Row>();

const names = new Map<string, string>();
const database = await createPool(process.env.DATABASE_URL ?? '', {
  driverFactory: callbackDriver(),
  resetConnection: async () => {},
  idleTimeout: 60_000,
  interceptors: [{ name: 'names', transformQuery: (_, query) => ({ ...query, name: nameOf(query.sql) }) }],
});
const { total } = await database.one(
  sql.type(Total)`select to_char(reltuples, 'FM999,999,999') as total from pg_class where oid = 'entry'::regclass`,
);

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
  ctx.type = 'html';
  ctx.body = page(token, person, total, found);
});

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => process.exit(0));

function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash('sha1').update(text).digest('base64url');
    names.set(text, name);
  }
  return name;
}

function callbackDriver() {
  return createDriverFactory(async ({ driverConfiguration }) => ({
    createPoolClient: async () => {
      const client = new pg.Client({
        connectionString: driverConfiguration.connectionUri,
        options: '-c TimeZone=UTC',
        types: { getTypeParser: () => (text: string) => text },
      });
      return {
        connect: async () => {
          await client.connect();
        },
        end: () => client.end(),
        query: (text, values, options) =>
          new Promise((resolve, reject) => {
            client.query({ name: options?.name, text, values: values ?? [] }, (error, result) => {
              if (error) reject(error);
              else resolve({ command: 'SELECT', fields: [], rowCount: result.rowCount, rows: result.rows });
            });
          }),
        stream: () => {
          throw new Error('not here');
        },
      };
    },
  }));
}
