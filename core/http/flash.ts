import { createHmac, timingSafeEqual } from 'node:crypto';
import type { App } from '../app.ts';
import { cutText } from '../model/plain-text.ts';
import type { Context } from './context.ts';
import type { Message } from './sign-in-data.ts';

const COOKIE = 'rustio-message';
/** A cookie holds 4 KB; a record's label may be a page long. */
const LONGEST = 200;

/**
 * Leaves a message for the next page, in what is kept for the sign-in. Where the authenticator keeps nothing, it travels in a
 * cookie that is signed with the secret of the sign-in, since a neighbouring subdomain can set cookies, too. Anonymous users get
 * none.
 *
 * @example
 * flash(ctx, app, { tone: 'good', key: 'holidays.added', params: { label } });
 */
export function flash(ctx: Context, app: App, message: Message): void {
  const { csrfSecret, signInData } = ctx.state;
  const params = Object.entries(message.params ?? {}).map(([name, value]) => [name, short(value)]);
  const bounded: Message = { ...message, params: Object.fromEntries(params) };
  if (signInData) {
    signInData.flash = bounded;
    return;
  }
  if (csrfSecret === undefined) return;
  const text = Buffer.from(JSON.stringify(bounded)).toString('base64url');
  ctx.cookies.set(COOKIE, `${text}.${sign(csrfSecret, text)}`, cookieOptions(app));
}

/** The message that the last action left; it is shown once. */
export function consumeFlash(ctx: Context, app: App): Message | undefined {
  const { csrfSecret, signInData } = ctx.state;
  if (signInData) {
    const { flash: message } = signInData;
    if (message !== undefined) delete signInData.flash;
    return message;
  }
  if (csrfSecret === undefined) return undefined;
  const cookie = ctx.cookies.get(COOKIE);
  if (cookie === undefined) return undefined;
  ctx.cookies.set(COOKIE, null, { ...cookieOptions(app), maxAge: 0 });
  const [text = '', signature = ''] = cookie.split('.');
  const expected = Buffer.from(sign(csrfSecret, text));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  return JSON.parse(Buffer.from(text, 'base64url').toString());
}

function short<V>(value: V): V | string {
  return typeof value === 'string' ? cutText(value, LONGEST) : value;
}

function sign(secret: string, text: string): string {
  return createHmac('sha256', secret).update(`message ${text}`).digest('base64url');
}

function cookieOptions(app: App): { httpOnly: true; sameSite: 'lax'; path: string; secure: boolean; signed: false } {
  const secure = app.urls.publicOrigin.startsWith('https:');
  return { httpOnly: true, sameSite: 'lax', path: app.urls.to('/'), secure, signed: false };
}
