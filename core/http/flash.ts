import { createHmac, timingSafeEqual } from 'node:crypto';
import type { App } from '../app.ts';
import { truncate } from '../model/plain-text.ts';
import type { Context, Message } from '../request/context.ts';
import { cookieName } from './cookie-name.ts';

const COOKIE = 'rustio-message';
/** Max length of a parameter: a cookie holds 4 KB, and a record's label can be longer. */
const MAX_LENGTH = 200;

/**
 * Sets a message for the next page, in the data of the sign-in. If the authenticator stores no data, the message is sent in a
 * cookie that is signed with the sign-in's secret, since other subdomains can set cookies, too. Anonymous users get no message.
 *
 * @example
 * flash(ctx, app, { tone: 'good', key: 'holidays.added', params: { label } });
 */
export function flash(ctx: Context, app: App, message: Message): void {
  const { csrfSecret, signInData } = ctx.state;
  const params = Object.entries(message.params ?? {}).map(([name, value]) => [name, shortened(value)]);
  const bounded: Message = { ...message, params: Object.fromEntries(params) };
  if (signInData) {
    signInData.flash = bounded;
    return;
  }
  if (csrfSecret === undefined) return;
  const text = Buffer.from(JSON.stringify(bounded)).toString('base64url');
  ctx.cookies.set(cookieName(COOKIE, app), `${text}.${sign(csrfSecret, text)}`, cookieOptions(app));
}

/** Returns and removes the message of the last action. */
export function consumeFlash(ctx: Context, app: App): Message | undefined {
  const { csrfSecret, signInData } = ctx.state;
  if (signInData) {
    const { flash: message } = signInData;
    if (message !== undefined) delete signInData.flash;
    return message;
  }
  if (csrfSecret === undefined) return undefined;
  const cookie = ctx.cookies.get(cookieName(COOKIE, app));
  if (cookie === undefined) return undefined;
  ctx.cookies.set(cookieName(COOKIE, app), null, { ...cookieOptions(app), maxAge: 0 });
  const [text = '', signature = ''] = cookie.split('.');
  const expected = Buffer.from(sign(csrfSecret, text));
  const actual = Buffer.from(signature);
  // fault: flash-without-signature
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return undefined;
  return JSON.parse(Buffer.from(text, 'base64url').toString());
}

function shortened<V>(value: V): V | string {
  return typeof value === 'string' ? truncate(value, MAX_LENGTH) : value;
}

function sign(secret: string, text: string): string {
  return createHmac('sha256', secret).update(`message ${text}`).digest('base64url');
}

function cookieOptions(app: App): { httpOnly: true; sameSite: 'lax'; path: string; secure: boolean; signed: false } {
  const secure = app.urls.publicOrigin.startsWith('https:');
  return { httpOnly: true, sameSite: 'lax', path: app.urls.to('/'), secure, signed: false };
}
