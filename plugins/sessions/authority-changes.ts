import type { App } from '../../core/app.ts';
import { getSessionId } from '../../core/policy/actor.ts';
import type { EventHandlers, Subject } from '../../core/write/events.ts';
import { revokeSessions } from './end-sessions.ts';

/**
 * Ends the sessions of an account when its password or role changes or it is deactivated, in the same transaction. Users who
 * change their own password keep the current session.
 */
export function endOnAuthorityChanges(app: App): EventHandlers {
  return {
    async password_changed_self(tx, { context, subject }) {
      const which = { allOf: changedAccount(subject), except: getSessionId(context) };
      await revokeSessions(tx, context, app.events, { which, reason: 'user_requested', via: 'others' });
    },
    async password_reset_by_other(tx, { context, subject }) {
      const which = { allOf: changedAccount(subject) };
      await revokeSessions(tx, context, app.events, { which, reason: 'password_reset_by_other', via: 'all' });
    },
    async user_updated(tx, { context, subject, data }) {
      const which = { allOf: changedAccount(subject) };
      if (data.after.active === false)
        await revokeSessions(tx, context, app.events, { which, reason: 'deactivated', via: 'all' });
      if ('role' in data.after)
        await revokeSessions(tx, context, app.events, { which, reason: 'role_changed_by_other', via: 'all' });
    },
  };
}

function changedAccount(subject: Subject | null): number {
  const id = Number(subject?.key);
  if (subject?.model !== 'user' || !Number.isSafeInteger(id))
    throw new Error('An event about an account has no subject.');
  return id;
}
