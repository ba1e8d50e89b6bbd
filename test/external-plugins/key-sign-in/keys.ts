import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { bytea, type Query, sql, type Transaction, z } from 'rustio-admin/plugin';

const keyRow = sql.type(z.object({ user_id: z.string(), public_key: bytea }));

/** Stores the public half of a key (DER, SPKI). */
export async function addKey(tx: Transaction, userId: number, publicKey: Buffer): Promise<void> {
  await tx.query(sql.unsafe`
    insert into key_sign_in_key (user_id, public_key) values (${userId}, ${sql.binary(publicKey)})
  `);
}

/** A text to sign, valid once and for five minutes. */
export async function newChallenge(query: Query): Promise<string> {
  const challenge = randomBytes(32).toString('base64url');
  await query.query(sql.unsafe`insert into key_sign_in_challenge (challenge) values (${challenge})`);
  return challenge;
}

/** The user whose key signed the challenge. The challenge is used up in any case. */
export async function ownerOf(
  tx: Transaction,
  { email, challenge, signature }: { readonly email: string; readonly challenge: string; readonly signature: string },
): Promise<number | undefined> {
  // PostgreSQL cannot store NUL.
  if (`${email}${challenge}`.includes('\0')) return undefined;
  const used = await tx.query(sql.unsafe`
    delete from key_sign_in_challenge where challenge = ${challenge} and created_at > now() - interval '5 minutes'
  `);
  const key = await tx.maybeOne(keyRow`
    select k.user_id, k.public_key
    from key_sign_in_key k
    join rustio_user u on u.id = k.user_id
    where lower(u.email) = lower(${email})
  `);
  if (used.rowCount !== 1 || key === null) return undefined;
  const publicKey = createPublicKey({ key: key.public_key, format: 'der', type: 'spki' });
  const isValid = verify(null, Buffer.from(challenge), publicKey, Buffer.from(signature, 'base64url'));
  return isValid ? Number(key.user_id) : undefined;
}

export async function forgetChallenges(query: Query): Promise<void> {
  await query.query(sql.unsafe`
    delete from key_sign_in_challenge where created_at < now() - interval '5 minutes'
  `);
}
