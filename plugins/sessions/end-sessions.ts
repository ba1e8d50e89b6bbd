import { randomUUID } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import { BATCH, inBatches } from '../../core/database/batches.ts';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { type AuditContext, getSessionId, jobActor } from '../../core/policy/actor.ts';
import type { ScheduledTask } from '../../core/schedule.ts';
import type { Events } from '../../core/write/events.ts';
import { accountSubject } from '../auth/account.ts';
import { accountId } from '../auth/user-actor.ts';

// The only file that ends sessions; a test verifies this by reading the source.

/**
 * The reasons why a session can end, by name: at most 40 lowercase letters and underscores. Plugins add theirs by declaration
 * merging.
 *
 * @example
 * declare module 'rustio-admin/sessions' {
 *   interface EndReasons { passkey_removed: true }
 * }
 */
export interface EndReasons {
  logout: true;
  expired: true;
  replaced: true;
  newer_sign_in: true;
  user_requested: true;
  administrative_revoke: true;
  deactivated: true;
  locked: true;
  password_changed: true;
  address_changed: true;
  password_reset_by_other: true;
  role_changed_by_other: true;
  token_reused: true;
  refused: true;
}
/** Why a session ended: see `EndReasons`. */
export type EndReason = keyof EndReasons & string;

/** The sessions to end. `owner` makes it safe to pass an id that comes from a request. */
export type SessionSelection =
  | { readonly session: string; readonly owner: number }
  | { readonly allOf: number; readonly except?: string | null }
  /** All but the newest ones. */
  | { readonly allOf: number; readonly newest: number }
  /** At most `BATCH` of them: see `inBatches`. */
  | { readonly expired: true };

const endedRow = z.object({ id: z.string(), user_id: accountId, email: z.string() });
/** A session that was ended, with its account. */
export type EndedSession = z.output<typeof endedRow>;

/**
 * Ends sessions, deletes their data, and returns them. Sessions that have already ended are left unchanged. Nothing is recorded:
 * see `revokeSessions`.
 *
 * @example
 * await endSessions(tx, { allOf: userId, except: getSessionId(context) }, 'user_requested');
 */
export function endSessions(
  query: Query,
  which: SessionSelection,
  reason: EndReason,
): Promise<readonly EndedSession[]> {
  // `for update` waits for writes that are being committed by the session (`currentActor` holds a key share lock).
  return query.any(sql.type(endedRow)`
    with ending as (
      select s.id from rustio_session s where s.ended_at is null and ${matchingSessions(which)}
      order by s.id limit ${'expired' in which ? BATCH : null} for update
    )
    update rustio_session s
    set ended_at = now(), ended_reason = ${reason}, data = '{}'
    from ending, rustio_user u
    where s.id = ending.id and u.id = s.user_id
    returning s.id, s.user_id, u.email
  `);
}

function matchingSessions(which: SessionSelection) {
  if ('expired' in which)
    return sql.fragment`s.id in (
      select id from rustio_session
      where ended_at is null and (idle_expires_at <= now() or absolute_expires_at <= now())
      limit ${BATCH}
      for update skip locked
    )`;
  if ('newest' in which)
    return sql.fragment`s.id in (
      select id from rustio_session
      where user_id = ${which.allOf} and ended_at is null and idle_expires_at > now() and absolute_expires_at > now()
      order by created_at desc, id
      offset ${which.newest}
    )`;
  // fault: foreign-session
  if ('session' in which) return sql.fragment`s.id = ${which.session}::uuid and s.user_id = ${which.owner}`;
  return sql.fragment`s.user_id = ${which.allOf} and s.id is distinct from ${which.except ?? null}::uuid`;
}

/** Which sessions to end, and why. */
export interface Revocation {
  readonly which: SessionSelection;
  readonly reason: EndReason;
  /** For the audit trail, which of the account's sessions ended: `single`, `others` or `all`. */
  readonly via: string;
}

/**
 * Ends sessions, records an event for each, and returns their number.
 *
 * @example
 * await revokeSessions(tx, context, app.events, { which: { allOf: userId }, reason: 'deactivated', via: 'all' });
 */
export async function revokeSessions(
  tx: Transaction,
  context: AuditContext,
  events: Events,
  { which, reason, via }: Revocation,
): Promise<number> {
  const ended = await endSessions(tx, which, reason);
  for (const { id, user_id, email } of ended) {
    const own = context.actor.kind === 'user' && context.actor.id === user_id;
    await events.record(tx, context, own ? 'sessions_revoked_self' : 'sessions_revoked_by_other', {
      subject: accountSubject({ id: user_id, email }),
      data: { sessionId: id, reason, via },
    });
  }
  return ended.length;
}

/** Ends the session of the request. Idempotent: does nothing without a session. */
export async function signOut(app: App, context: AuditContext): Promise<void> {
  const { actor } = context;
  const sessionId = getSessionId(context);
  if (actor.kind !== 'user' || sessionId === null) return;
  await app.writingFor(actor).transaction(async (tx) => {
    const [ended] = await endSessions(tx, { session: sessionId, owner: actor.id }, 'logout');
    if (!ended) return; // a concurrent request has already ended and recorded it
    await app.events.record(tx, context, 'session_logout', {
      subject: accountSubject({ id: actor.id, email: actor.name }),
      data: {},
    });
  });
}

/** How long sessions that have ended are kept. */
export const RETENTION = '90 days';

/** Ends expired sessions, with an event for each. */
export async function endExpiredSessions(
  { database, events }: Pick<App, 'database' | 'events'>,
  signal?: AbortSignal,
): Promise<void> {
  const context: AuditContext = {
    actor: jobActor('clean-up-sessions', []),
    correlationId: randomUUID(),
    ip: null,
    credential: null,
  };
  await inBatches(signal, () =>
    database.transaction(async (tx) => {
      const ended = await endSessions(tx, { expired: true }, 'expired');
      for (const { id, user_id, email } of ended)
        await events.record(tx, context, 'session_expired', {
          subject: accountSubject({ id: user_id, email }),
          data: { sessionId: id },
        });
      return ended.length;
    }),
  );
}

/** Deletes sessions that ended long ago; the audit trail keeps their history. */
export async function deleteOldSessions({ database }: Pick<App, 'database'>, signal?: AbortSignal): Promise<void> {
  await inBatches(signal, async () => {
    const { rowCount } = await database.query(sql.unsafe`
      delete from rustio_session
      where id in (
        select id from rustio_session
        where ended_at < now() - ${RETENTION}::interval
        limit ${BATCH}
        for update skip locked
      )
    `);
    return rowCount;
  });
}

export const schedule: readonly ScheduledTask[] = [
  {
    name: 'clean-up-sessions',
    every: '10 minutes',
    run: async (app, signal) => {
      await endExpiredSessions(app, signal);
      await deleteOldSessions(app, signal);
    },
  },
];
