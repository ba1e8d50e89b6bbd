import type { App } from '../../core/app.ts';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import { type Outcome, rejected } from '../auth/outcome.ts';
import { revokeSessions } from '../sessions/end-sessions.ts';
import { notify } from './notice.ts';
import { lockTarget, type Recovery } from './recover-account.ts';

/**
 * A second factor that can be removed from an account whose user has lost it.
 *
 * @example
 * 'recovery.factors': [{
 *   name: 'code',
 *   isSet: (query, userId) => hasSecret(query, userId),
 *   remove: (tx, _context, userId) => removeSecret(tx, userId),
 * }],
 */
export interface RecoverableFactor {
  /** Unique within the extension point. */
  readonly name: string;
  /** Whether the account has the factor. */
  isSet(query: Query, userId: number): Promise<boolean>;
  /** Removes the factor and everything that belongs to it, such as backup codes. Returns false if the account has none. */
  remove(tx: Transaction, context: AuditContext, userId: number): Promise<boolean>;
}

declare module '../../core/extension-points.ts' {
  interface ExtensionPoints {
    'recovery.factors': RecoverableFactor;
  }
}
declare module '../sessions/end-sessions.ts' {
  interface EndReasons {
    second_factor_removed: true;
  }
}

/** Whether an account has a second factor that can be removed. */
export async function hasRemovableFactor(app: App, query: Query, userId: number): Promise<boolean> {
  for (const factor of app.contributions('recovery.factors')) if (await factor.isSet(query, userId)) return true;
  return false;
}

/** Removes every second factor of an account, and ends its sessions. */
export async function removeFactors(
  tx: Transaction,
  requestContext: AuditContext,
  app: App,
  recovery: Recovery,
): Promise<Outcome> {
  const factors = app.contributions('recovery.factors');
  const target = await lockTarget(tx, requestContext, app, recovery);
  if ('outcome' in target) return target;
  const { account, context } = target;
  let isRemoved = false;
  for (const factor of factors) isRemoved = (await factor.remove(tx, context, account.id)) || isRemoved;
  if (!isRemoved) return rejected('recovery.rejected.noFactor');
  const which = { allOf: account.id };
  await revokeSessions(tx, context, app.events, { which, reason: 'second_factor_removed', via: 'all' });
  await notify(tx, context, app, account, { kind: 'factorRemoved' });
  return { outcome: 'done' };
}
