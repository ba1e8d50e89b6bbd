import { sql } from 'slonik';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Issue } from '../../core/model/issue.ts';
import type { Actor, AuditContext } from '../../core/policy/actor.ts';
import type { Events } from '../../core/write/events.ts';
import { type Account, accountSubject, lockAccount } from './account.ts';
import { activeChangeIssue, crossRankIssue, roleChangeIssue } from './authority-guards.ts';
import { leavesAnAdministrator, takeAuthorityLock } from './last-administrator.ts';
import { invalid, type Outcome, rejected } from './outcome.ts';
import { hashPassword } from './password-hash.ts';
import { passwordIssue } from './password-policy.ts';
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

type Change = Partial<Pick<Account, 'role' | 'active'>>;

async function changeAuthority(
  tx: Transaction,
  requestContext: AuditContext,
  events: Events,
  id: number,
  change: Change,
  issueWith: (actor: Actor, target: Account) => Issue | undefined,
): Promise<AccountChanged> {
  await takeAuthorityLock(tx);
  const before = await lockAccount(tx, id);
  if (!before) return { outcome: 'missing' };
  // fault: authority-with-old-rights
  const context = await events.currentContext(tx, requestContext);
  if (!context) return rejected('auth.rejected.notAllowed');
  const issue = issueWith(context.actor, before);
  if (issue) return { outcome: 'rejected', issue };
  const after = { ...before, ...change };
  if (!(await leavesAnAdministrator(tx, before, after))) return rejected('auth.rejected.lastAdministrator');
  if (after.role === before.role && after.active === before.active) return { outcome: 'done', changed: false };

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

function snapshots(field: 'role' | 'active', before: Account, after: Account) {
  return { before: { [field]: before[field] }, after: { [field]: after[field] } };
}

/**
 * Sets a password that meets the policy. Recorded as `password_changed_self` for the user's own account and as
 * `password_reset_by_other` for any other; the sessions plugin ends sessions on these events. If users change their own password,
 * the caller must verify the old one.
 *
 * @example
 * const set = await app.database.transaction((tx) => setPassword(tx, context, app.events, userId, password));
 */
export async function setPassword(
  tx: Transaction,
  requestContext: AuditContext,
  events: Events,
  id: number,
  password: string,
): Promise<Outcome> {
  // Hash before locking any row: hashing is slow and may wait in a queue.
  const hash = passwordIssue(password, '') === undefined ? await hashPassword(password) : null;
  const account = await lockAccount(tx, id);
  if (!account) return { outcome: 'missing' };
  const context = await events.currentContext(tx, requestContext);
  if (!context) return rejected('auth.rejected.notAllowed');
  const issue = crossRankIssue(context.actor, account);
  if (issue) return { outcome: 'rejected', issue };
  const weak = passwordIssue(password, account.email);
  if (weak) return invalid('password', weak);

  await tx.query(sql.unsafe`
    update rustio_user
    set password_hash = ${hash}, password_changed_at = now(), updated_at = now()
    where id = ${id}
  `);
  const own = context.actor.kind === 'user' && context.actor.id === id;
  await events.record(tx, context, own ? 'password_changed_self' : 'password_reset_by_other', {
    subject: accountSubject(account),
    data: {},
  });
  return { outcome: 'done' };
}
