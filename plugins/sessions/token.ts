import { hash, randomBytes } from 'node:crypto';

const BYTES = 32;
const SHAPE = /^[A-Za-z0-9_-]{43}$/;

/** What the cookie carries: 256 random bits, in 43 signs. Only its owner's browser ever knows it. */
export function newToken(): string {
  return randomBytes(BYTES).toString('base64url');
}

/** Whether a text could be a token at all; anything else is refused without asking the database. */
export function looksLikeToken(text: string): boolean {
  return SHAPE.test(text);
}

/** What the database keeps: whoever reads it there can sign in nowhere. No salt, the token itself is random enough. */
export function hashOfToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
