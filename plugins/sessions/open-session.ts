import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { toInet } from '../../core/database/values.ts';
import { absoluteSeconds, idleSeconds, type SessionOptions, secondsOf } from './options.ts';
import { hashOfToken, newToken, REPLACEMENT_GRACE } from './token.ts';
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
 * Opens a session for a person (service accounts never sign in) who has just proven their identity. Returns the token, which is not stored anywhere. Sign-in pages
 * call `completeSignIn` instead, which also records the sign-in.
 *
 * @example
 * const { token } = await openSession(tx, { userId, ip: context.ip, userAgent: ctx.get('user-agent') }, app.options('sessions'));
 */
export async function openSession(
  tx: Transaction,
  { userId, ip, userAgent, trust = 'authenticated' }: NewSession,
  options: SessionOptions,
): Promise<{ readonly id: string; readonly token: string }> {
  const token = newToken();
  const device = userAgent.replace(/[^ -~]/g, '?').slice(0, MAX_USER_AGENT_LENGTH) || null;
  const id = await tx.oneFirst(sql.type(z.object({ id: z.string() }))`
    insert into rustio_session (token_hash, user_id, trust, idle_expires_at, absolute_expires_at, address, user_agent)
    select
      ${sql.binary(hashOfToken(token))},
      u.id,
      ${trust},
      now() + make_interval(secs => ${secondsOf(options, idleSeconds)}),
      now() + make_interval(secs => ${secondsOf(options, absoluteSeconds)}),
      ${toInet(ip)}::inet,
      ${device}
    from rustio_user u
    where u.id = ${userId} and u.kind = 'person'
    returning id
  `);
  return { id, token };
}

/**
 * Replaces the token of a session when its trust is raised or the password was re-entered, so that a stolen old token does not
 * benefit. The id and the data remain. Returns undefined if the session has ended. If somebody uses the old token later, the
 * session ends: see `reject-session.ts`.
 *
 * @example
 * const token = await app.database.transaction((tx) => rotateSession(tx, session.id, { trust: 'mfa_verified' }));
 * if (token !== undefined) setSessionCookie(ctx, app, token);
 */
export async function rotateSession(
  tx: Transaction,
  id: string,
  change: {
    readonly trust?: Trust;
    /** True: the user has just confirmed their password. False: they have to confirm it before anything that requires a recent one. */
    readonly authenticated?: boolean;
  },
): Promise<string | undefined> {
  const token = newToken();
  const { rowCount } = await tx.query(sql.unsafe`
    with current as (
      select id, token_hash
      from rustio_session
      where id = ${id}::uuid
        and ended_at is null
        and idle_expires_at > now()
        and absolute_expires_at > now()
      for no key update
    ), earlier as (
      -- Those that were accepted until now may still be under way.
      update rustio_session_replaced_token r
      set accepted = false, replaced_at = coalesce(r.newer_used_at, now())
      from current c
      where r.session_id = c.id and r.accepted
    ), replaced as (
      insert into rustio_session_replaced_token (token_hash, session_id, accepted) select token_hash, id, false from current
    )
    update rustio_session s
    set
      token_hash = ${sql.binary(hashOfToken(token))},
      token_due = false,
      token_unused_since = null,
      trust = coalesce(${change.trust ?? null}, trust),
      authenticated_at = case ${change.authenticated ?? null}::boolean
        when true then now()
        when false then '-infinity'
        else authenticated_at
      end,
      last_seen_at = now()
    from current c
    where s.id = c.id
  `);
  return rowCount === 1 ? token : undefined;
}

/**
 * Lets sessions get a new token with their next page, because the permissions or the password of their accounts change: a stolen
 * token does not gain from it. The session of the browser continues.
 */
export async function requireNewTokens(
  tx: Transaction,
  which: { readonly account: number; readonly session?: string } | { readonly group: number },
): Promise<void> {
  const matching =
    'group' in which
      ? sql.fragment`user_id in (select user_id from rustio_user_group where group_id = ${which.group})`
      : sql.fragment`user_id = ${which.account} and id = coalesce(${which.session ?? null}::uuid, id)`;
  await tx.query(sql.unsafe`
    update rustio_session
    set token_due = true
    where id in (select id from rustio_session where ended_at is null and ${matching} order by id for no key update)
  `);
}

/**
 * The new token of a session for which `requireNewTokens` was called, or whose new token was not used within some seconds, because the
 * response with it was lost; undefined if a concurrent request has replaced it, or if the row is locked: then the next request tries
 * again. Requests with the old token are accepted until some seconds after the first one with the new token: see `load-session.ts`.
 */
export async function replaceDueToken(query: Query, id: string): Promise<string | undefined> {
  const token = newToken();
  const { rowCount } = await query.query(sql.unsafe`
    with current as (
      select id, token_hash
      from rustio_session
      where id = ${id}::uuid
        and ended_at is null
        and (token_due or token_unused_since <= now() - ${REPLACEMENT_GRACE}::interval)
      for update skip locked
    ), replaced as (
      insert into rustio_session_replaced_token (token_hash, session_id, accepted) select token_hash, id, true from current
    )
    update rustio_session s
    set token_hash = ${sql.binary(hashOfToken(token))}, token_due = false, token_unused_since = now()
    from current c
    where s.id = c.id
  `);
  return rowCount === 1 ? token : undefined;
}

/**
 * Records that a token of `replaceDueToken` has arrived at the browser, so that the earlier ones become invalid. If the row is locked, or
 * another request has replaced the token meanwhile, nothing happens; the next request tries again.
 */
export async function recordTokenUse(query: Query, id: string, token: string): Promise<void> {
  await query.query(sql.unsafe`
    with used as (
      update rustio_session
      set token_unused_since = null
      where id = (
        select id
        from rustio_session
        where id = ${id}::uuid
          and ended_at is null
          and token_hash = ${sql.binary(hashOfToken(token))}
          and token_unused_since is not null
        for no key update skip locked
      )
      returning id
    )
    update rustio_session_replaced_token r
    set newer_used_at = now()
    from used u
    where r.session_id = u.id and r.newer_used_at is null
  `);
}

/**
 * Records activity, which extends the idle limit. The conditions are checked again on the locked row, so that only one of many
 * concurrent requests writes and an ended session is not revived. If the row is locked by another change of the same user, it is
 * skipped: otherwise, this statement would delay the user's next change. The next request will record the activity.
 */
export async function touchSession(query: Query, id: string, options: SessionOptions): Promise<void> {
  await query.query(sql.unsafe`
    update rustio_session s
    set
      last_seen_at = now(),
      idle_expires_at = least(now() + make_interval(secs => ${secondsOf(options, idleSeconds)}), s.absolute_expires_at)
    from rustio_user u
    where u.id = s.user_id and s.id = (
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
