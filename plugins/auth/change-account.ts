import { sql } from 'slonik';
import type { AuditContext } from '../../core/actor.ts';
import type { Transaction } from '../../core/database/pool.ts';
import type { Events } from '../../core/events.ts';
import type { Issue } from '../../core/model/kind.ts';
import { type Account, lockAccount, subjectOf } from './account.ts';
import { activeChangeIssue, roleChangeIssue } from './authority-guards.ts';
import { leavesACommander, takeAuthorityLock } from './last-administrator.ts';
import { type Outcome, refused } from './outcome.ts';
import type { Role } from './roles.ts';

export type AccountChanged = Outcome<{ readonly changed: boolean }>;

/**
 * Gives an account another role. Nobody may change their own role, that of an equal or of somebody above, or give more than they
 * have; and at least one active administrator or developer always remains. Recorded as `user_updated`.
 *
 * @example
 * const changed = await app.database.transaction((tx) => changeRole(tx, auditContext(ctx), app.events, userId, 'supervisor'));
 */
export function changeRole(
  tx: Transaction,
  cause: AuditContext,
  events: Events,
  id: number,
  role: Role,
): Promise<AccountChanged> {
  return changeAuthority(tx, cause, events, id, { role }, (target) => roleChangeIssue(cause.actor, target, role));
}

/**
 * Activates or deactivates an account, under the same conditions. Recorded as `user_updated`.
 *
 * @example
 * const changed = await app.database.transaction((tx) => setActive(tx, auditContext(ctx), app.events, userId, false));
 */
export function setActive(
  tx: Transaction,
  cause: AuditContext,
  events: Events,
  id: number,
  active: boolean,
): Promise<AccountChanged> {
  return changeAuthority(tx, cause, events, id, { active }, (target) => activeChangeIssue(cause.actor, target, active));
}

type Change = Partial<Pick<Account, 'role' | 'active'>>;

async function changeAuthority(
  tx: Transaction,
  cause: AuditContext,
  events: Events,
  id: number,
  change: Change,
  issueWith: (target: Account) => Issue | undefined,
): Promise<AccountChanged> {
  await takeAuthorityLock(tx);
  const before = await lockAccount(tx, id);
  if (!before) return { outcome: 'missing' };
  const issue = issueWith(before);
  if (issue) return { outcome: 'refused', issue };
  const after = { ...before, ...change };
  if (!(await leavesACommander(tx, before, after))) return refused('auth.refused.lastCommander');
  if (after.role === before.role && after.active === before.active) return { outcome: 'done', changed: false };

  await tx.query(sql.unsafe`
    update rustio_user
    set role = ${after.role}, active = ${after.active}, updated_at = now()
    where id = ${id}
  `);
  await events.record(tx, cause, 'user_updated', {
    subject: subjectOf(before),
    data: change.role === undefined ? snapshots('active', before, after) : snapshots('role', before, after),
  });
  return { outcome: 'done', changed: true };
}

function snapshots(field: 'role' | 'active', before: Account, after: Account) {
  return { before: { [field]: before[field] }, after: { [field]: after[field] } };
}
