import type { Actor } from '../../core/actor.ts';
import type { Policy } from '../../core/query/types.ts';
import { isCommanding, reaches } from './roles.ts';

/** From this role on somebody may enter the panel; below it permissions open nothing. */
export const PANEL_ROLE = 'staff';

/**
 * Whether the actor holds a permission by its full name (`strike.change`, `audit.view`).
 * The command line holds all: whoever has a shell on the server has the database too. Jobs and assistants hold none.
 */
export function holds(actor: Actor, permission: string): boolean {
  switch (actor.kind) {
    case 'command':
      return true;
    case 'person':
      return isCommanding(actor.role) || (reaches(actor.role, PANEL_ROLE) && actor.permissions.has(permission));
    default:
      return false;
  }
}

/** Decides by `model.action`. Rights to single fields and to some of the rows are not given out yet: all or none. */
export function createPolicy(): Policy {
  return {
    may: (actor, action, model) => holds(actor, `${model.name}.${action}`),
    mayField: () => true,
    rows: () => undefined,
  };
}
