import { createSession } from 'koa-session';
import type { App } from '../../core/app.ts';
import type { Context, Middleware } from '../../core/http/context.ts';
import type { SignInData } from '../../core/http/sign-in-data.ts';
import { changeOfData, saveSessionData } from './session-data.ts';
import { looksLikeToken } from './token.ts';

// koa-session makes `ctx.session` of the session's row and finds out whether a request has changed it; its store reads and writes
// the column `data`. It never writes the cookie: tokens are made by transactions (sign-in, rotation), and a request that takes
// long would put back the token that another one has just replaced.

/** The name of the cookie and where it is valid: `__Host-` binds it to this very host, over TLS. */
function cookieFor({ urls }: Pick<App, 'urls'>) {
  const secure = urls.publicOrigin.startsWith('https:');
  const name = secure ? '__Host-rustio' : 'rustio';
  const attributes = { httpOnly: true, sameSite: 'lax', path: '/', signed: false, overwrite: true, secure } as const;
  return { name, attributes };
}

/**
 * Sends the browser a new token in place of the one that it has. To be called after the commit that made the token valid.
 *
 * @example
 * if (token !== undefined) setSessionCookie(ctx, app, token);
 */
export function setSessionCookie(ctx: Context, app: Pick<App, 'urls'>, token: string): void {
  const { name, attributes } = cookieFor(app);
  // TLS ends at the proxy; all that the attribute depends on is that the public address is https.
  if (attributes.secure) ctx.cookies.secure = true;
  // Without an expiry it is gone with the browser; how long it is valid is up to the table.
  ctx.cookies.set(name, token, attributes);
}

/**
 * Removes the cookie from the browser. It ends no session: see `revokeSessions`.
 *
 * @example
 * clearSessionCookie(ctx, app);
 * seeOther(ctx, app.urls.to('/login'));
 */
export function clearSessionCookie(ctx: Context, app: Pick<App, 'urls'>): void {
  const { name, attributes } = cookieFor(app);
  if (attributes.secure) ctx.cookies.secure = true;
  ctx.cookies.set(name, '', { ...attributes, expires: new Date(0) });
}

/** How `ctx.session` comes and goes with a request. */
export interface SessionStore {
  /** Before the router: nobody has a session yet. */
  readonly reset: Middleware;
  /** Reads the session of the request's cookie into `ctx.session`. */
  read(ctx: Context): Promise<SignInData | undefined>;
  /** Saves `ctx.session`, if the request has changed it. */
  save(ctx: Context): Promise<void>;
  /** Gives `ctx.session` the content that the request found. */
  restore(ctx: Context): void;
}

/**
 * The store behind `ctx.session`. `recognise` finds the session of a token, puts it into `ctx.state` and returns its data; a
 * cookie whose token it does not know is removed.
 */
export function sessionStore(
  app: Pick<App, 'urls' | 'database'>,
  recognise: (ctx: Context, token: string) => Promise<Readonly<Record<string, unknown>> | undefined>,
): SessionStore {
  const { name: key, attributes } = cookieFor(app);
  const store = {
    async get(token: string, _maxAge: unknown, { ctx }: { ctx?: Context }) {
      const data = ctx && looksLikeToken(token) ? await recognise(ctx, token) : undefined;
      if (ctx && data === undefined) clearSessionCookie(ctx, app); // else that browser asks again with every request
      return data;
    },
    async set(
      _token: string,
      { _session, ...data }: Record<string, unknown>,
      _maxAge: unknown,
      { ctx }: { ctx?: Context },
    ) {
      const { session, savedSessionData } = ctx?.state ?? {};
      if (!session || savedSessionData === undefined) return;
      const change = changeOfData(savedSessionData, data);
      if (change) await saveSessionData(app.database, session.id, change);
    },
    async destroy() {},
  };
  let middleware: ReturnType<typeof createSession> | undefined;
  // koa-session needs Koa's application, which is there with the first request.
  const koaSession = (ctx: Context) => {
    middleware ??= createSession(
      {
        key,
        ...attributes,
        maxAge: 'session',
        autoCommit: false,
        rolling: false,
        renew: false,
        store,
        externalKey: { get: (each: Context) => each.cookies.get(key, { signed: false }) ?? '', set() {} },
      },
      ctx.app,
    );
    return middleware;
  };
  return {
    async reset(ctx, next) {
      koaSession(ctx);
      assign(ctx, null);
      await next();
    },
    async read(ctx) {
      await koaSession(ctx)(ctx, async () => {});
      if (ctx.state.session) return ctx.session ?? undefined;
      assign(ctx, null);
      return undefined;
    },
    async save(ctx) {
      if (ctx.state.session === undefined) return;
      const kept: unknown = ctx.session;
      if (canCommit(kept)) await kept.manuallyCommit();
    },
    restore(ctx) {
      const { session, savedSessionData } = ctx.state;
      if (!session || savedSessionData === undefined) return;
      assign(ctx, JSON.parse(savedSessionData));
      ctx.state.signInData = ctx.session ?? undefined;
    },
  };
}

/** Plugins change the properties of `ctx.session`; replacing it is up to this file. */
function assign(ctx: { session: object | null }, data: object | null): void {
  ctx.session = data;
}

/** koa-session's own object, whose class it does not export. */
function canCommit(kept: unknown): kept is { manuallyCommit(): Promise<void> } {
  return (
    typeof kept === 'object' && kept !== null && 'manuallyCommit' in kept && typeof kept.manuallyCommit === 'function'
  );
}
