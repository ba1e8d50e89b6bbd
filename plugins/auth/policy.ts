import { sql } from 'slonik';
import type { AccessChecks } from '../../core/http/access.ts';
import type { Actor, Job, Token } from '../../core/policy/actor.ts';
import { ALL_ROWS, type PolicyPart, type RowRule } from '../../core/policy/policy.ts';
import { User } from './models.ts';
import { hasAtLeastRole, isAdministrative, outranks, ROLES, type Role } from './roles.ts';

/** The lowest role that can use the admin; below it, permissions have no effect. */
export const MIN_ADMIN_ROLE = 'staff';

/**
 * Whether the actor has a permission, given by its full name (`strike.change`, `audit.view`), according to this plugin alone. To
 * take all plugins into account, call `app.policy.holds`. The command line has all permissions, since anyone with a shell on the
 * server can also access the database. Jobs have the permissions listed in their code; tokens have those granted to them, as long
 * as the owner has them, too. Assistants have none.
 *
 * @example
 * policies: () => [{ holds: (actor, permission) => (permission.startsWith('billing.') ? holds(actor, permission) : undefined) }],
 */
export function holds(actor: Actor, permission: string): boolean {
  switch (actor.kind) {
    case 'command':
      return true;
    case 'user':
      return (
        isAdministrative(actor.role) ||
        (hasAtLeastRole(actor.role, MIN_ADMIN_ROLE) && actor.permissions.has(permission))
      );
    case 'job':
      return isGranted(actor, permission);
    case 'token':
      // fault: token-unlimited
      return isGranted(actor, permission) && actor.onBehalfOf !== undefined && holds(actor.onBehalfOf, permission);
    default:
      return false;
  }
}

function isGranted({ permissions }: Job | Token, permission: string): boolean {
  return permissions === 'all' || permissions.has(permission);
}

/**
 * Fields that plugins add to accounts and make writable in forms follow the same rule as other account changes: users can change
 * their own account and those with a lower role. Otherwise, `user.change` would let staff change an administrator's recovery
 * address.
 */
function changeableAccounts(actor: Actor): RowRule {
  // For jobs and tokens, permissions alone decide. If a token has an owner, the owner's rule applies as well.
  if (actor.kind === 'command' || actor.kind === 'job' || actor.kind === 'token') return ALL_ROWS;
  if (actor.kind !== 'user') return sql.fragment`false`;
  const below = ROLES.filter((role) => outranks(actor.role, role));
  return sql.fragment`(t.id = ${actor.id} or t.role = any(${sql.array(below, 'text')}))`;
}

/**
 * Decides by permissions: `model.action`. For anonymous requests it does not decide, so that another plugin can make models
 * public; without such a plugin, access is denied.
 */
export const permissionPolicy: PolicyPart = {
  holds: (actor, permission) => (actor.kind === 'anonymous' ? undefined : holds(actor, permission)),
  may: (actor, action, model) => (actor.kind === 'anonymous' ? undefined : holds(actor, `${model.name}.${action}`)),
  // fault: plugin-fields-of-peers
  rows: (actor, action, model) => (model.model === User && action === 'change' ? changeableAccounts(actor) : ALL_ROWS),
};

declare module '../../core/request/route-info.ts' {
  interface AccessKinds {
    /** The actor must have at least this role. */
    role: Role;
  }
}

/** Checks `{ role }` in the access of a route. */
export const accessChecks: AccessChecks = {
  role: ({ state: { actor } }, required) => {
    if (actor.kind === 'anonymous') return 'sign-in';
    return actor.kind === 'user' && hasAtLeastRole(actor.role, required) ? 'allow' : 'deny';
  },
};
