import type { Issue } from '../../core/model/issue.ts';
import type { Actor } from '../../core/policy/actor.ts';
import { hasAtLeastRole, isAdministrative, outranks, type Role } from './roles.ts';

// Who can change which accounts, for pages and the command line alike. These functions are pure; the check for the last
// administrator needs a lock and is in last-administrator.ts. Each returns the reason for a rejection, or undefined. The order of
// checks: own account, rank of the other account, own role and own permissions as the ceiling.

/** The account to be changed. */
interface Target {
  readonly id: number;
  readonly role: Role;
}

/** Whether the actor can change accounts and groups at all. Jobs, tokens and assistants cannot. */
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

/** Whether the actor can erase `target`. */
export function erasureIssue(actor: Actor, target: Target): Issue | undefined {
  // fault: self-erasure
  if (isOwn(actor, target)) return { key: 'auth.rejected.selfErase' };
  return crossRankIssue(actor, target);
}

/** Whether the actor can change the groups and permissions of `target`. Users can edit their own account, but not these. */
export function grantIssue(actor: Actor, target: Target): Issue | undefined {
  return isOwn(actor, target) ? { key: 'auth.rejected.ownGroups' } : crossRankIssue(actor, target);
}

/**
 * Users can only grant what they hold themselves: to an account, to a group, or by adding a member to a group. `holds` takes the
 * policies of all plugins into account (`app.policy.holds`): one of them may deny an administrator a permission.
 */
export function permissionCeilingIssue(
  actor: Actor,
  permissions: Iterable<string>,
  holds: (actor: Actor, permission: string) => boolean,
): Issue | undefined {
  if (actor.kind === 'command') return undefined;
  // fault: grant-above-own
  for (const permission of permissions)
    if (!holds(actor, permission)) return { key: 'auth.rejected.permissionNotHeld', params: { permission } };
  return undefined;
}

function isOwn(actor: Actor, target: Target): boolean {
  return actor.kind === 'user' && actor.id === target.id;
}
