import type { AuditContext } from '../../core/actor.ts';
import type { Transaction } from '../../core/database/pool.ts';
import type { Events } from '../../core/events.ts';
import { subjectOf } from '../auth/account.ts';
import { type EndReason, endSessions, type SessionSelection } from './end-sessions.ts';

/** Which sessions end, and why. */
export interface Revocation {
  readonly which: SessionSelection;
  readonly reason: EndReason;
  /** What led to it: `single`, `others`, `password_change` … */
  readonly via: string;
}

/**
 * Ends sessions, records each of them as an event of its own, and returns how many there were.
 *
 * @example
 * await revokeSessions(tx, context, app.events, { which: { allOf: userId }, reason: 'mfa_disabled_by_other', via: 'mfa' });
 */
export async function revokeSessions(
  tx: Transaction,
  cause: AuditContext,
  events: Events,
  { which, reason, via }: Revocation,
): Promise<number> {
  const ended = await endSessions(tx, which, reason);
  for (const { id, user_id, email } of ended) {
    const own = cause.actor.kind === 'person' && cause.actor.id === user_id;
    await events.record(tx, cause, own ? 'sessions_revoked_self' : 'sessions_revoked_by_other', {
      subject: subjectOf({ id: user_id, email }),
      data: { sessionId: id, reason, via },
    });
  }
  return ended.length;
}
