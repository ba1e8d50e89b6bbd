import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { type AuditContext, getSessionId } from '../../core/policy/actor.ts';
import type { EventHandlers } from '../../core/write/events.ts';
import { accountOf } from '../auth/account.ts';
import { revokeSessions } from './end-sessions.ts';
import { requireNewTokens } from './open-session.ts';

/**
 * When the authority of an account changes, its sessions end (a new password or role, a deactivation) or get a new token (another
 * address, other groups or permissions), in the same transaction. Users who change their own password keep the current session with a new token.
 */
export function endOnAuthorityChanges(app: App): EventHandlers {
  return {
    async password_changed_self(tx, { context, subject }) {
      const account = accountOf(subject);
      const session = getSessionId(context);
      const which = { allOf: account, except: session };
      await revokeSessions(tx, context, app.events, { which, reason: 'password_changed', via: 'others' });
      if (session !== null) await requireNewTokens(tx, { account, session });
    },
    async password_reset_by_other(tx, { context, subject }) {
      const which = { allOf: accountOf(subject) };
      await revokeSessions(tx, context, app.events, { which, reason: 'password_reset_by_other', via: 'all' });
    },
    async user_updated(tx, { context, subject, data }) {
      const which = { allOf: accountOf(subject) };
      if (data.after.active === false)
        await revokeSessions(tx, context, app.events, { which, reason: 'deactivated', via: 'all' });
      if ('role' in data.after)
        await revokeSessions(tx, context, app.events, { which, reason: 'role_changed_by_other', via: 'all' });
      if ('email' in data.after) await afterNewAddress(app, tx, context, which.allOf);
      // fault: token-kept-with-new-permissions
      if ('groups' in data.after || 'permissions' in data.after) await requireNewTokens(tx, { account: which.allOf });
    },
    async account_locked(tx, { context, subject }) {
      const which = { allOf: accountOf(subject) };
      await revokeSessions(tx, context, app.events, { which, reason: 'locked', via: 'all' });
    },
    async group_updated(tx, { subject, data }) {
      const group = Number(subject?.key);
      if ('permissions' in data.after && Number.isSafeInteger(group)) await requireNewTokens(tx, { group });
    },
  };
}

/**
 * Users who change their own address keep the current session, with a new token. If somebody else corrects it, sessions continue, with
 * new tokens.
 */
async function afterNewAddress(app: App, tx: Transaction, context: AuditContext, account: number): Promise<void> {
  const session = getSessionId(context);
  if (context.actor.kind !== 'user' || context.actor.id !== account || session === null) {
    await requireNewTokens(tx, { account });
    return;
  }
  const which = { allOf: account, except: session };
  // fault: sessions-outlive-old-address
  await revokeSessions(tx, context, app.events, { which, reason: 'address_changed', via: 'others' });
  await requireNewTokens(tx, { account, session });
}
