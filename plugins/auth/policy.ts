import { sql } from 'slonik';
import type { AccessChecks } from '../../core/http/access.ts';
import type { Actor, Job, Token } from '../../core/policy/actor.ts';
import { ALL_ROWS, type PolicyPart, type RowRule } from '../../core/policy/policy.ts';
import { User } from './models.ts';
import { hasAtLeastRole, isAdministrative, outranks, ROLES, type Role } from './roles.ts';

/** The lowest role that can enter the admin; below it permissions have no effect. */
export const MIN_ADMIN_ROLE = 'staff';

/**
 * Whether the actor has a permission by its full name (`strike.change`, `audit.view`), as this plugin alone decides; code that
 * must respect all plugins calls `app.policy.holds`. The command line has all of them: anyone with a shell on the server has
 * the database, too. A job has those that its code lists. A token has those that it was granted, as long as its owner has them.
 * Assistants have none.
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
      return isGranted(actor, permission) && actor.onBehalfOf !== undefined && holds(actor.onBehalfOf, permission);
    default:
      return false;
  }
}

function isGranted({ permissions }: Job | Token, permission: string): boolean {
  return permissions === 'all' || permissions.has(permission);
}

/**
 * Fields that plugins add to accounts and make writable in forms follow the rule of all other changes of accounts: users change
 * their own, others only from above. Otherwise `user.change` would let staff change an administrator's recovery address.
 */
function changeableAccounts(actor: Actor): RowRule {
  // What jobs and tokens may change is decided by their permissions; for a token with an owner, the owner's rule applies as well.
  if (actor.kind === 'command' || actor.kind === 'job' || actor.kind === 'token') return ALL_ROWS;
  if (actor.kind !== 'user') return sql.fragment`false`;
  const below = ROLES.filter((role) => outranks(actor.role, role));
  return sql.fragment`(t.id = ${actor.id} or t.role = any(${sql.array(below, 'text')}))`;
}

/**
 * Decides by permissions: `model.action`. It has no opinion on anonymous requests, so that another plugin may open models to the
 * public; without such a plugin they stay closed.
 */
export const permissionPolicy: PolicyPart = {
  holds: (actor, permission) => (actor.kind === 'anonymous' ? undefined : holds(actor, permission)),
  may: (actor, action, model) => (actor.kind === 'anonymous' ? undefined : holds(actor, `${model.name}.${action}`)),
  // fault: plugin-fields-of-peers
  rows: (actor, action, model) => (model.model === User && action === 'change' ? changeableAccounts(actor) : ALL_ROWS),
};

declare module '../../core/request/route-info.ts' {
  interface AccessKinds {
    /** At least this role. */
    role: Role;
  }
}

/** Decides `{ role }` of a route. */
export const accessChecks: AccessChecks = {
  role: ({ state: { actor } }, required) => {
    if (actor.kind === 'anonymous') return 'sign-in';
    return actor.kind === 'user' && hasAtLeastRole(actor.role, required) ? 'allow' : 'deny';
  },
};
