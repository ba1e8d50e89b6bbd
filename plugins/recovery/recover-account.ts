// The actions of administrators and of the command line on an account: they help its user, or keep somebody else out. Each function checks
// the rights of the actor in its transaction, records the reason, and notifies the user.

import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Issue, Parsed } from '../../core/model/issue.ts';
import { countCharacters, toNfc } from '../../core/model/plain-text.ts';
import type { Actor, AuditContext } from '../../core/policy/actor.ts';
import { type Account, accountSubject, findAccountById, parseEmail } from '../auth/account.ts';
import { createLink } from '../auth/account-links.ts';
import { crossRankIssue } from '../auth/authority-guards.ts';
import { setLock, setPassword } from '../auth/change-account.ts';
import { type AccountCondition, lockForChange } from '../auth/lock-for-change.ts';
import type { Outcome } from '../auth/outcome.ts';
import type { PreparedPassword } from '../auth/password-hash.ts';
import { revokeSessions } from '../sessions/end-sessions.ts';
import { notify } from './notice.ts';
import { mailLink } from './reset-link.ts';

const MIN_REASON = 8;
const MAX_REASON = 500;

/** Why somebody recovers the account of another user, for the audit trail: 8 to 500 characters after trimming. */
export function parseReason(typed: string): Parsed<string> {
  const value = toNfc(typed.trim());
  const length = countCharacters(value);
  // fault: recovery-without-reason
  if (length < MIN_REASON)
    return { ok: false, issue: { key: 'recovery.problem.reasonShort', params: { min: MIN_REASON } } };
  if (length > MAX_REASON)
    return { ok: false, issue: { key: 'recovery.problem.reasonLong', params: { max: MAX_REASON } } };
  return { ok: true, value };
}

/** A context whose audit entries all contain the reason, including those of the sessions that end. */
export function withReason(context: AuditContext, reason: string): AuditContext {
  return { ...context, details: { ...context.details, changeReason: reason } };
}

/** The account, and the reason, which `parseReason` has checked. */
export interface Recovery {
  readonly userId: number;
  readonly reason: string;
}

/**
 * Why the actor cannot recover this account; undefined if they can. Users recover their own account in other ways: an administrator
 * who locks themselves out would need help.
 */
export function recoveryIssue(actor: Actor, account: Account): Issue | undefined {
  // fault: own-account-recovered
  if (actor.kind === 'user' && actor.id === account.id) return { key: 'recovery.rejected.own' };
  if (account.erased) return { key: 'auth.rejected.erased' };
  // fault: service-recovered
  if (account.service) return { key: 'auth.rejected.service' };
  // fault: inactive-account-recovered
  return account.active ? undefined : { key: 'recovery.rejected.inactive' };
}

/** Sends the user a link to choose a new password. */
export async function sendResetMail(
  tx: Transaction,
  requestContext: AuditContext,
  app: App,
  recovery: Recovery,
): Promise<Outcome> {
  const target = await lockTarget(tx, requestContext, app, recovery, linkIssue);
  if ('outcome' in target) return target;
  const { account, context } = target;
  await mailLink(tx, context, app, account, { requestedByUser: false });
  return { outcome: 'done' };
}

/** A user without a password has not accepted their invitation. A link would be another invitation, which could not be withdrawn. */
function linkIssue(actor: Actor, account: Account): Issue | undefined {
  if (!account.hasPassword) return { key: 'recovery.rejected.noPassword' };
  // Another program may have stored it.
  if (!parseEmail(account.email).ok) return { key: 'auth.rejected.address' };
  return lockedIssue(actor, account);
}

/** A link of a locked account cannot be used. */
function lockedIssue(_actor: Actor, { lockedUntil }: Account): Issue | undefined {
  return lockedUntil === null ? undefined : { key: 'recovery.rejected.locked' };
}

/** Sets a password that the user must change when they sign in. All sessions and links of the account end. */
export async function setTemporaryPassword(
  tx: Transaction,
  requestContext: AuditContext,
  app: App,
  { userId, reason, password }: Recovery & { readonly password: PreparedPassword },
): Promise<Outcome> {
  const context = withReason(requestContext, reason);
  const set = await setPassword(tx, context, app.events, userId, password, {
    // fault: temporary-password-unmarked
    temporary: true,
    issueWith: recoveryIssue,
  });
  if (set.outcome === 'done') await notifyById(tx, context, app, userId, 'temporaryPassword');
  return set;
}

/** The choices for the duration of a lock. Numbers are minutes; with `minutes`, another number can be entered. */
export const DURATIONS = ['15', '60', '1440', '10080', 'forever', 'minutes'] as const;

