import { hash, randomBytes } from 'node:crypto';

const BYTES = 32;
const SHAPE = /^[A-Za-z0-9_-]{43}$/;

/**
 * How long requests with a replaced token may still be under way from the browser: those of `replaceDueToken` are accepted, those of
 * `rotateSession` ignored. Later, only somebody who has copied the token uses it.
 */
export const REPLACEMENT_GRACE = '10 seconds';

/** A new session token: 256 random bits in 43 characters. Only the owner's browser stores it. */
export function newToken(): string {
  return randomBytes(BYTES).toString('base64url');
}

/** Whether a string has the format of a token; anything else is rejected without a query. */
export function looksLikeToken(text: string): boolean {
  return SHAPE.test(text);
}

/** The hash stored in the database, which cannot be used to sign in. It needs no salt because the token is random. */
export function hashOfToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
