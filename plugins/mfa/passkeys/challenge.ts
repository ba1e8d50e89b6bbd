import { hash, randomBytes } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';
import { BATCH, inBatches } from '../../../core/database/batches.ts';
import type { Query } from '../../../core/database/queries.ts';
import type { Transaction } from '../../../core/database/transaction.ts';
import { bytea } from '../../../core/database/values.ts';

/** What a challenge is signed for. A signature for one purpose is not accepted for another. */
export type Purpose = 'registration' | 'sign_in' | 'second_factor' | 'reauthentication';

/** Who requested a challenge: a session, or a browser in which nobody is signed in. Only they can use it. */
export type Holder = { readonly session: string } | { readonly browser: string };

const BYTES = 32;
const VALIDITY = '5 minutes';
/** How many challenges for a sign-in one network may have at a time: everyone can request them, and each is stored. */
export const MAX_PER_NETWORK = 500;

/**
 * Creates a challenge, which is valid once and for five minutes, and returns it as base64url. `userHandle` is that of a registration.
 *
 * @example
 * const challenge = await createChallenge(app.database, { purpose: 'second_factor', holder: { session } });
 */
export async function createChallenge(
  query: Query,
  { purpose, holder, userHandle }: { readonly purpose: Purpose; readonly holder: Holder; readonly userHandle?: Buffer },
): Promise<Buffer> {
  const challenge = randomBytes(BYTES);
  await query.query(sql.unsafe`
    insert into rustio_mfa_challenge (hash, purpose, bound_to, user_handle, expires_at)
    values (
      ${sql.binary(hashOf(challenge))}, ${purpose}, ${sql.binary(hashOfHolder(holder))},
      ${userHandle === undefined ? null : sql.binary(userHandle)}, now() + ${VALIDITY}::interval
    )
  `);
  return challenge;
}

/** Creates a challenge for a sign-in; undefined if the network has too many. */
export async function createSignInChallenge(
  query: Query,
  { browser, network }: { readonly browser: string; readonly network: string },
): Promise<Buffer | undefined> {
  const challenge = randomBytes(BYTES);
  const networkHash = sql.binary(hash('sha256', network, 'buffer'));
  // fault: challenges-without-limit
  const { rowCount } = await query.query(sql.unsafe`
    insert into rustio_mfa_challenge (hash, purpose, bound_to, network, expires_at)
    select
      ${sql.binary(hashOf(challenge))}, 'sign_in', ${sql.binary(hashOfHolder({ browser }))}, ${networkHash},
      now() + ${VALIDITY}::interval
    where (
      select count(*) from rustio_mfa_challenge where network = ${networkHash} and expires_at > now()
    ) < ${MAX_PER_NETWORK}
  `);
  return rowCount === 1 ? challenge : undefined;
}

const usedRow = z.object({ user_handle: bytea.nullable() });

/**
 * Uses a challenge up. Undefined if it has been used or has expired, or belongs to another purpose, session or browser. Of two
 * requests with the same challenge, the second waits for the first and finds nothing.
 */
export async function useChallenge(
  tx: Transaction,
  challenge: Buffer,
  { purpose, holder }: { readonly purpose: Purpose; readonly holder: Holder },
): Promise<{ readonly userHandle: Buffer | null } | undefined> {
  // fault: challenge-for-any-purpose
  // fault: challenge-of-anyone
  // fault: challenge-without-end
  const used = await tx.maybeOne(sql.type(usedRow)`
    delete from rustio_mfa_challenge
    where hash = ${sql.binary(hashOf(challenge))}
      and purpose = ${purpose}
      and bound_to = ${sql.binary(hashOfHolder(holder))}
      and expires_at > now()
    returning user_handle
  `);
  return used === null ? undefined : { userHandle: used.user_handle };
}

/** Deletes challenges that nobody has used in time. */
export async function deleteOldChallenges(
  { database }: { readonly database: Query },
  signal?: AbortSignal,
): Promise<void> {
  await inBatches(signal, async () => {
    const { rowCount } = await database.query(sql.unsafe`
      delete from rustio_mfa_challenge
      where hash in (
        select hash from rustio_mfa_challenge where expires_at <= now() limit ${BATCH} for update skip locked
      )
    `);
    return rowCount;
  });
}

function hashOf(challenge: Buffer): Buffer {
  return hash('sha256', challenge, 'buffer');
}

function hashOfHolder(holder: Holder): Buffer {
  return hash('sha256', 'session' in holder ? `session ${holder.session}` : `browser ${holder.browser}`, 'buffer');
}
