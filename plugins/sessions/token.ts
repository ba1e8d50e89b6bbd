import { hash, randomBytes } from 'node:crypto';

const BYTES = 32;
const SHAPE = /^[A-Za-z0-9_-]{43}$/;

/** What the cookie carries: 256 random bits, in 43 characters. Only its owner's browser ever has it. */
export function newToken(): string {
  return randomBytes(BYTES).toString('base64url');
}

/** Whether a string could be a token at all; anything else is rejected without a query. */
export function looksLikeToken(text: string): boolean {
  return SHAPE.test(text);
}

/** What the database stores: it cannot be used to sign in. No salt, since the token itself is random enough. */
export function hashOfToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
