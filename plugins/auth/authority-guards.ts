import type { Issue } from '../../core/model/issue.ts';
import type { Actor } from '../../core/policy/actor.ts';
import type { Account } from './account.ts';
import { hasAtLeastRole, isAdministrative, outranks, type Role } from './roles.ts';

// Who has permission to change whom. Pure; the last administrator is checked elsewhere, since that needs a lock
// (last-administrator.ts). Each function returns the reason for a rejection, or undefined. Order: own account, rank of the
// other, ceiling of the role.

type Target = Pick<Account, 'id' | 'role'>;

/** Whether the actor can change accounts and groups at all. */
export function authorityIssue(actor: Actor): Issue | undefined {
  if (actor.kind === 'command') return undefined;
  return actor.kind === 'user' && isAdministrative(actor.role) ? undefined : { key: 'auth.rejected.notAllowed' };
}

/** Whether the actor can change something about this account: their own account, otherwise only accounts with a lower role. */
export function crossRankIssue(actor: Actor, target: Target): Issue | undefined {
  if (isOwn(actor, target)) return undefined;
  const issue = authorityIssue(actor);
  if (issue || actor.kind !== 'user') return issue;
  // fault: peer-account
  return outranks(actor.role, target.role) ? undefined : { key: 'auth.rejected.higherRole' };
}

/** Whether the actor can assign this role: at most their own. */
export function roleCeilingIssue(actor: Actor, role: Role): Issue | undefined {
  const issue = authorityIssue(actor);
  if (issue || actor.kind !== 'user') return issue;
  return hasAtLeastRole(actor.role, role) ? undefined : { key: 'auth.rejected.roleTooHigh' };
}

/** Whether the actor can give `target` this role. */
export function roleChangeIssue(actor: Actor, target: Target, role: Role): Issue | undefined {
  if (isOwn(actor, target)) {
    if (outranks(target.role, role)) return { key: 'auth.rejected.selfDemote' };
    // Checks the row and not the actor: what a request knows of its role may be slightly out of date.
    return hasAtLeastRole(target.role, role) ? undefined : { key: 'auth.rejected.roleTooHigh' };
  }
  return crossRankIssue(actor, target) ?? roleCeilingIssue(actor, role);
}

/** Whether the actor can activate or deactivate `target`. */
export function activeChangeIssue(actor: Actor, target: Target, active: boolean): Issue | undefined {
  if (isOwn(actor, target)) return active ? undefined : { key: 'auth.rejected.selfDeactivate' };
  return crossRankIssue(actor, target);
}

function isOwn(actor: Actor, target: Target): boolean {
  return actor.kind === 'user' && actor.id === target.id;
}
