import { randomBytes } from 'node:crypto';
import argon2 from 'argon2';
import { inHashingQueue } from './hashing-queue.ts';
import { normalizePassword } from './password-policy.ts';

/** Argon2id parameters recommended by the OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane. */
export const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/**
 * Verified if there is no hash, so that an unknown account takes as long as a wrong password. No password matches it: salt and
 * hash are random.
 */
const DUMMY_HASH = phc(randomBytes(SALT_BYTES), randomBytes(HASH_BYTES));

/**
 * Hashes a password into PHC format: `$argon2id$v=19$m=19456,t=2,p=1$…`. Formatted here because the package puts p before t
 * (docs/decisions/0015-password-hashing.md).
 *
 * @throws RustioError `RIO-AUTH-BUSY` (503) when the queue is full.
 * @example
 * const hash = await hashPassword(password);
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const options = { type: argon2.argon2id, salt, hashLength: HASH_BYTES, raw: true, ...PARAMETERS } as const;
  return phc(salt, await inHashingQueue('', () => argon2.hash(normalizePassword(password), options)));
}

/**
 * Whether the password matches the hash. Without a hash, verification takes the same time and returns false. `origin` is the
 * client's IP address; origins take turns when many verifications are waiting.
 *
 * @throws RustioError `RIO-AUTH-BUSY` (503) when the queue is full.
 * @example
 * const matches = await verifyPassword(credentials?.password_hash, password, context.ip ?? '');
 */
export async function verifyPassword(hash: string | null | undefined, password: string, origin = ''): Promise<boolean> {
  // fault: unknown-account-faster
  const matches = await inHashingQueue(origin, () => argon2.verify(hash ?? DUMMY_HASH, normalizePassword(password)));
  return matches && hash !== null && hash !== undefined;
}

/** Whether the hash uses outdated parameters; if so, it is renewed at the next sign-in. */
export function isOutdated(hash: string): boolean {
  return argon2.needsRehash(hash, PARAMETERS);
}

function phc(salt: Buffer, hash: Buffer): string {
  const { memoryCost, timeCost, parallelism } = PARAMETERS;
  const plain = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${plain(salt)}$${plain(hash)}`;
}
