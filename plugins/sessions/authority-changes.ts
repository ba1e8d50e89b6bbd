import { sessionIdOf } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import type { EventHandlers, Subject } from '../../core/events.ts';
import { revokeSessions } from './revoke-sessions.ts';

/**
 * A new password, another role or a deactivation ends the account's sessions, in the transaction of the change. Whoever
 * changes his own password keeps the session in which he does it.
 */
export function endOnAuthorityChanges(app: App): EventHandlers {
  return {
    async password_changed_self(tx, { context: cause, subject }) {
      const which = { allOf: accountOf(subject), except: sessionIdOf(cause) };
      await revokeSessions(tx, cause, app.events, { which, reason: 'user_requested', via: 'password_change' });
    },
    async password_reset_by_other(tx, { context: cause, subject }) {
      const which = { allOf: accountOf(subject) };
      await revokeSessions(tx, cause, app.events, { which, reason: 'password_reset_by_other', via: 'password_reset' });
    },
    async user_updated(tx, { context: cause, subject, data }) {
      const which = { allOf: accountOf(subject) };
      if (data.after.active === false)
        await revokeSessions(tx, cause, app.events, { which, reason: 'deactivated', via: 'deactivation' });
      if ('role' in data.after)
        await revokeSessions(tx, cause, app.events, { which, reason: 'role_changed_by_other', via: 'role_change' });
    },
  };
}

function accountOf(subject: Subject | null): number {
  const id = Number(subject?.key);
  if (subject?.model !== 'user' || !Number.isSafeInteger(id))
    throw new Error('An event about an account must name the account.');
  return id;
}
