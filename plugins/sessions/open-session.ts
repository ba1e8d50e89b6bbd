import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { toInet } from '../../core/database/values.ts';
import type { SessionOptions } from './options.ts';
import { hashOfToken, newToken } from './token.ts';
import type { Trust } from './trust.ts';

const MAX_USER_AGENT_LENGTH = 400;

/** The user of a new session, and where it is opened from. */
export interface NewSession {
  readonly userId: number;
  /** The client's IP address. */
  readonly ip: string | null;
  readonly userAgent: string;
  /** The trust level proven. @defaultValue 'authenticated' */
  readonly trust?: Trust;
}

/**
 * Opens a session for a user who has just proven their identity. Returns the token, which is not stored anywhere. Sign-in pages
 * call `completeSignIn` instead, which also records the sign-in.
 *
 * @example
 * const { token } = await openSession(tx, { userId, ip: context.ip, userAgent: ctx.get('user-agent') }, app.options('sessions'));
 */
export async function openSession(
  tx: Transaction,
  { userId, ip, userAgent, trust = 'authenticated' }: NewSession,
  { idleHours, absoluteDays }: SessionOptions,
): Promise<{ readonly id: string; readonly token: string }> {
  const token = newToken();
  const device = userAgent.replace(/[^ -~]/g, '?').slice(0, MAX_USER_AGENT_LENGTH) || null;
  const id = await tx.oneFirst(sql.type(z.object({ id: z.string() }))`
    insert into rustio_session (token_hash, user_id, trust, idle_expires_at, absolute_expires_at, address, user_agent)
    values (
      ${sql.binary(hashOfToken(token))},
      ${userId},
      ${trust},
      now() + make_interval(secs => ${idleHours * 3_600}),
      now() + make_interval(secs => ${absoluteDays * 86_400}),
      ${toInet(ip)}::inet,
      ${device}
    )
    returning id
  `);
  return { id, token };
}

/**
 * Replaces the token of a session when its trust is raised or the password was re-entered, so that a stolen old token does not
 * benefit. The id and the data remain. Returns undefined if the session has ended.
 *
 * @example
 * const token = await app.database.transaction((tx) => rotateSession(tx, session.id, { trust: 'mfa_verified' }));
 * if (token !== undefined) setSessionCookie(ctx, app, token);
 */
export async function rotateSession(
  tx: Transaction,
  id: string,
  change: { readonly trust?: Trust; readonly authenticated?: boolean },
): Promise<string | undefined> {
  const token = newToken();
  const { rowCount } = await tx.query(sql.unsafe`
    update rustio_session
    set
      token_hash = ${sql.binary(hashOfToken(token))},
      trust = coalesce(${change.trust ?? null}, trust),
      authenticated_at = case when ${change.authenticated ?? false} then now() else authenticated_at end,
      last_seen_at = now()
    where id = ${id}::uuid
      and ended_at is null
      and idle_expires_at > now()
      and absolute_expires_at > now()
  `);
  return rowCount === 1 ? token : undefined;
}

/**
 * Records activity, which extends the idle limit. The conditions are checked again on the locked row, so that only one of many
 * concurrent requests writes and an ended session is not revived. If the row is locked by another change of the same user, it is
 * skipped: otherwise, the user's next change would wait behind this statement. The next request will record the activity.
 */
export async function touchSession(query: Query, id: string, { idleHours }: SessionOptions): Promise<void> {
  await query.query(sql.unsafe`
    update rustio_session
    set
      last_seen_at = now(),
      idle_expires_at = least(now() + make_interval(secs => ${idleHours * 3_600}), absolute_expires_at)
    where id = (
      select id
      from rustio_session
      where id = ${id}::uuid
        and ended_at is null
        and idle_expires_at > now()
        and absolute_expires_at > now()
        and last_seen_at < now() - interval '1 minute'
      for no key update skip locked
    )
  `);
}
