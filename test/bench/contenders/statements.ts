// The statements of every contender on Slonik: those of our own list, written by hand.
import { createHash } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';

const Total = z.object({ total: z.string() });
const Person = z.object({ email: z.string(), role: z.string() });

/** Read once by each contender; our own list estimates it again every minute. */
export const TOTAL = sql.type(Total)`
  select to_char(reltuples, 'FM999,999,999') as total from pg_class where oid = 'entry'::regclass
`;

/** The user of a session. */
export function personQuery(token: string) {
  const hash = createHash('sha256').update(token).digest();
  return sql.type(Person)`
    select s.id, u.id as user_id, u.email, u.role
    from rustio_session s
    join rustio_user u on u.id = s.user_id
    where s.token_hash = ${sql.binary(hash)}
      and s.ended_at is null
      and s.idle_expires_at > now()
      and s.absolute_expires_at > now()
      and u.active
  `;
}

/** The first page and one more row. */
export function listQuery<T extends z.ZodType>(entry: T) {
  return sql.type(entry)`
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
}
