import type { Actor, Credential } from '../policy/actor.ts';
import type { Context, Middleware, SignInData } from '../request/context.ts';
import type { Route } from './route.ts';

/** The result of authenticating a request. */
export interface Authentication {
  readonly actor: Actor;
  readonly credential?: Credential;
  /** The key of this sign-in's CSRF tokens; required by schemes that browsers send automatically. */
  readonly csrfSecret?: string;
  /**
   * An object that exists as long as the sign-in; the authenticator saves it if a request has changed it. Core stores flash
   * messages and interrupted forms in it. Without it, flash messages are sent in a signed cookie and interrupted forms are lost.
   */
  readonly data?: SignInData;
}

/**
 * Authenticates requests. It runs before CSRF protection and access checks, only on routes of its scheme.
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
  /** The name by which routes refer to it: `session`, `bearer`. */
  readonly scheme: string;
  /**
   * Whether browsers send the credentials automatically (a cookie, an identity that a proxy adds). Changes then need CSRF
   * protection.
   */
  readonly ambient: boolean;
  /** Used on routes that name no scheme. @defaultValue false */
  readonly default?: boolean;
  /** The value of `WWW-Authenticate` on a 401. */
  readonly challenge?: string;
  /** Returns `undefined` if the request has no credentials of this scheme, or invalid ones. */
  authenticate(ctx: Context): Promise<Authentication | undefined> | Authentication | undefined;
}

/** Tries the route's schemes in order until one authenticates the request. */
export function authenticateRequest(
  route: Pick<Route, 'schemes'>,
  authenticators: readonly Authenticator[],
): Middleware {
  const candidates = route.schemes.flatMap((scheme) => authenticators.find((each) => each.scheme === scheme) ?? []);
  return async function authenticate(ctx, next) {
    for (const authenticator of candidates) {
      const authentication = await authenticator.authenticate(ctx);
      if (!authentication) continue;
      // Without it, forms of the application's own pages could not be distinguished from those of other sites.
      // fault: no-csrf-secret
      if (authenticator.ambient && authentication.csrfSecret === undefined)
        throw new Error(`The authenticator "${authenticator.scheme}" is ambient but did not return a csrfSecret.`);
      ctx.state.actor = authentication.actor;
      ctx.state.credential = authentication.credential;
      ctx.state.csrfSecret = authentication.csrfSecret;
      ctx.state.signInData = authentication.data;
      break;
    }
    await next();
  };
}
