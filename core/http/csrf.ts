// Protection against cross-site request forgery: the origin of a request, and a token of the session.
import { hash, randomFillSync, timingSafeEqual } from 'node:crypto';
import type { App } from '../app.ts';
import { foreignOrigin, wrongFormToken } from '../errors/http.ts';
import { formNames } from '../form/form-protocol.ts';
import type { Context, Middleware } from '../request/context.ts';
import type { Route } from './route.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether the method is safe, that is, its requests change nothing. */
export function isSafe(method: string): boolean {
  return SAFE.has(method);
}

/**
 * Checks by Sec-Fetch-Site and Origin, before the body is read, that an unsafe request comes from one of the application's own
 * pages. If both are sent, they must agree; a request with neither is rejected. See docs/decisions/0009-form-tokens.md.
 */
export function checkOrigin(route: Route, app: App): Middleware | undefined {
  if (route.csrf === 'none') return undefined;
  const { config, environment, urls } = app;
  // Behind a proxy, Host can be any name, so only the public URL is accepted. Without a public URL, the origin is built from the
  // address that the server listens on, and developers may use `localhost` instead of the printed 127.0.0.1.
  // fault: any-host
  const acceptsHost = !environment.production || (environment.publicUrl ?? config.publicUrl) === undefined;
  return async function checkOrigin(ctx, next) {
    // fault: foreign-form
    if (!isOwnPage(ctx, urls.publicOrigin, acceptsHost)) throw foreignOrigin();
    await next();
  };
}

/** `acceptsHost`: if the browser reports same-origin, the requested host is also accepted. */
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

/** The host and port of an Origin header, in the format of a Host header; undefined for anything else. */
function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/.exec(origin)?.[1];
}

/** The header in which the application's own scripts send the token with JSON, text or raw bodies. */
const TOKEN_HEADER = 'x-csrf-token';
const BYTES = 32;

/**
 * Rejects a change by a signed-in user without the token of the sign-in. Anonymous users have no token; their forms are protected
 * by the origin check.
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
 * A token that only pages of this session know. It is derived from the session's secret, so that it need not be stored and ends
 * with the session. It is masked differently each time, so that compression cannot be used to guess it (BREACH).
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

/** A single hash is enough for a random secret of fixed length, and faster than an HMAC: docs/decisions/0009-form-tokens.md. */
function plainToken(secret: string): Buffer {
  const known = plainTokens.get(secret);
  if (known !== undefined) return known;
  if (plainTokens.size >= MAX_KNOWN) plainTokens.clear();
  const token = hash('sha256', `rustio form token\0${secret}`, 'buffer');
  plainTokens.set(secret, token);
  return token;
}

/** Of the sessions in use: every page of a session has a token of the same hash. */
const plainTokens = new Map<string, Buffer>();
const MAX_KNOWN = 1_000;

function xor(bytes: Buffer, mask: Buffer): Buffer {
  const result = Buffer.allocUnsafe(bytes.length);
  for (let at = 0; at < bytes.length; at += 1) result[at] = (bytes[at] ?? 0) ^ (mask[at] ?? 0);
  return result;
}

/** Random bytes are fetched for many pages at once, since every page of a signed-in user needs some and the system call is slow. */
const masks = Buffer.alloc(128 * BYTES);
let used = masks.length;

/** Random bytes that no token has used before. Returns a view of a shared buffer, which must be used immediately. */
function newMask(): Buffer {
  if (used === masks.length) {
    randomFillSync(masks);
    used = 0;
  }
  used += BYTES;
  return masks.subarray(used - BYTES, used);
}
