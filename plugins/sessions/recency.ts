import type { AccessChecks, Gate } from '../../core/plugin.ts';

declare module '../../core/http/context.ts' {
  interface AccessKinds {
    /** Signed in, and the password was entered a short time ago; otherwise it is asked for now. */
    recent: true;
  }
}

/** How `{ recent }` is decided: like `signedIn`. Users whose password entry is not recent are led past it by the gate below. */
export const accessChecks: AccessChecks = {
  recent: ({ state: { actor } }) => (actor.kind === 'person' ? 'allow' : 'sign-in'),
};

/** Asks for the password again. It closes only routes whose access says `recent`. */
export const reauthenticationGate: Gate = {
  name: 'reauthentication',
  page: '/reauth',
  keepsForms: true,
  passes: ({ state: { route, session } }) => {
    const required = route !== undefined && 'recent' in route.access && route.access.recent === true;
    return !required || session?.recent === true;
  },
};
