import { type FragmentSqlToken, sql } from 'slonik';
import type { Actor, Job, Token } from '../../core/actor.ts';
import type { PolicyPart } from '../../core/policy.ts';
import { User } from './models.ts';
import { isCommanding, outranks, ROLES, reaches } from './roles.ts';

/** The lowest role that may enter the admin; below it permissions open nothing. */
export const PANEL_ROLE = 'staff';

/**
 * Whether the actor has a permission by its full name (`strike.change`, `audit.view`), as this plugin alone decides; code that must
 * respect all plugins calls `app.policy.holds`. The command line has all of them: anyone with a shell on the server has the
 * database, too. A job has those that its code lists. A token has those that it was given, as long as its owner has them.
 * Assistants have none.
 *
 * @example
 * policies: () => [{ holds: (actor, permission) => (permission.startsWith('billing.') ? holds(actor, permission) : undefined) }],
 */
export function holds(actor: Actor, permission: string): boolean {
  switch (actor.kind) {
    case 'command':
      return true;
    case 'person':
      return isCommanding(actor.role) || (reaches(actor.role, PANEL_ROLE) && actor.permissions.has(permission));
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
 * Fields that plugins add to accounts and let forms write follow the rule of all other changes of accounts: everybody changes
 * their own, others are changed only from above. Else `user.change` would give staff an administrator's recovery address.
 */
function changeableAccounts(actor: Actor): FragmentSqlToken | undefined {
  if (actor.kind !== 'person') return undefined;
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
  rows: (actor, action, model) => (model.model === User && action === 'change' ? changeableAccounts(actor) : undefined),
};
