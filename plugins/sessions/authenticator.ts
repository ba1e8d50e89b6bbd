import type { App } from '../../core/app.ts';
import { withTimeout } from '../../core/base/timeout.ts';
import { isReadOnly } from '../../core/database/errors.ts';
import { RustioError } from '../../core/errors/rustio-error.ts';
import type { Authenticator } from '../../core/http/authenticate.ts';
import { isSafe } from '../../core/http/csrf.ts';
import type { Context, StagedMiddleware } from '../../core/request/context.ts';
import { sessionDataTooLarge } from './errors.ts';
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

/** Creates the store behind `ctx.session`, and the functions that read and save it. */
export function sessionRequests(app: App): SessionRequests {
  const load = sessionLoader(app);
  const touch = activityRecorder(app);
  const findSession = async (ctx: Context, token: string) => {
    // From the pool that reads pages: the page's own statements follow on warm connections.
    const loaded = await load(app.reading, token);
    if (!loaded) return undefined;
    const { user, session, data, stale } = loaded;
    if (stale) await touch(session.id);
    ctx.state.actor = user;
    ctx.state.session = session;
    ctx.state.csrfSecret = token;
    ctx.state.savedSessionData = data;
    return JSON.parse(data);
  };
  // A page that was only viewed may have shown a message, which is then removed. A redirect may depend on its data.
  const store = sessionStore(app, findSession, (ctx, saving) =>
    isSafe(ctx.method) ? withinPageLimit(saving) : saving,
  );
  return { authenticator: createAuthenticator(store), middleware: createMiddleware(app, store) };
}

/** A page does not wait longer for what it does not depend on. */
const MAX_WAIT_MS = 1_000;
/** After a failure no further attempt is made for this time: a read-only database would fail one per page. */
const TOUCH_PAUSE_MS = 10_000;

/**
 * Records activity. A page can be shown whether that works or not (the database is read-only, all connections are busy): a
 * failure is logged, and repeated by one of the next requests.
 */
function activityRecorder(app: App): (session: string) => Promise<void> {
  const options = app.options('sessions');
  let pausedUntil = 0;
  return async (session) => {
    if (performance.now() < pausedUntil) return;
    const touching = touchSession(app.database, session, options);
    // fault: page-needs-touch
    await logFailure(withinPageLimit(touching), (error) => {
      pausedUntil = performance.now() + TOUCH_PAUSE_MS;
      app.log.warn({ err: error }, 'the last activity of a session could not be recorded');
    });
  };
}

/** For housekeeping that a page does not depend on: its failure is handled by `log`. */
async function logFailure(work: Promise<void>, log: (error: unknown) => void): Promise<void> {
  try {
    await work;
  } catch (error) {
    log(error);
  }
}

function withinPageLimit(work: Promise<void>): Promise<void> {
  return withTimeout(MAX_WAIT_MS, work, () => new Error(`it took longer than ${MAX_WAIT_MS} ms`));
}

/** Finds the session of a request. Anonymous requests cost no statement, no row and no cookie; all others cost one statement. */
function createAuthenticator(store: SessionStore): Authenticator {
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
function createMiddleware(app: App, store: SessionStore): readonly StagedMiddleware[] {
  const save = async (ctx: Context): Promise<void> => {
    try {
      await store.save(ctx);
    } catch (error) {
      if (error instanceof RustioError && error.code === sessionDataTooLarge.code) throw error;
      // The work of the request is done, or its error page is about to be shown. Neither must turn into another error.
      const level = isReadOnly(error) ? 'warn' : 'error';
      app.log[level]({ err: error, id: ctx.state.correlationId }, 'the data of a session could not be saved');
    }
  };
  return [
    {
      name: 'session-data',
      stage: 'before-route',
      async run(ctx, next) {
        store.reset(ctx);
        await next();
        await save(ctx);
      },
    },
    {
      name: 'session-data-after-error',
      stage: 'on-error',
      async run(ctx, next) {
        // A failed request saves nothing, but what its error page has shown is not shown again.
        // fault: session-data-after-failure
        store.restore(ctx);
        await next();
        await save(ctx);
      },
    },
  ];
}
