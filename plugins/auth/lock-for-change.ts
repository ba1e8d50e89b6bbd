import type { Transaction } from '../../core/database/transaction.ts';
import type { Issue } from '../../core/model/issue.ts';
import type { Actor, AuditContext } from '../../core/policy/actor.ts';
import type { Events } from '../../core/write/events.ts';
import { type Account, lockAccount } from './account.ts';
import { type Outcome, rejected } from './outcome.ts';

/** The reason to reject a change of an account by this actor, if there is one. */
export type AccountCondition = (actor: Actor, account: Account) => Issue | undefined;

/** An account that can be changed: its row is locked until the transaction ends. */
export interface LockedAccount {
  readonly account: Account;
  /** The context with the current state of the actor. */
  readonly context: AuditContext;
}

/**
 * Locks an account, reads the actor again and checks the condition. If one of these fails, it returns the outcome of the change. Erased
 * accounts cannot be changed.
 *
 * @example
 * const locked = await lockForChange(tx, auditContext(ctx), app.events, userId, crossRankIssue);
 * if ('outcome' in locked) return locked;
 */
export async function lockForChange(
  tx: Transaction,
  requestContext: AuditContext,
  events: Events,
  id: number,
  issueWith: AccountCondition,
): Promise<LockedAccount | Exclude<Outcome, { readonly outcome: 'done' }>> {
  const account = await lockAccount(tx, id);
  if (!account) return { outcome: 'missing' };
  const context = await events.currentContext(tx, requestContext);
  if (!context) return rejected('auth.rejected.notAllowed');
  const issue = issueWith(context.actor, account);
  if (issue) return { outcome: 'rejected', issue };
  // fault: erased-account-changed
  if (account.erased) return rejected('auth.rejected.erased');
  return { account, context };
}
