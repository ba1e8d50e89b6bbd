import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/pool.ts';

const row = z.object({ email: z.string() });

/** The e-mail address of the active administrator or developer who is there for longest; undefined when there is none. */
export async function knownAdministrator(query: Query): Promise<string | undefined> {
  const found = await query.maybeOne(sql.type(row)`
    select email
    from rustio_user
    where active and role in ('administrator', 'developer')
    order by role, id
    limit 1
  `);
  return found?.email;
}
