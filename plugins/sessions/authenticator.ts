import type { App } from '../../core/app.ts';
import { RustioError } from '../../core/errors.ts';
import type { Authenticator } from '../../core/http/authenticate.ts';
import type { Context } from '../../core/http/context.ts';
import type { StagedMiddleware } from '../../core/plugin.ts';
import { sessionLoader } from './load-session.ts';
import { touchSession } from './open-session.ts';
import { type SessionStore, sessionStore } from './session-cookie.ts';

/** How sessions take part in a request; a service, since authenticator and middleware share one store. */
export interface SessionRequests {
  readonly authenticator: Authenticator;
  readonly middleware: readonly StagedMiddleware[];
}

declare module '../../core/services.ts' {
  interface Services {
    sessions: SessionRequests;
  }
}

/** Makes the store behind `ctx.session`, what reads it and what saves it. */
export function sessionRequests(app: App): SessionRequests {
  const load = sessionLoader(app);
  const options = app.options('sessions');
  const store = sessionStore(app, async (ctx, token) => {
    // From the pool that reads pages: the page's own statements follow on connections that are warm.
    const found = await load(app.reading, token);
    if (!found) return undefined;
    if (found.stale) await touchSession(app.database, found.session.id, options);
    ctx.state.actor = found.person;
    ctx.state.session = found.session;
    ctx.state.csrfSecret = token;
    ctx.state.savedSessionData = found.data;
    return JSON.parse(found.data);
  });
  return { authenticator: authenticatorOf(store), middleware: middlewareOf(app, store) };
}

/** Finds the session of a request. Anonymous requests cost no statement, no row and no cookie; all others cost one statement. */
function authenticatorOf(store: SessionStore): Authenticator {
  return {
    scheme: 'session',
    ambient: true,
    default: true,
    async authenticate(ctx) {
      const data = await store.read(ctx);
      const { session, actor, csrfSecret } = ctx.state;
      if (!session || !data || csrfSecret === undefined) return undefined;
      return { actor, csrfSecret, credential: { scheme: 'session', id: session.id }, data };
    },
  };
}

/** Saves `ctx.session` before the response is sent: of pages and redirects around the router, of error pages around those. */
function middlewareOf(app: App, store: SessionStore): readonly StagedMiddleware[] {
  const save = async (ctx: Context): Promise<void> => {
    try {
      await store.save(ctx);
    } catch (error) {
      if (error instanceof RustioError && error.code === 'RIO-SESSION-DATA') throw error;
      // What the request was for has been done, or its failure is about to be shown. Neither must turn into another error.
      app.log.error({ err: error, id: ctx.state.correlationId }, 'the data of a session could not be saved');
    }
  };
  return [
    {
      name: 'session-data',
      stage: 'before-route',
      run: (ctx, next) =>
        store.reset(ctx, async () => {
          await next();
          await save(ctx);
        }),
    },
    {
      name: 'session-data-after-error',
      stage: 'on-error',
      async run(ctx, next) {
        // Nothing of a request that failed is kept, but what its error page has shown is not shown again.
        store.restore(ctx);
        await next();
        await save(ctx);
      },
    },
  ];
}
