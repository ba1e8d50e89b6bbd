import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/pool.ts';
import { accountId } from '../auth/person.ts';

// The one file that ends sessions. Whoever else wants one to end calls it; a test reads the source to see that.

/** Why a session ended; the table's CHECK has the same list. */
export type EndReason =
  | 'logout'
  | 'expired'
  | 'replaced'
  | 'user_requested'
  | 'administrative_revoke'
  | 'deactivated'
  | 'password_reset'
  | 'password_reset_by_other'
  | 'role_changed_by_other'
  | 'authority_escalation'
  | 'trust_escalation'
  | 'mfa_enabled'
  | 'mfa_disabled'
  | 'mfa_disabled_by_other'
  | 'emergency_recovery';

/** Which sessions. `owner` makes it harmless to pass an id that came from a request. */
export type Which =
  | { readonly session: string; readonly owner: number }
  | { readonly allOf: number; readonly except?: string | null }
  | { readonly expired: true };

const endedRow = z.object({ id: z.string(), user_id: accountId, email: z.string() });
export type EndedSession = z.output<typeof endedRow>;

/**
 * Ends sessions and says which ones; those that have ended before are left as they are. It records nothing: its callers know
 * what to say.
 */
export function endSessions(query: Query, which: Which, reason: EndReason): Promise<readonly EndedSession[]> {
  return query.any(sql.type(endedRow)`
    update rustio_session s
    set ended_at = now(), ended_reason = ${reason}
    from rustio_user u
    where u.id = s.user_id and s.ended_at is null and ${conditionOf(which)}
    returning s.id, s.user_id, u.email
  `);
}

function conditionOf(which: Which) {
  if ('expired' in which) return sql.fragment`(s.idle_expires_at <= now() or s.absolute_expires_at <= now())`;
  if ('session' in which) return sql.fragment`s.id = ${which.session}::uuid and s.user_id = ${which.owner}`;
  return sql.fragment`s.user_id = ${which.allOf} and s.id is distinct from ${which.except ?? null}::uuid`;
}
