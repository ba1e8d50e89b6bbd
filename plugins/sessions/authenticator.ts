import type { App } from '../../core/app.ts';
import { withTimeout } from '../../core/base/timeout.ts';
import { isReadOnly } from '../../core/database/errors.ts';
import { RustioError } from '../../core/errors/rustio-error.ts';
import type { Authenticator } from '../../core/http/authenticate.ts';
import { isSafe } from '../../core/http/csrf.ts';
import type { Context, StagedMiddleware } from '../../core/request/context.ts';
import { sessionDataTooLarge } from './errors.ts';
import { sessionLoader } from './load-session.ts';
import { recordTokenUse, replaceDueToken, touchSession } from './open-session.ts';
import { endMisusedSession, endRefusedSession } from './reject-session.ts';
import { type SessionStore, sessionStore, setSessionCookie } from './session-cookie.ts';
import { requestConditions } from './sign-in-conditions.ts';

/** Session handling for requests; a service because the authenticator and the middleware share one store. */
export interface SessionRequests {
  readonly authenticator: Authenticator;
  readonly middleware: readonly StagedMiddleware[];
}

declare module '../../core/services.ts' {
  interface Services {
    sessions: SessionRequests;
  }
}

/** Creates the store behind `ctx.session` and the functions that load and save it. */
export function sessionRequests(app: App): SessionRequests {
  const load = sessionLoader(app);
  const record = housekeeping(app);
  const options = app.options('sessions');
  /** The new token that the response sets; undefined if the session keeps its token for now. */
  const replaceToken = async (ctx: Context, id: string): Promise<string | undefined> => {
    let token: string | undefined;
    // fault: page-needs-new-token
    await record(async () => {
      token = await replaceDueToken(app.database, id);
    });
    if (token === undefined) return undefined;
    setSessionCookie(ctx, app, token);
    ctx.state.newToken = token;
    return token;
  };
  const refusingCondition = requestConditions(app, 'everyRequest');
  /** The request is rejected even if this fails, because the database is read-only, for example. */
  const endRejected = (ending: Promise<void>): Promise<void> =>
    logFailure(withinPageLimit(ending), (error) => {
      app.log.warn({ err: error }, 'a rejected session could not be ended');
    });
  const findSession = async (ctx: Context, token: string) => {
    // Uses the pool for reading pages, whose connections are then warm for the page's own statements.
    const loaded = await load(app.reading, token);
    if (loaded && 'lost' in loaded) ctx.state.lostSession = loaded.lost;
    if (loaded && 'replaced' in loaded) {
      // Until then, the browser may have the new token already, which must not be removed.
      if (loaded.replaced === 'just now') ctx.state.isTokenOutdated = true;
      else await endRejected(endMisusedSession(ctx, app, loaded));
    }
    if (!loaded || 'lost' in loaded || 'replaced' in loaded) return undefined;
    const { user, session, data, stale, tokenDue, isTokenFirstUsed } = loaded;
    const condition = refusingCondition(user, ctx.state.ip);
    // fault: open-session-unconditional
    if (condition) {
      ctx.state.lostSession = 'refused';
      await endRejected(endRefusedSession(ctx, app, { session, user, condition: condition.name }));
      return undefined;
    }
    if (stale) await record(() => touchSession(app.database, session.id, options));
    // fault: token-use-unrecorded
    if (isTokenFirstUsed) await record(() => recordTokenUse(app.database, session.id, token));
    ctx.state.actor = user;
    ctx.state.session = session;
    ctx.state.csrfSecret = (tokenDue && isPage(ctx) && (await replaceToken(ctx, session.id))) || token;
    ctx.state.savedSessionData = data;
    return JSON.parse(data);
  };
  // For a page that was only viewed, saving is given up after a while: at worst, a message is shown twice. A redirect may depend
  // on the data.
  const store = sessionStore(app, findSession, (ctx, saving) =>
    isSafe(ctx.method) ? withinPageLimit(saving) : saving,
  );
  return { authenticator: createAuthenticator(store), middleware: createMiddleware(app, store) };
}

/**
 * Whether the response is a page that the browser opens. Only these replace the token: the form tokens of the page before belong to
 * the old one.
 */
function isPage(ctx: Context): boolean {
  return isSafe(ctx.method) && ['', 'document'].includes(ctx.get('sec-fetch-dest'));
}

/** How long a page waits for work that it does not depend on. */
const MAX_WAIT_MS = 1_000;
/** How long to pause after a failure: with a read-only database, every page would fail once. */
const PAUSE_MS = 10_000;

/**
 * Records the use of a session or of its token, or replaces the token. A page can be shown even if this fails (the database is read-only,
 * all connections are busy), so a failure is only logged and a later request tries again.
 */
function housekeeping(app: App): (work: () => Promise<void>) => Promise<void> {
  let pausedUntil = 0;
  return async (work) => {
    if (performance.now() < pausedUntil) return;
    // fault: page-needs-touch
    await logFailure(withinPageLimit(work()), (error) => {
      pausedUntil = performance.now() + PAUSE_MS;
      app.log.warn({ err: error }, 'the activity or the new token of a session could not be recorded');
    });
  };
}

/** Runs housekeeping that a page does not depend on and passes any failure to `log`. */
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

/** Finds the session of a request. Anonymous requests need no statement, row or cookie; all others need one statement. */
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

/**
 * Saves `ctx.session` before the response is sent: `session-data` for pages and redirects, `session-data-after-error` for error
 * pages.
 */
function createMiddleware(app: App, store: SessionStore): readonly StagedMiddleware[] {
  const save = async (ctx: Context): Promise<void> => {
    try {
      await store.save(ctx);
    } catch (error) {
      if (error instanceof RustioError && error.code === sessionDataTooLarge.code) throw error;
      // The request has already been processed, or its error page is about to be shown. A failed save must not turn either into
      // another error.
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
        // Discards the changes of a failed request, but saves those of its error page: a message that was shown is not shown
        // again.
        // fault: session-data-after-failure
        store.restore(ctx);
        // Cookies of a failed request are removed, but the session has its new token, whatever became of the page.
        // fault: new-token-lost-with-error
        if (ctx.state.newToken !== undefined) setSessionCookie(ctx, app, ctx.state.newToken);
        await next();
        await save(ctx);
      },
    },
  ];
}
