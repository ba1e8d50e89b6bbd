import type { AccessChecks } from '../../core/plugin.ts';
import { type Role, reaches } from './roles.ts';

declare module '../../core/http/context.ts' {
  interface AccessKinds {
    /** At least this role. */
    role: Role;
  }
}

/** How `{ role }` of a route is decided. */
export const accessChecks: AccessChecks = {
  role: ({ state: { actor } }, required) => {
    if (actor.kind === 'anonymous') return 'sign-in';
    return actor.kind === 'person' && reaches(actor.role, required) ? 'allow' : 'deny';
  },
};
