import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';
import { withRepresentable } from '../../core/database/representable.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { toNfc } from '../../core/model/plain-text.ts';
import { hashPassword, isOutdated } from './password-hash.ts';
import { accountId, canAct } from './user-actor.ts';

const credentialsRow = z.object({
  id: accountId,
  email: z.string(),
  /** Neither inactive nor locked. */
  active: z.boolean(),
  /** Locked, but not inactive. */
  locked: z.boolean(),
  password_hash: z.string().nullable(),
});

const credentialsColumns = sql.fragment`
  u.id, u.email, ${canAct} as active, u.active and not ${canAct} as locked, u.password_hash`;

/** What a password is verified against. Not passed to anything but the functions that verify passwords. */
export type Credentials = z.output<typeof credentialsRow>;

/**
 * The credentials of an email address (case-insensitive), active or not. Service accounts have none: users who type their
 * address learn no more than with one that does not exist.
 *
 * @example
 * const credentials = await findCredentials(app.database, email);
 * const matches = await verifyPassword(credentials?.password_hash, password); // takes the same time if there is no account
 */
export function findCredentials(query: Query, email: string): Promise<Credentials | null> {
  const plain = toNfc(email.trim());
  return withRepresentable(query, [plain], async (inner, [text]) =>
    text === undefined
      ? null
      : inner.maybeOne(sql.type(credentialsRow)`
          select ${credentialsColumns}
          from rustio_user u
          where lower(u.email) = lower(${text}) and u.kind = 'person'
        `),
  );
}

export function findCredentialsById(query: Query, id: number): Promise<Credentials | null> {
  return query.maybeOne(sql.type(credentialsRow)`
    select ${credentialsColumns}
    from rustio_user u
    where u.id = ${id} and u.kind = 'person'
  `);
}

/**
 * Checks that the verified password is still the current one, and locks the account until the transaction ends. Without this, a
 * session could start after the password change that should have ended it.
 */
export function stillHolds(tx: Transaction, { id, password_hash }: Credentials): Promise<boolean> {
  return tx.exists(sql.unsafe`
    select from rustio_user u
    where u.id = ${id} and ${canAct} and u.password_hash = ${password_hash}
    for share
  `);
}

/** Rehashes a password that was just verified with the current parameters. Not recorded. */
export async function renewHash(query: Query, { id, password_hash }: Credentials, password: string): Promise<void> {
  if (password_hash === null || !isOutdated(password_hash)) return;
  const hash = await hashPassword(password);
  await query.query(sql.unsafe`
    update rustio_user
    set password_hash = ${hash}
    where id = ${id} and password_hash = ${password_hash}
  `);
}

/** Used only by `rustio-admin/testing`, whose accounts share one hash. Not recorded; use `setPassword` for anything else. */
export async function storePasswordHash(query: Query, id: number, hash: string): Promise<void> {
  await query.query(sql.unsafe`
    update rustio_user
    set password_hash = ${hash}, password_changed_at = now()
    where id = ${id}
  `);
}
