import { randomBytes } from 'node:crypto';
import argon2 from 'argon2';
import { type Parsed, validUnless } from '../../core/model/issue.ts';
import { inHashingQueue } from './hashing-queue.ts';
import { normalizePassword, passwordIssue } from './password-policy.ts';

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
 * (docs/decisions/0015-password-hashing.md). Hash before a transaction begins: hashing is slow and may wait in a queue, and a transaction
 * that waits holds a connection. `origin`: see `verifyPassword`.
 *
 * @throws RustioError `RIO-AUTH-BUSY` (503) when the queue is full.
 * @example
 * const hash = await hashPassword(pin, context.ip ?? '');
 */
export async function hashPassword(password: string, origin = ''): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const options = { type: argon2.argon2id, salt, hashLength: HASH_BYTES, raw: true, ...PARAMETERS } as const;
  return phc(salt, await inHashingQueue(origin, () => argon2.hash(normalizePassword(password), options)));
}

/** A new password, which was hashed before the transaction that stores it: see `preparePassword`. */
export interface PreparedPassword {
  /** The hash, if the policy allows the password for an account with this email address and name. */
  hashFor(email: string, name: string | null): Parsed<string>;
}

/**
 * Hashes a new password for `setPassword` or `createUser`, unless no account can have it. Call it before the transaction. Both check the
 * policy again, with the address and name of the account. `origin`: see `verifyPassword`.
 *
 * @throws RustioError `RIO-AUTH-BUSY` (503) when the queue is full.
 * @example
 * const password = await preparePassword(ctx.state.form?.get('password') ?? '', ctx.state.ip);
 * const set = await app.database.transaction((tx) => setPassword(tx, auditContext(ctx), app.events, userId, password));
 */
export async function preparePassword(password: string, origin = ''): Promise<PreparedPassword> {
  const weak = passwordIssue(password, '');
  if (weak) return { hashFor: () => ({ ok: false, issue: weak }) };
  const hash = await hashPassword(password, origin);
  return { hashFor: (email, name) => validUnless(passwordIssue(password, email, name), hash) };
}

/**
 * Whether the password matches the hash. Without a hash, verification takes the same time and returns false. A hash with weaker
 * parameters takes the same time as well: otherwise a quick answer would reveal that an old account exists. `origin` is the client's IP
 * address; origins take turns when many verifications are waiting.
 *
 * @throws RustioError `RIO-AUTH-BUSY` (503) when the queue is full.
 * @example
 * const matches = await verifyPassword(credentials?.password_hash, password, context.ip ?? '');
 */
export async function verifyPassword(hash: string | null | undefined, password: string, origin = ''): Promise<boolean> {
  const normal = normalizePassword(password);
  // fault: unknown-account-faster
  const matches = await inHashingQueue(origin, async () => {
    const result = await argon2.verify(hash ?? DUMMY_HASH, normal);
    // fault: old-hash-faster
    if (hash) await completeWork(hash);
    return result;
  });
  return matches && hash !== null && hash !== undefined;
}

/** The smallest memory that Argon2 accepts, in KiB. */
const MIN_MEMORY = 8;
const WORK_SALT = randomBytes(SALT_BYTES);

/** Does the work, memory × passes, by which verifying this hash fell short of verifying one with the current parameters. */
async function completeWork(hash: string): Promise<void> {
  const [, memory, passes] = /\$m=(\d+),(?:p=\d+,)?t=(\d+)/.exec(hash) ?? [];
  const { memoryCost, timeCost, parallelism } = PARAMETERS;
  const missing = Math.floor(memoryCost - (Number(memory) * Number(passes)) / timeCost);
  if (!(missing >= MIN_MEMORY)) return;
  await argon2.hash('', {
    type: argon2.argon2id,
    salt: WORK_SALT,
    raw: true,
    memoryCost: missing,
    timeCost,
    parallelism,
  });
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
