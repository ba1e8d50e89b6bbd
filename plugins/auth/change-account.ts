import { sql } from 'slonik';
import type { Transaction } from '../../core/database/transaction.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { Events } from '../../core/write/events.ts';
import { type Account, accountSubject, lockAccount } from './account.ts';
import { activeChangeIssue, crossRankIssue, erasureIssue, roleChangeIssue } from './authority-guards.ts';
import { roleLostBy, takeAuthorityLock } from './last-administrator.ts';
import { type AccountCondition, lockForChange } from './lock-for-change.ts';
import { invalid, type Outcome, rejected } from './outcome.ts';
import type { PreparedPassword } from './password-hash.ts';
import type { Role } from './roles.ts';

export type AccountChanged = Outcome<{ readonly changed: boolean }>;

/**
 * Changes the role of an account. Users cannot change their own role, change accounts of equal or higher rank, or assign a role
 * above their own. At least one active administrator or developer must remain. Recorded as `user_updated`.
 *
 * @example
 * const changed = await app.database.transaction((tx) => changeRole(tx, auditContext(ctx), app.events, userId, 'supervisor'));
 */
export function changeRole(
  tx: Transaction,
  context: AuditContext,
  events: Events,
  id: number,
  role: Role,
): Promise<AccountChanged> {
  return changeAuthority(tx, context, events, id, { role }, (actor, target) => roleChangeIssue(actor, target, role));
}

/**
 * Activates or deactivates an account, under the same conditions. Recorded as `user_updated`.
 *
 * @example
 * const changed = await app.database.transaction((tx) => setActive(tx, auditContext(ctx), app.events, userId, false));
 */
export function setActive(
  tx: Transaction,
  context: AuditContext,
  events: Events,
  id: number,
  active: boolean,
): Promise<AccountChanged> {
  return changeAuthority(tx, context, events, id, { active }, (actor, target) =>
    activeChangeIssue(actor, target, active),
  );
}

/**
 * Locks an account until a time, or until it is unlocked (`'infinity'`), or unlocks it (`null`), under the same conditions. A locked user
 * cannot sign in, and their sessions end. Recorded as `account_locked` or `account_unlocked`.
 *
 * @example
 * const until = new Date(Date.now() + 15 * 60_000);
 * const locked = await app.database.transaction((tx) => setLock(tx, auditContext(ctx), app.events, userId, until));
 */
export async function setLock(
  tx: Transaction,
  requestContext: AuditContext,
  events: Events,
  id: number,
  until: Date | 'infinity' | null,
  { issueWith }: { readonly issueWith?: AccountCondition } = {},
): Promise<AccountChanged> {
  const locking = until === 'infinity' || (until !== null && until.getTime() > Date.now());
  const allowed = await changeable(tx, requestContext, events, id, {
    issueWith: (actor, target) => activeChangeIssue(actor, target, !locking) ?? issueWith?.(actor, target),
    after: (before) => ({ ...before, canSignIn: before.canSignIn && !locking }),
  });
  if ('outcome' in allowed) return allowed;
  const { before, context } = allowed;
  // fault: erased-account-locked
  if (before.erased && locking) return rejected('auth.rejected.erased');
  const lockedUntil = locking ? (until === 'infinity' ? until : until.toISOString()) : null;
  const { rowCount } = await tx.query(sql.unsafe`
    update rustio_user
    set locked_until = ${lockedUntil}::timestamptz, updated_at = now()
    where id = ${id} and locked_until is distinct from ${lockedUntil}::timestamptz(3)
  `);
  if (rowCount === 0) return { outcome: 'done', changed: false };
  const subject = accountSubject(before);
  if (lockedUntil === null) await events.record(tx, context, 'account_unlocked', { subject, data: {} });
  else await events.record(tx, context, 'account_locked', { subject, data: { until: lockedUntil } });
  return { outcome: 'done', changed: true };
}

/**
 * Erases an account under the same conditions: its name, address, password, preferences, groups and permissions are removed, and its
 * sessions end. The row remains under a pseudonym, such as `erased-17@erased.invalid`, because records and audit entries refer to
 * it. This cannot be undone. Recorded as `user_erased`; plugins delete their own data about the user in the same transaction, in a
 * handler of this event.
 *
 * @example
 * const erased = await app.database.transaction((tx) => eraseAccount(tx, auditContext(ctx), app.events, userId));
 */
export async function eraseAccount(
  tx: Transaction,
  requestContext: AuditContext,
  events: Events,
  id: number,
): Promise<AccountChanged> {
  const allowed = await changeable(tx, requestContext, events, id, {
    issueWith: erasureIssue,
    after: (before) => ({ ...before, canSignIn: false }),
  });
  if ('outcome' in allowed) return allowed;
  const { before, context } = allowed;
  if (before.erased) return { outcome: 'done', changed: false };
  const email = pseudonymOf(id);
  await tx.query(sql.unsafe`delete from rustio_user_group where user_id = ${id}`);
  await tx.query(sql.unsafe`delete from rustio_user_permission where user_id = ${id}`);
  await tx.query(sql.unsafe`
    update rustio_user
    set
      email = ${email}, display_name = null, password_hash = null, must_change_password = false, role = 'user',
      active = false, locked_until = null, locale = null, time_zone = null, erased_at = now(), updated_at = now()
    where id = ${id}
  `);
  const subject = accountSubject({ id, email });
  // The event that ends sessions. Nothing that is recorded here contains the address or the name.
  if (before.active)
    await events.record(tx, context, 'user_updated', {
      subject,
      data: { before: { active: true }, after: { active: false } },
    });
  const fields = ['email', 'displayName'];
  const erases = { fields, formerLabel: before.email, userId: id };
  await events.record(tx, context, 'user_erased', { subject, data: {}, erases });
  return { outcome: 'done', changed: true };
}

