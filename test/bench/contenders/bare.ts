/**
 * The lower bound: the list without any framework, on Node's http and PostgreSQL's own driver. It is not maintainable code, and no
 * goal is measured against it; it shows the cost of a framework.
 */
import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import type { Person, TextEntry } from './page.ts';
import { pageOfStrings } from './page-of-strings.ts';

const SESSION = `
  select s.id, u.id as user_id, u.email, u.role
  from rustio_session s
  join rustio_user u on u.id = s.user_id
  where s.token_hash = $1
    and s.ended_at is null
    and s.idle_expires_at > now()
    and s.absolute_expires_at > now()
    and u.active
`;

const LIST = `
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
`;

const TOTAL = `select to_char(reltuples, 'FM999,999,999') as total from pg_class where oid = 'entry'::regclass`;

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 10,
  options: '-c TimeZone=UTC',
  types: { getTypeParser: () => (text: string) => text },
});
const { rows: totals } = await pool.query<{ total: string }>(TOTAL);
const total = totals[0]?.total ?? '';

const server = createServer((request, response) => {
  const token = /(?:^|; )rustio[\w-]*=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
  const hash = createHash('sha256').update(token).digest();
  pool.query<Person>({ name: 'session', text: SESSION, values: [hash] }, (failure, { rows: [person] }) => {
    if (failure || !person) return fail(response, failure ? 500 : 303);
    pool.query<TextEntry>({ name: 'list', text: LIST }, (error, { rows }) => {
      if (error) return fail(response, 500);
      respond(response, pageOfStrings(token, person, total, rows));
    });
  });
});

function respond(response: ServerResponse, html: string): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': Buffer.byteLength(html) });
  response.end(html);
}

function fail(response: ServerResponse, status: number): void {
  response.writeHead(status, { location: '/login', 'content-length': 0 }).end();
}

server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => process.exit(0));
