import type { Actor, PolicyPart } from 'rustio-admin/plugin';

/** People have the permissions of their groups, commands have all of them, and everyone else has none. */
function holds(actor: Actor, permission: string): boolean {
  if (actor.kind === 'command') return true;
  return actor.kind === 'user' && (actor.role === 'administrator' || actor.permissions.has(permission));
}

export const groupPolicy: PolicyPart = {
  holds,
  may: (actor, action, model) => holds(actor, `${model.name}.${action}`),
};
