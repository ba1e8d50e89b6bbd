import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { App } from '../../core/app.ts';
import { cookieName } from '../../core/http/cookie-name.ts';
import type { Context } from '../../core/request/context.ts';

// A device is known to an account after a complete sign-in. It grants nothing: attempts from the device have a limit
// of their own, which strangers cannot use up (attempts.ts), and its sign-ins are not reported as new (new-device.ts).

/** 400 days, the longest that browsers accept. */
const MAX_AGE_MS = 400 * 86_400_000;
/** Accounts per browser; the one that signed in longest ago is forgotten first. */
const MAX_ACCOUNTS = 5;
const ID = /^[A-Za-z0-9_-]{22}$/;

type Owner = Pick<App, 'config' | 'urls' | 'environment'>;

/**
 * Marks this browser as known to the account. Call it once a sign-in is complete, after the commit; `completeSignIn` does so
 * unless a step is pending. The plugin recovery calls it once a password was chosen with a link, so that attempts of strangers do not
 * delay the next sign-in. Without secret keys, no device is known.
 *
 * @example
 * setSessionCookie(ctx, app, token);
 * rememberDevice(ctx, app, user.id); // the second factor was the last step
 */
export function rememberDevice(ctx: Context, app: Owner, userId: number): void {
  const [key] = app.environment.secretKeys;
  if (key === undefined) return;
  const { id = randomBytes(16).toString('base64url'), signatures = [] } = readCookie(ctx, app) ?? {};
  const own = sign(key, id, userId);
  const others = signatures.filter((each) => !matches(app, each, id, userId));
  const secure = isSecure(app);
  if (secure) ctx.cookies.secure = true; // TLS may end at a proxy
  ctx.cookies.set(deviceCookieName(app), [id, own, ...others].slice(0, MAX_ACCOUNTS + 1).join('.'), {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    signed: false,
    overwrite: true,
    maxAge: MAX_AGE_MS,
    secure,
  });
}

/** The id of this browser if the account has signed in with it before. */
export function knownDevice(ctx: Context, app: Owner, userId: number): string | undefined {
  const { id, signatures = [] } = readCookie(ctx, app) ?? {};
  // fault: any-device-is-known
  return id !== undefined && signatures.some((each) => matches(app, each, id, userId)) ? id : undefined;
}

/** Separate from the session cookie, because it outlives the session. */
export function deviceCookieName(app: Pick<App, 'config' | 'urls'>): string {
  return `${isSecure(app) ? '__Host-' : ''}${cookieName('rustio-device', app)}`;
}

function isSecure({ urls }: Pick<App, 'urls'>): boolean {
  return urls.publicOrigin.startsWith('https:');
}

function readCookie(ctx: Context, app: Owner) {
  const [id = '', ...signatures] = (ctx.cookies.get(deviceCookieName(app), { signed: false }) ?? '').split('.');
  return ID.test(id) ? { id, signatures: signatures.slice(0, MAX_ACCOUNTS) } : undefined;
}

/** The signature names the account without revealing it to others who use the browser. */
function sign(key: string, id: string, userId: number): string {
  return createHmac('sha256', key).update(`known device ${id} ${userId}`).digest('base64url').slice(0, 22);
}

function matches({ environment }: Owner, signature: string, id: string, userId: number): boolean {
  const given = Buffer.from(signature);
  return environment.secretKeys.some((key) => {
    const expected = Buffer.from(sign(key, id, userId));
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}
