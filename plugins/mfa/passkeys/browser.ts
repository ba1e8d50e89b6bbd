import { randomBytes } from 'node:crypto';
import type { App } from '../../../core/app.ts';
import { cookieName } from '../../../core/http/cookie-name.ts';
import type { Context } from '../../../core/request/context.ts';

// Binds the challenge of a sign-in to the browser that requested it. Otherwise, somebody could have a user send a response with the
// attacker's passkey, and the user would work in the attacker's account.

const SECRET = /^[\w-]{43}$/;

type Owner = Pick<App, 'config' | 'urls'>;

/** The secret of this browser; undefined if it has none. */
export function browserSecret(ctx: Context, app: Owner): string | undefined {
  const secret = ctx.cookies.get(browserCookieName(app), { signed: false });
  return secret !== undefined && SECRET.test(secret) ? secret : undefined;
}

/** The secret of this browser, which is set if it has none. The same for all its tabs, so that each can sign in. */
export function rememberBrowser(ctx: Context, app: Owner): string {
  const secret = browserSecret(ctx, app) ?? randomBytes(32).toString('base64url');
  const secure = isSecure(app);
  if (secure) ctx.cookies.secure = true; // TLS may end at a proxy
  ctx.cookies.set(browserCookieName(app), secret, {
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    signed: false,
    overwrite: true,
    secure,
  });
  return secret;
}

function browserCookieName(app: Owner): string {
  return `${isSecure(app) ? '__Host-' : ''}${cookieName('rustio-passkey', app)}`;
}

function isSecure({ urls }: Pick<App, 'urls'>): boolean {
  return urls.publicOrigin.startsWith('https:');
}
