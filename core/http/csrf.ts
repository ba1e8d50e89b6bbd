// Protection against cross-site request forgery: the origin of a request, and a token of the session.
import { hash, randomFillSync, timingSafeEqual } from 'node:crypto';
import type { App } from '../app.ts';
import { foreignOrigin, wrongFormToken } from '../errors/http.ts';
import { formNames } from '../form/form-protocol.ts';
import type { Context, Middleware } from '../request/context.ts';
import type { Route } from './route.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether requests with this method change nothing. */
export function isSafe(method: string): boolean {
  return SAFE.has(method);
}

/**
 * Checks that an unsafe request comes from one of our own pages, before its body is read, by Sec-Fetch-Site and Origin. If both
 * are sent, they must agree; a request with neither is rejected. See docs/decisions/0009-form-tokens.md.
 */
export function checkOrigin(route: Route, app: App): Middleware | undefined {
  if (route.csrf === 'none') return undefined;
  const { config, environment, urls } = app;
  // Behind a proxy Host may be any name, so only the public URL counts. Without one our origin is built from the port that we
  // listen on, and a developer may well type `localhost` where we print 127.0.0.1.
  // fault: any-host
  const acceptsHost = !environment.production || (environment.publicUrl ?? config.publicUrl) === undefined;
  return async function checkOrigin(ctx, next) {
    // fault: foreign-form
    if (!isOwnPage(ctx, urls.publicOrigin, acceptsHost)) throw foreignOrigin();
    await next();
  };
}

/** `acceptsHost`: if the browser reports same-origin, the host that it requested is ours as well. */
function isOwnPage(ctx: Context, publicOrigin: string, acceptsHost: boolean): boolean {
  const site = ctx.get('sec-fetch-site');
  const origin = ctx.get('origin');
  if (site === 'same-origin') {
    // fault: same-origin-unchecked
    return origin === '' || origin === publicOrigin || (acceptsHost && hostOf(origin) === ctx.get('host'));
  }
  // fault: subdomain-trusted
  if (site !== '' && site !== 'none') return false;
  return origin !== '' && origin !== 'null' && origin === publicOrigin;
}

/** Host and port of an Origin header, in the form of a Host header; undefined for anything else. */
function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/.exec(origin)?.[1];
}

/** The header in which scripts of our own pages send the token with JSON, text or raw bodies. */
const TOKEN_HEADER = 'x-csrf-token';
const BYTES = 32;

/**
 * Rejects a change by a signed-in user without the token of the sign-in. Anonymous users have none; the origin check protects
 * their forms.
 */
export function checkFormToken(route: Route): Middleware | undefined {
  if (route.csrf !== 'token') return undefined;
  return async function checkFormToken(ctx, next) {
    const { csrfSecret, form } = ctx.state;
    const token = form?.get(formNames.token) ?? (ctx.get(TOKEN_HEADER) || undefined);
    // fault: form-without-token
    if (csrfSecret !== undefined && !formTokenMatches(csrfSecret, token)) throw wrongFormToken();
    await next();
  };
}

/**
 * A token that only a page of this session can know: derived from the session's secret, so nothing is stored and it ends with
 * the session. It is masked differently each time, so that compression cannot be used to guess it (BREACH).
 */
export function formToken(secret: string): string {
  const mask = newMask();
  return Buffer.concat([mask, xor(plainToken(secret), mask)]).toString('base64url');
}

export function formTokenMatches(secret: string, token: string | undefined): boolean {
  if (token === undefined || token.length > 100) return false;
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== 2 * BYTES) return false;
  return timingSafeEqual(xor(bytes.subarray(BYTES), bytes.subarray(0, BYTES)), plainToken(secret));
}

/** One hash is enough for a random secret of fixed length, and faster than an HMAC: docs/decisions/0009-form-tokens.md. */
function plainToken(secret: string): Buffer {
  return hash('sha256', `rustio form token\0${secret}`, 'buffer');
}

function xor(bytes: Buffer, mask: Buffer): Buffer {
  const result = Buffer.allocUnsafe(bytes.length);
  for (let at = 0; at < bytes.length; at += 1) result[at] = (bytes[at] ?? 0) ^ (mask[at] ?? 0);
  return result;
}

/** Random bytes are fetched for many pages at once: every page of a signed-in user needs some, and the system call is slow. */
const masks = Buffer.alloc(128 * BYTES);
let used = masks.length;

/** Random bytes that no token has used before. A view of a shared buffer, so it must be used immediately. */
function newMask(): Buffer {
  if (used === masks.length) {
    randomFillSync(masks);
    used = 0;
  }
  used += BYTES;
  return masks.subarray(used - BYTES, used);
}