const MAX_MINUTES = 366 * 24 * 60;

/** Parses the duration of a lock, in minutes or `forever`. `typed` is used if the choice is `minutes`. */
export function parseDuration(choice: string, typed: string): Parsed<number | 'forever'> {
  if (choice === 'forever') return { ok: true, value: choice };
  if (!DURATIONS.some((each) => each === choice)) return { ok: false, issue: { key: 'recovery.problem.duration' } };
  const text = choice === 'minutes' ? typed.trim() : choice;
  const minutes = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (minutes < 1 || minutes > MAX_MINUTES)
    return { ok: false, issue: { key: 'recovery.problem.minutes', params: { max: MAX_MINUTES } } };
  return { ok: true, value: minutes };
}

/** Locks an account for a number of minutes, or until it is unlocked. Its sessions and links end. */
export async function lockForRecovery(
  tx: Transaction,
  requestContext: AuditContext,
  app: App,
  { userId, reason, duration }: Recovery & { readonly duration: number | 'forever' },
): Promise<Outcome> {
  const context = withReason(requestContext, reason);
  const until = duration === 'forever' ? 'infinity' : new Date(Date.now() + duration * 60_000);
  const locked = await setLock(tx, context, app.events, userId, until, { issueWith: recoveryIssue });
  if (locked.outcome !== 'done') return locked;
  const account = await findAccountById(tx, userId);
  if (account && locked.changed) {
    const { lockedUntil } = account;
    if (lockedUntil === null || lockedUntil === 'infinity')
      await notify(tx, context, app, account, { kind: 'lockedForever' });
    else await notify(tx, context, app, account, { kind: 'locked', until: lockedUntil });
  }
  return { outcome: 'done' };
}

/** Unlocks an account. */
export async function unlockAccount(
  tx: Transaction,
  requestContext: AuditContext,
  app: App,
  { userId, reason }: Recovery,
): Promise<Outcome<{ readonly changed: boolean }>> {
  const context = withReason(requestContext, reason);
  const unlocked = await setLock(tx, context, app.events, userId, null, { issueWith: recoveryIssue });
  if (unlocked.outcome === 'done' && unlocked.changed) await notifyById(tx, context, app, userId, 'unlocked');
  return unlocked;
}

/** Ends all sessions of an account, without locking it. */
export async function endSessionsOf(
  tx: Transaction,
  requestContext: AuditContext,
  app: App,
  recovery: Recovery,
): Promise<Outcome<{ readonly sessions: number }>> {
  const target = await lockTarget(tx, requestContext, app, recovery);
  if ('outcome' in target) return target;
  const { account, context } = target;
  const which = { allOf: account.id };
  const sessions = await revokeSessions(tx, context, app.events, {
    which,
    reason: 'administrative_revoke',
    via: 'all',
  });
  if (sessions > 0) await notify(tx, context, app, account, { kind: 'sessionsEnded' });
  return { outcome: 'done', sessions };
}

/** Creates a link to choose a new password, which the caller shows to the operator. It is not sent. */
export async function issueLink(
  tx: Transaction,
  requestContext: AuditContext,
  app: App,
  { minutes, ...recovery }: Recovery & { readonly minutes: number },
): Promise<Outcome<{ readonly token: string }>> {
  const target = await lockTarget(tx, requestContext, app, recovery, lockedIssue);
  if ('outcome' in target) return target;
  const { account, context } = target;
  const token = await createLink(tx, { userId: account.id, purpose: 'password_reset', minutes });
  await app.events.record(tx, context, 'password_reset_requested', {
    subject: accountSubject(account),
    data: { minutes },
  });
  await notify(tx, context, app, account, { kind: 'linkIssued' });
  return { outcome: 'done', token };
}

/** The account, locked, and the current actor, if they can recover it. */
export async function lockTarget(
  tx: Transaction,
  requestContext: AuditContext,
  app: App,
  { userId, reason }: Recovery,
  condition?: AccountCondition,
): ReturnType<typeof lockForChange> {
  return lockForChange(
    tx,
    withReason(requestContext, reason),
    app.events,
    userId,
    (actor, account) => crossRankIssue(actor, account) ?? recoveryIssue(actor, account) ?? condition?.(actor, account),
  );
}

async function notifyById(
  tx: Transaction,
  context: AuditContext,
  app: App,
  userId: number,
  kind: 'temporaryPassword' | 'unlocked',
): Promise<void> {
  const account = await findAccountById(tx, userId);
  if (account) await notify(tx, context, app, account, { kind });
}
