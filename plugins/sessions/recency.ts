import type { Context } from '../../core/http/context.ts';
import type { Gate, Judges, Verdict } from '../../core/plugin.ts';

declare module '../../core/plugin.ts' {
  interface AccessKinds {
    /** Anybody who is signed in. */
    signedIn: true;
    /** Signed in, and the password was asked for a short time ago; else it is asked for now. */
    recent: true;
  }
}

/** How `{ signedIn }` and `{ recent }` are decided. Who is not recent may go on; the gate below leads him past the password. */
export const judges: Judges = { signedIn, recent: signedIn };

/** The re-authentication wall. It closes only routes whose access says `recent`. */
export const reauthenticationGate: Gate = {
  name: 'reauthentication',
  page: '/reauth',
  passes: ({ state: { route, session } }) => {
    const wanted = route !== undefined && 'recent' in route.access && route.access.recent === true;
    return !wanted || session?.recent === true;
  },
};

function signedIn(ctx: Context): Verdict {
  return ctx.state.actor.kind === 'person' ? 'pass' : 'sign-in';
}
