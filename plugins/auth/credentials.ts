import { sql } from 'slonik';
import { z } from 'zod';
import type { Query, Transaction } from '../../core/database/pool.ts';
import { composed } from '../../core/model/composed.ts';
import { hashPassword, isOutdated } from './password-hash.ts';
import { accountId } from './person.ts';

const credentialsRow = z.object({
  id: accountId,
  email: z.string(),
  active: z.boolean(),
  password_hash: z.string().nullable(),
});

/** What a sign-in compares with. Never leaves the rules that check passwords. */
export type Credentials = z.output<typeof credentialsRow>;

/**
 * What a password is verified against: of an e-mail address in whatever case, active or not.
 *
 * @example
 * const credentials = await findCredentials(app.database, email);
 * const matches = await verifyPassword(credentials?.password_hash, password); // takes as long where there is no account
 */
export function findCredentials(query: Query, email: string): Promise<Credentials | null> {
  const plain = composed(email.trim());
  return query.maybeOne(sql.type(credentialsRow)`
    select id, email, active, password_hash
    from rustio_user
    where lower(email) = lower(${plain})
  `);
}

export function credentialsOf(query: Query, id: number): Promise<Credentials | null> {
  return query.maybeOne(sql.type(credentialsRow)`
    select id, email, active, password_hash
    from rustio_user
    where id = ${id}
  `);
}

/**
 * Whether the password that was verified a moment ago is still the account's, which then stays so until the transaction
 * ends: a session must not begin after the password change that would have ended it.
 */
export function stillHolds(tx: Transaction, { id, password_hash }: Credentials): Promise<boolean> {
  return tx.exists(sql.unsafe`
    select from rustio_user
    where id = ${id} and active and password_hash = ${password_hash}
    for share
  `);
}

/** Hashes again, with today's parameters, a password that has just been verified. Nothing that anybody else must know. */
export async function renewHash(query: Query, { id, password_hash }: Credentials, password: string): Promise<void> {
  if (password_hash === null || !isOutdated(password_hash)) return;
  const hash = await hashPassword(password);
  await query.query(sql.unsafe`
    update rustio_user
    set password_hash = ${hash}
    where id = ${id} and password_hash = ${password_hash}
  `);
}