/** The address of an erased account. The domain is reserved and never receives mail (RFC 6761). */
export function pseudonymOf(id: number | string): string {
  return `erased-${id}@erased.invalid`;
}

type Change = Partial<Pick<Account, 'role' | 'active'>>;

async function changeAuthority(
  tx: Transaction,
  requestContext: AuditContext,
  events: Events,
  id: number,
  change: Change,
  issueWith: AccountCondition,
): Promise<AccountChanged> {
  const allowed = await changeable(tx, requestContext, events, id, {
    issueWith,
    after: (before) => {
      const after = { ...before, ...change };
      return { ...after, canSignIn: before.canSignIn && after.active };
    },
  });
  if ('outcome' in allowed) return allowed;
  const { before, after, context } = allowed;
  if (after.role === before.role && after.active === before.active) return { outcome: 'done', changed: false };
  if (before.erased) return rejected('auth.rejected.erased');

  await tx.query(sql.unsafe`
    update rustio_user
    set role = ${after.role}, active = ${after.active}, updated_at = now()
    where id = ${id}
  `);
  await events.record(tx, context, 'user_updated', {
    subject: accountSubject(before),
    data: change.role === undefined ? snapshots('active', before, after) : snapshots('role', before, after),
  });
  return { outcome: 'done', changed: true };
}

interface AuthorityChange {
  readonly issueWith: AccountCondition;
  /** The account after the change, as far as it concerns its authority. */
  after(before: Account): Account;
}

/** The account, locked, and the current actor, if the change is allowed and an administrator remains. */
async function changeable(
  tx: Transaction,
  requestContext: AuditContext,
  events: Events,
  id: number,
  change: AuthorityChange,
): Promise<
  | { readonly before: Account; readonly after: Account; readonly context: AuditContext }
  | Exclude<AccountChanged, { outcome: 'done' }>
> {
  await takeAuthorityLock(tx);
  const before = await lockAccount(tx, id);
  if (!before) return { outcome: 'missing' };
  // fault: authority-with-old-rights
  const context = await events.currentContext(tx, requestContext);
  if (!context) return rejected('auth.rejected.notAllowed');
  const issue = change.issueWith(context.actor, before);
  if (issue) return { outcome: 'rejected', issue };
  const after = change.after(before);
  const lost = await roleLostBy(tx, id, before, after);
  if (lost !== undefined) return rejected('auth.rejected.lastAdministrator', { role: lost });
  return { before, after, context };
}

function snapshots(field: 'role' | 'active', before: Account, after: Account) {
  return { before: { [field]: before[field] }, after: { [field]: after[field] } };
}

/** How a password is set. */
export interface PasswordChange {
  /**
   * Whether the user must choose another one when they sign in with it: `rustio_user.must_change_password`, which the plugin recovery
   * enforces. Not for the user's own account. @defaultValue false
   */
  readonly temporary?: boolean;
  /** A condition in addition to the guards, checked after them. */
  readonly issueWith?: AccountCondition;
}

/**
 * Sets a password that meets the policy. Recorded as `password_changed_self` for the user's own account and as
 * `password_reset_by_other` for any other; the sessions plugin ends sessions on these events. If users change their own password,
 * the caller must verify the old one.
 *
 * @example
 * const password = await preparePassword(typed, context.ip ?? '');
 * const set = await app.database.transaction((tx) => setPassword(tx, context, app.events, userId, password));
 */
export async function setPassword(
  tx: Transaction,
  requestContext: AuditContext,
  events: Events,
  id: number,
  password: PreparedPassword,
  { temporary = false, issueWith }: PasswordChange = {},
): Promise<Outcome> {
  const locked = await lockForChange(
    tx,
    requestContext,
    events,
    id,
    (actor, account) => crossRankIssue(actor, account) ?? issueWith?.(actor, account),
  );
  if ('outcome' in locked) return locked;
  const { account, context } = locked;
  if (account.service) return rejected('auth.rejected.service');
  const hash = password.hashFor(account.email, account.displayName);
  if (!hash.ok) return invalid('password', hash.issue);

  const own = context.actor.kind === 'user' && context.actor.id === id;
  await tx.query(sql.unsafe`
    update rustio_user
    set
      password_hash = ${hash.value}, password_changed_at = now(), updated_at = now(),
      must_change_password = ${temporary && !own}
    where id = ${id}
  `);
  const subject = accountSubject(account);
  if (own) await events.record(tx, context, 'password_changed_self', { subject, data: {} });
  else await events.record(tx, context, 'password_reset_by_other', { subject, data: temporary ? { temporary } : {} });
  return { outcome: 'done' };
}
