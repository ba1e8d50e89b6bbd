import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';
import { isEffective } from '../auth/grants.ts';
import { accountId } from '../auth/user-actor.ts';

/** Max rows of a list. */
const MAX_ROWS = 200;

const tokenRow = z
  .object({
    public_id: z.string(),
    name: z.string(),
    state: z.enum(['usable', 'expired', 'revoked']),
    permissions: z.array(z.string()),
    without_effect: z.array(z.string()),
    created_at: z.string(),
    expires_at: z.string(),
    last_used_at: z.string().nullable(),
    last_used_address: z.string().nullable(),
  })
  .transform(({ public_id, without_effect, created_at, expires_at, last_used_at, last_used_address, ...rest }) => ({
    ...rest,
    /** The public id. */
    id: public_id,
    /** Permissions whose model was removed. */
    withoutEffect: without_effect,
    createdAt: created_at,
    expiresAt: expires_at,
    lastUsedAt: last_used_at,
    lastUsedAddress: last_used_address,
  }));

/** A token as lists show it, without its hash. */
export type ListedToken = z.output<typeof tokenRow>;

/** The tokens of an account: usable ones first, then by age. */
export function listTokens(query: Query, userId: number): Promise<readonly ListedToken[]> {
  const permissions = (condition: ReturnType<typeof isEffective>) => sql.fragment`
    array(
      select tp.permission from rustio_token_permission tp
      where tp.token_id = t.id and ${condition}
      order by tp.permission
    )`;
  return query.any(sql.type(tokenRow)`
    select
      t.public_id,
      t.name,
      case when t.ended_at is not null then 'revoked' when t.expires_at <= now() then 'expired' else 'usable' end as state,
      ${permissions(isEffective('tp'))} as permissions,
      ${permissions(sql.fragment`not ${isEffective('tp')}`)} as without_effect,
      t.created_at,
      t.expires_at,
      t.last_used_at,
      host(t.last_used_address) as last_used_address
    from rustio_token t
    where t.user_id = ${userId}
    order by (t.ended_at is null and t.expires_at > now()) desc, t.id desc
    limit ${MAX_ROWS}
  `);
}

/** The account of a token; null if there is no token with this public id. */
export function findTokenOwner(query: Query, id: string): Promise<number | null> {
  return query.maybeOneFirst(sql.type(z.object({ user_id: accountId }))`
    select user_id from rustio_token where public_id = ${id}
  `);
}
