import type { Judges, Verdict } from '../../core/plugin.ts';
import type { Action } from '../../core/query/types.ts';
import { holds } from './policy.ts';
import { type Role, reaches } from './roles.ts';

declare module '../../core/plugin.ts' {
  interface AccessKinds {
    /** At least this role. */
    role: Role;
    /**
     * A permission by its full name, `audit.view`; a word without a dot, `change`, means that of the model which the
     * address names.
     */
    permission: string;
  }
}

/** How `{ role }` and `{ permission }` of a route are decided. */
export const judges: Judges = {
  role: ({ state: { actor } }, wanted) => {
    if (actor.kind === 'nobody') return 'sign-in';
    return actor.kind === 'person' && reaches(actor.role, wanted) ? 'pass' : 'forbidden';
  },
  permission: (ctx, wanted, app) => {
    const { actor, model } = ctx.state;
    if (actor.kind === 'nobody') return 'sign-in';
    if (wanted.includes('.')) return verdict(holds(actor, wanted));
    if (!model) return 'forbidden';
    return verdict(isAction(wanted) ? app.policy.may(actor, wanted, model) : holds(actor, `${model.name}.${wanted}`));
  },
};

function verdict(allowed: boolean): Verdict {
  return allowed ? 'pass' : 'forbidden';
}

const ACTIONS: readonly Action[] = ['view', 'add', 'change', 'delete'];

function isAction(word: string): word is Action {
  return ACTIONS.some((action) => action === word);
}
