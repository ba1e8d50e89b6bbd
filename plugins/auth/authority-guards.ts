import type { Actor } from '../../core/actor.ts';
import type { Issue } from '../../core/model/kind.ts';
import type { Account } from './account.ts';
import { isCommanding, outranks, type Role, reaches } from './roles.ts';

// Who may change whom. Pure; the last administrator is another matter, since it needs a lock (last-administrator.ts).
// Each answers with the reason for a no, or undefined. Order: own account, rank of the other, ceiling of the role.

type Target = Pick<Account, 'id' | 'role'>;

/** Whether the actor may change accounts and groups at all. */
export function authorityIssue(actor: Actor): Issue | undefined {
  if (actor.kind === 'command') return undefined;
  return actor.kind === 'person' && isCommanding(actor.role) ? undefined : { key: 'auth.refused.notAllowed' };
}

/** Whether the actor may change something about this account: everybody his own, others only from above. */
export function crossRankIssue(actor: Actor, target: Target): Issue | undefined {
  if (isOwn(actor, target)) return undefined;
  const issue = authorityIssue(actor);
  if (issue || actor.kind !== 'person') return issue;
  return outranks(actor.role, target.role) ? undefined : { key: 'auth.refused.crossRank' };
}

/** Whether the actor may hand out this role: at most his own. */
export function roleCeilingIssue(actor: Actor, role: Role): Issue | undefined {
  const issue = authorityIssue(actor);
  if (issue || actor.kind !== 'person') return issue;
  return reaches(actor.role, role) ? undefined : { key: 'auth.refused.roleCeiling' };
}

/** Whether the actor may give `target` this role. */
export function roleChangeIssue(actor: Actor, target: Target, role: Role): Issue | undefined {
  if (isOwn(actor, target)) {
    if (outranks(target.role, role)) return { key: 'auth.refused.selfDemote' };
    // Asked of the row and not of the actor: what a request knows of its role may be a moment old.
    return reaches(target.role, role) ? undefined : { key: 'auth.refused.roleCeiling' };
  }
  return crossRankIssue(actor, target) ?? roleCeilingIssue(actor, role);
}

/** Whether the actor may activate or deactivate `target`. */
export function activeChangeIssue(actor: Actor, target: Target, active: boolean): Issue | undefined {
  if (isOwn(actor, target)) return active ? undefined : { key: 'auth.refused.selfDeactivate' };
  return crossRankIssue(actor, target);
}

function isOwn(actor: Actor, target: Target): boolean {
  return actor.kind === 'person' && actor.id === target.id;
}
