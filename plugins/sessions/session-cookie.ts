import { createSession } from 'koa-session';
import type { App } from '../../core/app.ts';
import { cookieName } from '../../core/http/cookie-name.ts';
import type { Context, SignInData } from '../../core/request/context.ts';
import { changeOfData, saveSessionData } from './session-data.ts';
import { looksLikeToken } from './token.ts';

// koa-session creates `ctx.session` from the session's row and detects whether a request has changed it. It never writes the
// cookie: see docs/decisions/0004-session-cookie.md.

/** The parts of the application that determine the cookie. */
type CookieOwner = Pick<App, 'config' | 'urls'>;

/**
 * The name of the application's session cookie. The `__Host-` prefix binds it to this host and to TLS.
 *
 * @example
 * sessionCookieName(app) // '__Host-rustio-air-safety-desk-admin-1f0c9a'
 */
export function sessionCookieName(app: CookieOwner): string {
  return `${app.urls.publicOrigin.startsWith('https:') ? '__Host-' : ''}${cookieName('rustio', app)}`;
}

function cookieFor(app: CookieOwner) {
  const name = sessionCookieName(app);
  const secure = name.startsWith('__Host-');
  const attributes = { httpOnly: true, sameSite: 'lax', path: '/', signed: false, overwrite: true, secure } as const;
  return { name, attributes };
}

/**
 * Sends the browser a new token to replace its current one. Call it after the transaction that stored the token has committed.
 *
 * @example
 * if (token !== undefined) setSessionCookie(ctx, app, token);
 */
export function setSessionCookie(ctx: Context, app: CookieOwner, token: string): void {
  const { name, attributes } = cookieFor(app);
  // TLS may end at a proxy, so whether the cookie is secure depends only on the public URL.
  if (attributes.secure) ctx.cookies.secure = true;
  // Without an expiry the cookie ends with the browser session; how long the session is valid is stored in the table.
  ctx.cookies.set(name, token, attributes);
}

/**
 * Removes the cookie from the browser. This does not end the session: see `revokeSessions`.
 *
 * @example
 * clearSessionCookie(ctx, app);
 * seeOther(ctx, app.urls.to('/login'));
 */
export function clearSessionCookie(ctx: Context, app: CookieOwner): void {
  const { name, attributes } = cookieFor(app);
  if (attributes.secure) ctx.cookies.secure = true;
  ctx.cookies.set(name, '', { ...attributes, expires: new Date(0) });
}

/** Loads and saves `ctx.session` for a request. */
export interface SessionStore {
  /** Called before the router: there is no session yet. */
  reset(ctx: Context): void;
  /** Reads the session of the request's cookie into `ctx.session`. */
  read(ctx: Context): Promise<SignInData | undefined>;
  /** Saves `ctx.session`, if the request has changed it. */
  save(ctx: Context): Promise<void>;
  /** Resets `ctx.session` to what the request read. */
  restore(ctx: Context): void;
}

/**
 * The store behind `ctx.session`. `findSession` finds the session with a token, stores it in `ctx.state` and returns its data; if
 * the token is unknown, the cookie is removed. `whileSaving` decides how long to wait for data to be saved.
 */
export function sessionStore(
  app: CookieOwner & Pick<App, 'database'>,
  findSession: (ctx: Context, token: string) => Promise<Readonly<Record<string, unknown>> | undefined>,
  whileSaving: (ctx: Context, saving: Promise<void>) => Promise<void>,
): SessionStore {
  const { name: key, attributes } = cookieFor(app);
  const store = {
    async get(token: string, _maxAge: unknown, { ctx }: { ctx?: Context }) {
      const data = ctx && looksLikeToken(token) ? await findSession(ctx, token) : undefined;
      // Or the browser would keep sending it. The token of a session that has ended lets the sign-in page say why.
      const isKept = ctx?.state.lostSession !== undefined || ctx?.state.isTokenOutdated === true;
      if (ctx && data === undefined && !isKept) clearSessionCookie(ctx, app);
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
      if (ctx && change) await whileSaving(ctx, saveSessionData(app.database, session.id, change));
    },
    async destroy() {},
  };
  let middleware: ReturnType<typeof createSession> | undefined;
  // koa-session needs the Koa application, which is only available from the first request on.
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
    reset(ctx) {
      koaSession(ctx);
      assign(ctx, null);
    },
    async read(ctx) {
      await koaSession(ctx)(ctx, async () => {});
      if (ctx.state.session) return ctx.session ?? undefined;
      assign(ctx, null);
      return undefined;
    },
    async save(ctx) {
      if (ctx.state.session === undefined) return;
      const session: unknown = ctx.session;
      if (canCommit(session)) await session.manuallyCommit();
    },
    restore(ctx) {
      const { session, savedSessionData } = ctx.state;
      if (!session || savedSessionData === undefined) return;
      assign(ctx, JSON.parse(savedSessionData));
      ctx.state.signInData = ctx.session ?? undefined;
    },
  };
}

/** Plugins change the properties of `ctx.session`; only this file replaces the object. */
function assign(ctx: { session: object | null }, data: object | null): void {
  ctx.session = data;
}

/** The session object of koa-session, which does not export its class. */
function canCommit(session: unknown): session is { manuallyCommit(): Promise<void> } {
  return (
    typeof session === 'object' &&
    session !== null &&
    'manuallyCommit' in session &&
    typeof session.manuallyCommit === 'function'
  );
}
