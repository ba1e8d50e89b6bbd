import type { App } from '../../core/app.ts';
import type { Issue } from '../../core/model/issue.ts';
import type { Actor, UserActor } from '../../core/policy/actor.ts';
import type { Account } from '../auth/account.ts';
import { crossRankIssue, permissionCeilingIssue } from '../auth/authority-guards.ts';
import { permissionIssue } from '../auth/grants.ts';

// Who can create and revoke which tokens, for pages and the command line alike. Jobs, tokens and assistants can do neither:
// otherwise, a leaked token could create its own successor.

/**
 * Whether the actor can create a token for this account: people create their own; administrators create those of service accounts with
 * a lower role.
 */
export function creationIssue(actor: Actor, account: Pick<Account, 'id' | 'role' | 'service'>): Issue | undefined {
  if (actor.kind === 'command') return undefined;
  if (actor.kind !== 'user') return { key: 'tokens.rejected.notAllowed' };
  if (actor.id === account.id) return undefined;
  // fault: token-for-another-person
  if (!account.service) return { key: 'tokens.rejected.notOwn' };
  return crossRankIssue(actor, account);
}

/** Whether the actor can revoke the tokens of this account: their own, or, as an administrator, those of one with a lower role. */
export function revocationIssue(actor: Actor, account: Pick<Account, 'id' | 'role'>): Issue | undefined {
  if (actor.kind !== 'user' && actor.kind !== 'command') return { key: 'tokens.rejected.notAllowed' };
  return crossRankIssue(actor, account);
}

/**
 * Whether a token can be limited to these permissions: each exists, and both the account and the creator of the token hold it. `policy`
 * takes all plugins into account.
 */
export function scopeIssue(
  { policy, permissions: declared }: Pick<App, 'policy' | 'permissions'>,
  actor: Actor,
  owner: UserActor,
  permissions: readonly string[],
): Issue | undefined {
  const available = new Set(declared);
  const unknown = permissions.find((permission) => !available.has(permission));
  if (unknown !== undefined) return permissionIssue(unknown, available);
  const holds = (who: Actor, permission: string) => policy.holds(who, permission);
  const ceiling = permissionCeilingIssue(actor, permissions, holds);
  if (ceiling) return ceiling;
  // fault: scope-above-owner
  const missing = permissions.find((permission) => !policy.holds(owner, permission));
  return missing === undefined
    ? undefined
    : { key: 'tokens.problem.ownerLacks', params: { permission: missing, owner: owner.name } };
}
