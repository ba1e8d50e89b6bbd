import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/pool.ts';
import { accountId } from '../auth/person.ts';

// The one file that ends sessions. Whoever else wants one to end calls it; a test reads the source to see that.

/**
 * Why a session ended, by name: at most 40 lower-case letters and underscores. Plugins merge theirs in here.
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
  user_requested: true;
  administrative_revoke: true;
  deactivated: true;
  password_reset: true;
  password_reset_by_other: true;
  role_changed_by_other: true;
  authority_escalation: true;
  trust_escalation: true;
  mfa_enabled: true;
  mfa_disabled: true;
  mfa_disabled_by_other: true;
  emergency_recovery: true;
}
/** Why a session ended: see `EndReasons`. */
export type EndReason = keyof EndReasons & string;

/** Which sessions. `owner` makes it harmless to pass an id that came from a request. */
export type SessionSelection =
  | { readonly session: string; readonly owner: number }
  | { readonly allOf: number; readonly except?: string | null }
  | { readonly expired: true };

const endedRow = z.object({ id: z.string(), user_id: accountId, email: z.string() });
/** A session that was ended, with its account. */
export type EndedSession = z.output<typeof endedRow>;

/**
 * Ends sessions and returns them; those that have ended before are left as they are. What was kept for them is deleted. It records
 * nothing: see `revokeSessions`.
 *
 * @example
 * await endSessions(tx, { allOf: userId, except: sessionIdOf(context) }, 'mfa_enabled');
 */
export function endSessions(
  query: Query,
  which: SessionSelection,
  reason: EndReason,
): Promise<readonly EndedSession[]> {
  return query.any(sql.type(endedRow)`
    update rustio_session s
    set ended_at = now(), ended_reason = ${reason}, data = '{}'
    from rustio_user u
    where u.id = s.user_id and s.ended_at is null and ${conditionOf(which)}
    returning s.id, s.user_id, u.email
  `);
}

function conditionOf(which: SessionSelection) {
  if ('expired' in which) return sql.fragment`(s.idle_expires_at <= now() or s.absolute_expires_at <= now())`;
  if ('session' in which) return sql.fragment`s.id = ${which.session}::uuid and s.user_id = ${which.owner}`;
  return sql.fragment`s.user_id = ${which.allOf} and s.id is distinct from ${which.except ?? null}::uuid`;
}
