import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

// A token is `rustio_`, a public id of 12 hexadecimal digits, `_`, and a secret of 64: 256 random bits. The prefix and the fixed format
// let secret scanners recognise it. It has no characters that end a word, so a double click selects all of it.

const ID_BYTES = 6;
const SECRET_BYTES = 32;
const TOKEN = /^rustio_([0-9a-f]{12})_[0-9a-f]{64}$/;
/** The scheme is not case-sensitive (RFC 9110, 11.1). */
const HEADER = /^bearer +(\S+)$/i;
/** A valid header has 91 characters; longer ones are not parsed. */
const MAX_HEADER_LENGTH = 120;

/** A new token. */
export interface NewToken {
  readonly id: string;
  /** Shown once; only its hash is stored. */
  readonly text: string;
  readonly hash: Buffer;
}

export function newToken(): NewToken {
  const id = randomBytes(ID_BYTES).toString('hex');
  const text = `rustio_${id}_${randomBytes(SECRET_BYTES).toString('hex')}`;
  return { id, text, hash: hashOf(text) };
}

/** A token as a request sends it. */
export interface SentToken {
  readonly id: string;
  readonly hash: Buffer;
}

/**
 * The token of an Authorization header; undefined if it is missing or has another format.
 *
 * @example
 * const sent = sentToken(ctx.get('authorization'));
 */
export function sentToken(header: string): SentToken | undefined {
  if (header.length > MAX_HEADER_LENGTH) return undefined;
  const [, text = ''] = HEADER.exec(header) ?? [];
  const [, id] = TOKEN.exec(text) ?? [];
  return id === undefined ? undefined : { id, hash: hashOf(text) };
}

const WITH_ID = /^(?:rustio_)?([0-9a-f]{12})(?:_|$)/;

/**
 * Finds the public id in user input: the id itself, a token (found in a log, for example), or the beginning of one. Returns an empty string
 * for anything else, which may be a secret and must not be printed.
 */
export function publicId(text: string): string {
  return WITH_ID.exec(text.trim())?.[1] ?? '';
}

/** A random token needs no slow hash. */
function hashOf(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/** Compared if there is no row, so that an unknown id takes as much work as a wrong secret. */
const NO_HASH = Buffer.alloc(SECRET_BYTES);

/** Whether a request has sent the token with this hash, in constant time. */
export function matches(sent: SentToken, stored: Buffer | undefined): boolean {
  return timingSafeEqual(sent.hash, stored ?? NO_HASH) && stored !== undefined;
}
