import type { Actor, Credential } from '../actor.ts';
import type { Context, Middleware } from './context.ts';
import type { Route } from './route.ts';
import type { SignInData } from './sign-in-data.ts';

/** Who sent a request. */
export interface Authentication {
  readonly actor: Actor;
  readonly credential?: Credential;
  /** Keys the CSRF tokens of this sign-in; schemes that browsers send automatically need one. */
  readonly csrfSecret?: string;
  /**
   * An object that lives as long as the sign-in; the authenticator saves it when a request has changed it. Core keeps flash
   * messages and interrupted forms in it. Without one, messages travel in a signed cookie and interrupted forms are lost.
   */
  readonly data?: SignInData;
}

/**
 * A way to find out who sends a request. It runs before CSRF protection and access checks, on routes of its scheme only.
 *
 * @example
 * authenticators: (app) => [
 *   {
 *     scheme: 'bearer',
 *     ambient: false,
 *     challenge: 'Bearer',
 *     authenticate: async (ctx) => tokenOwner(app, bearerToken(ctx.get('authorization'))),
 *   },
 * ],
 */
export interface Authenticator {
  /** A word that routes name it by: `session`, `bearer`. */
  readonly scheme: string;
  /** Whether browsers send its credentials automatically (a cookie, an identity that a proxy adds); then changes need CSRF protection. */
  readonly ambient: boolean;
  /** Asked on routes that name no scheme. @defaultValue false */
  readonly default?: boolean;
  /** The value of `WWW-Authenticate` on a 401. */
  readonly challenge?: string;
  /** `undefined`: this request carries no proof of this scheme, or a wrong one. */
  authenticate(ctx: Context): Promise<Authentication | undefined> | Authentication | undefined;
}

/** Asks the route's schemes in their order until one recognises the request. */
export function authenticateRequest(
  route: Pick<Route, 'schemes'>,
  authenticators: readonly Authenticator[],
): Middleware {
  const asked = route.schemes.flatMap((scheme) => authenticators.find((each) => each.scheme === scheme) ?? []);
  return async function authenticate(ctx, next) {
    for (const authenticator of asked) {
      const found = await authenticator.authenticate(ctx);
      if (!found) continue;
      // Without one, nothing could tell forms of our own pages from those of others.
      if (authenticator.ambient && found.csrfSecret === undefined)
        throw new Error(`The authenticator "${authenticator.scheme}" is ambient, and returned no csrfSecret.`);
      ctx.state.actor = found.actor;
      ctx.state.credential = found.credential;
      ctx.state.csrfSecret = found.csrfSecret;
      ctx.state.signInData = found.data;
      break;
    }
    await next();
  };
}
