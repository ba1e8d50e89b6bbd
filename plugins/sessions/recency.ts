import type { Gate } from '../../core/app.ts';
import type { AccessChecks } from '../../core/http/access.ts';
import type { Context } from '../../core/request/context.ts';

declare module '../../core/request/route-info.ts' {
  interface AccessKinds {
    /** Signed in with a recently entered password; otherwise the password is requested. */
    recent: true;
  }
}

/**
 * Checks `{ recent }`. On a route it works like `signedIn`, since the gate below requests the password first. On items that
 * plugins add to a page (an action, a panel), which have no gate, it passes only if the password was entered recently.
 */
export const accessChecks: AccessChecks = {
  recent(ctx) {
    const { actor, session } = ctx.state;
    // fault: recent-without-person
    if (actor.kind !== 'user') return 'sign-in';
    // fault: recent-password-ignored
    return isRequiredByRoute(ctx) || session?.recent === true ? 'allow' : 'deny';
  },
};

function isRequiredByRoute({ state: { route } }: Context): boolean {
  return route !== undefined && 'recent' in route.access && route.access.recent === true;
}

/** Requests the password again, on routes whose access names `recent`. */
export const reauthenticationGate: Gate = {
  name: 'reauthentication',
  page: '/reauth',
  stage: 're-authentication',
  onlyFor: 'recent',
  keepsForms: true,
  passes: (ctx) => !isRequiredByRoute(ctx) || ctx.state.session?.recent === true,
};
