// What else happens when the second factors of a user change, whatever their kind.

import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { type AuditContext, getSessionId, type UserActor } from '../../core/policy/actor.ts';
import type { Context } from '../../core/request/context.ts';
import { accountSubject } from '../auth/account.ts';
import { revokeSessions } from '../sessions/end-sessions.ts';
import { rotateSession } from '../sessions/open-session.ts';
import { setSessionCookie } from '../sessions/session-cookie.ts';
import type { Trust } from '../sessions/trust.ts';
import { deleteBackupCodes, replaceBackupCodes } from './backup-codes.ts';
import type { FactorMethod } from './events.ts';
import { startGrace } from './policy.ts';
import { forgetDevices } from './remembered-device.ts';

declare module '../sessions/end-sessions.ts' {
  interface EndReasons {
    mfa_enabled: true;
    mfa_disabled: true;
  }
}

/** Ends the other sessions of the user and forgets their devices. */
export async function endOtherAccess(
  tx: Transaction,
  context: AuditContext,
  app: App,
  { id }: UserActor,
  reason: 'mfa_enabled' | 'mfa_disabled',
): Promise<void> {
  const which = { allOf: id, except: getSessionId(context) };
  // fault: sessions-survive-factor
  await revokeSessions(tx, context, app.events, { which, reason, via: 'others' });
  // fault: devices-survive-factor
  await forgetDevices(tx, context, app, id, reason);
}

interface ChangedFactor {
  readonly user: UserActor;
  readonly method: FactorMethod;
}

/**
 * A user has proven a factor by adding it, so the trust of the session is raised. If it is the first one, backup codes are generated,
 * which are returned, and the other sessions end. Without secret keys, there are no backup codes.
 */
export async function factorAdded(
  tx: Transaction,
  context: AuditContext,
  app: App,
  ctx: Context,
  { user, method, isFirst }: ChangedFactor & { readonly isFirst: boolean },
): Promise<readonly string[]> {
  await renewSession(tx, app, ctx, 'mfa_verified');
  if (!isFirst) return [];
  const hasKeys = app.environment.secretKeys.length > 0;
  const { codes } = hasKeys ? await replaceBackupCodes(tx, app, user.id) : { codes: [] };
  await startGrace(tx, user.id);
  await endOtherAccess(tx, context, app, user, 'mfa_enabled');
  await app.events.record(tx, context, 'mfa_enabled', {
    subject: accountSubject({ id: user.id, email: user.name }),
    data: { method, codes: codes.length },
  });
  return codes;
}

/**
 * A user has removed a factor: their other sessions end, since somebody may have opened one with it. With the last factor, the backup
 * codes are deleted, too.
 */
export async function factorRemoved(
  tx: Transaction,
  context: AuditContext,
  app: App,
  ctx: Context,
  { user, method, isLast }: ChangedFactor & { readonly isLast: boolean },
): Promise<void> {
  await endOtherAccess(tx, context, app, user, 'mfa_disabled');
  await renewSession(tx, app, ctx, isLast ? 'authenticated' : 'mfa_verified');
  if (!isLast) return;
  const codes = await deleteBackupCodes(tx, user.id);
  await app.events.record(tx, context, 'mfa_disabled', {
    subject: accountSubject({ id: user.id, email: user.name }),
    data: { method, codes },
  });
}

/** Gives the session of the request this trust and a new token. */
async function renewSession(tx: Transaction, app: App, ctx: Context, trust: Trust): Promise<void> {
  const { session } = ctx.state;
  const token = session && (await rotateSession(tx, session.id, { trust }));
  if (token === undefined) throw new Error('The session of a locked account has ended.');
  tx.afterCommit(() => setSessionCookie(ctx, app, token));
}
