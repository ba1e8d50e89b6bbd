import type { Context } from '../../core/http/context.ts';
import type { AccessChecks, Gate } from '../../core/plugin.ts';

declare module '../../core/http/context.ts' {
  interface AccessKinds {
    /** Signed in, and the password was entered a short time ago; otherwise it is asked for now. */
    recent: true;
  }
}

/**
 * How `{ recent }` is decided. Of a route: like `signedIn`, since the gate below leads users past the password first. Of what
 * plugins add to a page (an action, a panel), which no gate looks at: it is there while the password entry is recent.
 */
export const accessChecks: AccessChecks = {
  recent(ctx) {
    const { actor, session } = ctx.state;
    if (actor.kind !== 'person') return 'sign-in';
    return isRequiredByRoute(ctx) || session?.recent === true ? 'allow' : 'deny';
  },
};

function isRequiredByRoute({ state: { route } }: Context): boolean {
  return route !== undefined && 'recent' in route.access && route.access.recent === true;
}

/** Asks for the password again. It closes only routes whose access names `recent`. */
export const reauthenticationGate: Gate = {
  name: 'reauthentication',
  page: '/reauth',
  keepsForms: true,
  passes: (ctx) => !isRequiredByRoute(ctx) || ctx.state.session?.recent === true,
};
