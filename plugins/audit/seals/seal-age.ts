import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../../core/database/queries.ts';

export interface SealAge {
  /** The number of the last seal; null without one. */
  readonly number: string | null;
  readonly sealedMinutes: number | null;
  /** The entries that are not sealed, and for how long the oldest of them has been waiting. */
  readonly waiting: number;
  readonly waitingMinutes: number;
}

const ageRow = z.object({
  number: z.string().nullable(),
  sealed: z.number().nullable(),
  waiting: z.number(),
  waited: z.number(),
});

/** How old the last seal is, and what waits for the next one. Undefined without the tables, which another check reports. */
export async function sealAge(query: Query): Promise<SealAge | undefined> {
  if (!(await query.exists(sql.unsafe`select where to_regclass('rustio_audit_seal') is not null`))) return undefined;
  const { number, sealed, waiting, waited } = await query.one(sql.type(ageRow)`
    with last as (
      select max(seal.number) as number, max(last_id) as last_id, max(at) as at from rustio_audit_seal as seal
    )
    select
      last.number::text,
      floor(extract(epoch from now() - last.at) / 60)::float8 as sealed,
      count(a.id)::integer as waiting,
      coalesce(floor(extract(epoch from now() - min(a.at)) / 60), 0)::float8 as waited
    from last
    left join rustio_audit a on a.id > coalesce(last.last_id, 0)
    group by last.number, last.at
  `);
  return { number, sealedMinutes: sealed, waiting, waitingMinutes: waited };
}
