// How users change the passkeys of their own account. Each change is one transaction with its events and the notice by email.

import type { App } from '../../../core/app.ts';
import type { Transaction } from '../../../core/database/transaction.ts';
import type { AuditContext, UserActor } from '../../../core/policy/actor.ts';
import { auditContext, type Context } from '../../../core/request/context.ts';
import { type Account, lockAccount } from '../../auth/account.ts';
import { type Outcome, rejected } from '../../auth/outcome.ts';
import { factorAdded, factorRemoved } from '../factor-change.ts';
import { hasFactor } from '../factors.ts';
import { notify } from '../notice.ts';
import { rulesOf } from '../options.ts';
import { deletePasskey, renamePasskey } from './passkey.ts';
import { addPasskey, type NewPasskey } from './register.ts';

/**
 * Adds a passkey. The session has proven a second factor with it. If it is the first factor, the other sessions end, and backup codes are
 * generated, which the next page shows.
 */
export function addOwnPasskey(
  ctx: Context,
  app: App,
  user: UserActor,
  request: Omit<NewPasskey, 'session'>,
): Promise<Outcome<{ readonly codes: readonly string[] }>> {
  return changeOwn(ctx, app, user, async (tx, context, account, session) => {
    const isFirst = !(await hasFactor(tx, user.id));
    const added = await addPasskey(tx, context, app, account, { ...request, session });
    if (added.outcome !== 'done') return added;
    await notify(tx, context, app, user.id, { kind: 'passkeyAdded' });
    return { outcome: 'done', codes: await factorAdded(tx, context, app, ctx, { user, method: 'passkey', isFirst }) };
  });
}

export function renameOwnPasskey(
  ctx: Context,
  app: App,
  user: UserActor,
  renamed: { readonly id: string; readonly name: string },
): Promise<Outcome> {
  return changeOwn(ctx, app, user, (tx, context, account) => renamePasskey(tx, context, app, account, renamed));
}

/** Removes a passkey, and ends the other sessions: somebody may have opened one with it. */
export function removeOwnPasskey(ctx: Context, app: App, user: UserActor, id: string): Promise<Outcome> {
  return changeOwn<Outcome>(ctx, app, user, async (tx, context, account) => {
    if (!(await deletePasskey(tx, context, app, account, id))) return { outcome: 'missing' };
    const isLast = !(await hasFactor(tx, user.id));
    // fault: required-passkey-removed
    if (
      isLast &&
      context.actor.kind === 'user' &&
      rulesOf(app.options('mfa'), context.actor.role).policy === 'required'
    )
      throw new LastFactor();
    await notify(tx, context, app, user.id, { kind: isLast ? 'lastPasskeyRemoved' : 'passkeyRemoved' });
    await factorRemoved(tx, context, app, ctx, { user, method: 'passkey', isLast });
    return { outcome: 'done' };
  }).catch((error: unknown) => {
    if (error instanceof LastFactor) return rejected('mfa.passkeys.required');
    throw error;
  });
}

/** Rolls the transaction back. */
class LastFactor extends Error {}

async function changeOwn<R>(
  ctx: Context,
  app: App,
  user: UserActor,
  change: (tx: Transaction, context: AuditContext, account: Account, session: string) => Promise<R>,
): Promise<R | { readonly outcome: 'missing' }> {
  const { session } = ctx.state;
  return app.writingFor(user).transaction(async (tx) => {
    const account = await lockAccount(tx, user.id);
    const context = await app.events.currentContext(tx, auditContext(ctx));
    return account && context && session ? change(tx, context, account, session.id) : { outcome: 'missing' };
  });
}
