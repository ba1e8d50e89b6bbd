import { type CreateSessionOptions, createSession } from 'koa-session';
import type { App } from '../../core/app.ts';
import type { Context, Middleware } from '../../core/http/context.ts';
import { looksLikeToken } from './token.ts';

// koa-session reads and writes the cookie; sessions live in our table, written by our rules. So its store only reads, and a
// new token is handed to it after the transaction that made it has been committed.

/** What koa-session puts on the context; its types do not say so. What is assigned comes back as a session of its own. */
interface CookieJar {
  get session(): { regenerate(): Promise<void> };
  set session(data: { is: string });
}

const newTokens = new WeakMap<object, string>();

/** How the cookie is called and where it is valid: `__Host-` binds it to this very host, over TLS. */
function cookieFor({ urls }: Pick<App, 'urls'>) {
  const secure = urls.publicOrigin.startsWith('https:');
  const name = secure ? '__Host-rustio' : 'rustio';
  const attributes = { httpOnly: true, sameSite: 'lax', path: '/', signed: false, overwrite: true, secure } as const;
  return { name, attributes };
}

/** Takes the cookie away. */
export function clearSessionCookie(ctx: Context, app: Pick<App, 'urls'>): void {
  const { name, attributes } = cookieFor(app);
  ctx.cookies.set(name, '', { ...attributes, expires: new Date(0) });
}

/** Reads the cookie of a request and lets `recognise` say whose it is. A cookie that means nothing is taken away. */
export function readCookie(
  app: Pick<App, 'urls'>,
  recognise: (ctx: Context, token: string) => Promise<boolean>,
): Middleware {
  const { name: key, attributes } = cookieFor(app);
  const store = {
    async get(token: string, _maxAge: unknown, { ctx }: { ctx?: Context }) {
      if (!ctx) return undefined;
      if (looksLikeToken(token) && (await recognise(ctx, token))) return { is: 'known' };
      clearSessionCookie(ctx, app); // else that browser asks again with every request
      return undefined;
    },
    async set() {},
    async destroy() {},
  };
  const settings: CreateSessionOptions = {
    key,
    ...attributes,
    maxAge: 'session', // gone with the browser; how long it means anything is the table's business
    autoCommit: false,
    rolling: false,
    renew: false,
    genid: (ctx: object) => newTokens.get(ctx) ?? '',
    store,
  };
  let read: ReturnType<typeof createSession> | undefined;
  return async (ctx, next) => {
    // TLS ends at the proxy; that the public address is https is all that the cookie's attribute needs to know.
    if (attributes.secure) ctx.cookies.secure = true;
    read ??= createSession(settings, ctx.app); // it needs Koa's application, which is there with the first request
    await read(ctx, next);
  };
}

/** Sends the browser a new token in place of whatever it has. To be called after the commit that made the token valid. */
export async function setSessionCookie(ctx: Context, token: string): Promise<void> {
  const jar = ctx as unknown as CookieJar;
  newTokens.set(ctx, token);
  jar.session = { is: 'known' };
  const { session } = jar;
  await session.regenerate();
}
