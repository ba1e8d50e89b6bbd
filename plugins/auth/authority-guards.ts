import type { Issue } from '../../core/model/issue.ts';
import type { Actor } from '../../core/policy/actor.ts';
import type { Account } from './account.ts';
import { hasAtLeastRole, isAdministrative, outranks, type Role } from './roles.ts';

// Who can change which accounts. These functions are pure; the check for the last administrator needs a lock and is in
// last-administrator.ts. Each returns the reason for a rejection, or undefined. The order of checks: own account, rank of the
// other account, own role as the ceiling.

type Target = Pick<Account, 'id' | 'role'>;

/** Whether the actor can change accounts and groups at all. */
export function authorityIssue(actor: Actor): Issue | undefined {
  if (actor.kind === 'command') return undefined;
  return actor.kind === 'user' && isAdministrative(actor.role) ? undefined : { key: 'auth.rejected.notAllowed' };
}

/** Whether the actor can change this account: their own, or, as an administrator, one with a lower role. */
export function crossRankIssue(actor: Actor, target: Target): Issue | undefined {
  if (isOwn(actor, target)) return undefined;
  const issue = authorityIssue(actor);
  if (issue || actor.kind !== 'user') return issue;
  // fault: peer-account
  return outranks(actor.role, target.role) ? undefined : { key: 'auth.rejected.higherRole' };
}

/** Whether the actor can assign this role, which must not be above their own. */
export function roleCeilingIssue(actor: Actor, role: Role): Issue | undefined {
  const issue = authorityIssue(actor);
  if (issue || actor.kind !== 'user') return issue;
  return hasAtLeastRole(actor.role, role) ? undefined : { key: 'auth.rejected.roleTooHigh' };
}

/** Whether the actor can assign this role to `target`. */
export function roleChangeIssue(actor: Actor, target: Target, role: Role): Issue | undefined {
  if (isOwn(actor, target)) {
    if (outranks(target.role, role)) return { key: 'auth.rejected.selfDemote' };
    // Compares with the account's row, since the role in the request may be slightly out of date.
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
