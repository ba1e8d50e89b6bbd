import { hash, randomFillSync, timingSafeEqual } from 'node:crypto';
import { RustioError } from '../errors.ts';
import type { Middleware } from './context.ts';
import type { Route } from './route.ts';

/** The name of the hidden field. */
export const FORM_TOKEN = '~token';
const BYTES = 32;

/**
 * A token that only a page of this very session can know: derived from the session's secret, so there is nothing to
 * store and it dies with the session. Masked anew each time, so that compression cannot be used to guess it (BREACH).
 */
export function formToken(secret: string): string {
  const mask = freshMask();
  return Buffer.concat([mask, masked(plainToken(secret), mask)]).toString('base64url');
}

export function formTokenMatches(secret: string, sent: string | undefined): boolean {
  if (sent === undefined || sent.length > 100) return false;
  const bytes = Buffer.from(sent, 'base64url');
  if (bytes.length !== 2 * BYTES) return false;
  return timingSafeEqual(masked(bytes.subarray(BYTES), bytes.subarray(0, BYTES)), plainToken(secret));
}

/** The header in which scripts of our own pages send the token with JSON, text or raw bodies. */
const TOKEN_HEADER = 'x-csrf-token';

/**
 * Refuses a change by a signed-in user without the token of the sign-in. Anonymous users have none; the origin check protects
 * their forms.
 */
export function checkFormToken(route: Route): Middleware | undefined {
  if (route.csrf !== 'token') return undefined;
  return async function checkFormToken(ctx, next) {
    const { csrfSecret, form } = ctx.state;
    const sent = form?.get(FORM_TOKEN) ?? (ctx.get(TOKEN_HEADER) || undefined);
    if (csrfSecret !== undefined && !formTokenMatches(csrfSecret, sent)) throw wrongToken();
    await next();
  };
}

/**
 * The secret is 256 random bits of one length, so a hash behind a prefix of its own tells nothing of it, nor of the hash that
 * the database keeps. An HMAC would say the same for eight times as long, and every page of a signed-in person needs one.
 */
function plainToken(secret: string): Buffer {
  return hash('sha256', `rustio form token\0${secret}`, 'buffer');
}

function masked(bytes: Buffer, mask: Buffer): Buffer {
  const result = Buffer.allocUnsafe(bytes.length);
  for (let at = 0; at < bytes.length; at += 1) result[at] = (bytes[at] ?? 0) ^ (mask[at] ?? 0);
  return result;
}

/** Random bytes are fetched for many pages at once: every signed-in page needs some, and asking the system costs most. */
const masks = Buffer.alloc(128 * BYTES);
let used = masks.length;

/** Random bytes that no token has had before; to be used at once. */
function freshMask(): Buffer {
  if (used === masks.length) {
    randomFillSync(masks);
    used = 0;
  }
  used += BYTES;
  return masks.subarray(used - BYTES, used);
}

function wrongToken(): RustioError {
  return new RustioError(
    'RIO-HTTP-FORM-TOKEN',
    {
      problem: 'This form belongs to another session.',
      why: 'You have signed in again since the page was opened, or the form was not made by this application.',
      fix: 'Go back, reload the page and send the form again.',
      retry: 'After reloading the page.',
    },
    { status: 403 },
  );
}
