import { randomBytes } from 'node:crypto';
import argon2 from 'argon2';
import { inHashingQueue } from './hashing-queue.ts';
import { normalPassword } from './password-policy.ts';

/** Argon2id as the OWASP Password Storage Cheat Sheet asks for: 19 MiB, two passes, one lane. */
export const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/**
 * Verified where there is no hash, so that an unknown account takes as long as a wrong password. Nobody knows a password
 * for it: salt and hash are random.
 */
const NOBODYS_HASH = phc(randomBytes(SALT_BYTES), randomBytes(HASH_BYTES));

/**
 * A hash in PHC form: `$argon2id$v=19$m=19456,t=2,p=1$…`. Written by ourselves: the package puts p before t, which the
 * reference implementation, and so most other systems, cannot read.
 *
 * @throws RustioError `RIO-AUTH-BUSY` (503) when too many are waiting.
 * @example
 * const hash = await hashPassword(password);
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const options = { type: argon2.argon2id, salt, hashLength: HASH_BYTES, raw: true, ...PARAMETERS } as const;
  return phc(salt, await inHashingQueue(() => argon2.hash(normalPassword(password), options)));
}

/**
 * Whether the password belongs to the hash. Without a hash it takes as long and is false.
 *
 * @throws RustioError `RIO-AUTH-BUSY` (503) when too many are waiting.
 * @example
 * const matches = await verifyPassword(credentials?.password_hash, password);
 */
export async function verifyPassword(hash: string | null | undefined, password: string): Promise<boolean> {
  const matches = await inHashingQueue(() => argon2.verify(hash ?? NOBODYS_HASH, normalPassword(password)));
  return matches && hash !== null && hash !== undefined;
}

/** Whether the hash was made with other parameters than ours; then it is renewed at the next sign-in. */
export function isOutdated(hash: string): boolean {
  return argon2.needsRehash(hash, PARAMETERS);
}

function phc(salt: Buffer, hash: Buffer): string {
  const { memoryCost, timeCost, parallelism } = PARAMETERS;
  const plain = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${plain(salt)}$${plain(hash)}`;
}
