import { createSession } from 'koa-session';
import type { App } from '../../core/app.ts';
import { cookieName } from '../../core/http/cookie-name.ts';
import type { Context, SignInData } from '../../core/request/context.ts';
import { changeOfData, saveSessionData } from './session-data.ts';
import { looksLikeToken } from './token.ts';

// koa-session creates `ctx.session` from the session's row and detects whether a request has changed it. It never writes the
// cookie: docs/decisions/0004-session-cookie.md.

/** What the cookie depends on. */
type CookieOwner = Pick<App, 'config' | 'urls'>;

/**
 * The name of the session cookie of this application. `__Host-` binds it to this host, over TLS.
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
 * Sends the browser a new token in place of its current one. Call it after the commit that made the token valid.
 *
 * @example
 * if (token !== undefined) setSessionCookie(ctx, app, token);
 */
export function setSessionCookie(ctx: Context, app: CookieOwner, token: string): void {
  const { name, attributes } = cookieFor(app);
  // TLS ends at the proxy; the attribute depends only on the public URL being https.
  if (attributes.secure) ctx.cookies.secure = true;
  // Without an expiry the cookie ends with the browser; the table decides how long it is valid.
  ctx.cookies.set(name, token, attributes);
}

/**
 * Removes the cookie from the browser. It does not end the session: see `revokeSessions`.
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

/** How `ctx.session` is loaded and saved with a request. */
export interface SessionStore {
  /** Before the router: there is no session yet. */
  reset(ctx: Context): void;
  /** Reads the session of the request's cookie into `ctx.session`. */
  read(ctx: Context): Promise<SignInData | undefined>;
  /** Saves `ctx.session`, if the request has changed it. */
  save(ctx: Context): Promise<void>;
  /** Resets `ctx.session` to what the request read. */
  restore(ctx: Context): void;
}

/**
 * The store behind `ctx.session`. `findSession` finds the session of a token, puts it into `ctx.state` and returns its data; a
 * cookie with an unknown token is removed. `whileSaving` waits for changes to be saved, or gives up.
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
      if (ctx && data === undefined) clearSessionCookie(ctx, app); // otherwise the browser sends it with every request
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
  // koa-session needs Koa's application, which is available with the first request.
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

/** Plugins change the properties of `ctx.session`; only this file replaces it. */
function assign(ctx: { session: object | null }, data: object | null): void {
  ctx.session = data;
}

/** koa-session's own object, whose class it does not export. */
function canCommit(session: unknown): session is { manuallyCommit(): Promise<void> } {
  return (
    typeof session === 'object' &&
    session !== null &&
    'manuallyCommit' in session &&
    typeof session.manuallyCommit === 'function'
  );
}
