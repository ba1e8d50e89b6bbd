// Which second factors a user has. The only place that knows all of them: add the table of another factor here.

import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { EventHandlers } from '../../core/write/events.ts';
import { accountOf, accountSubject, findAccountById } from '../auth/account.ts';
import type { RecoverableFactor } from '../recovery/factors.ts';
import { deleteBackupCodes } from './backup-codes.ts';
import { forgetDevices } from './remembered-device.ts';

/** Whether the account with alias `u` has a second factor. */
export const hasAnyFactor = sql.fragment`(
  exists (select from rustio_mfa_totp f where f.user_id = u.id)
  or exists (select from rustio_mfa_passkey f where f.user_id = u.id)
)`;

/** Whether a user has a second factor. */
export function hasFactor(query: Query, userId: number): Promise<boolean> {
  return query.exists(sql.unsafe`select from rustio_user u where u.id = ${userId} and ${hasAnyFactor}`);
}

/** The second factors of a user. */
export interface Factors {
  /** When the authenticator app was set up, as PostgreSQL writes it; null if the user has none. */
  readonly totpSince: string | null;
  readonly passkeys: number;
  /** Unused backup codes. */
  readonly backupCodes: number;
}

const factorsRow = z
  .object({ totp_since: z.string().nullable(), passkeys: z.int(), backup_codes: z.int() })
  .transform((row): Factors => ({ totpSince: row.totp_since, passkeys: row.passkeys, backupCodes: row.backup_codes }));

export function factorsOf(query: Query, userId: number): Promise<Factors> {
  return query.one(sql.type(factorsRow)`
    select
      (select created_at::text from rustio_mfa_totp where user_id = ${userId}) as totp_since,
      (select count(*)::integer from rustio_mfa_passkey where user_id = ${userId}) as passkeys,
      (
        select count(*)::integer from rustio_mfa_backup_code where user_id = ${userId} and used_at is null
      ) as backup_codes
  `);
}

export function hasTotp(query: Query, userId: number): Promise<boolean> {
  return query.exists(sql.unsafe`select from rustio_mfa_totp where user_id = ${userId}`);
}

/** Deletes every factor of a user, the backup codes and the remembered devices. Returns undefined if there was no factor. */
export async function deleteFactors(
  tx: Transaction,
  userId: number,
): Promise<{ readonly codes: number; readonly passkeys: number } | undefined> {
  const hadFactor = await hasFactor(tx, userId);
  await tx.query(sql.unsafe`delete from rustio_mfa_totp where user_id = ${userId}`);
  // fault: passkeys-survive-recovery
  const { rowCount: passkeys } = await tx.query(sql.unsafe`delete from rustio_mfa_passkey where user_id = ${userId}`);
  const codes = await deleteBackupCodes(tx, userId);
  return hadFactor ? { codes, passkeys } : undefined;
}

/** Removes all factors in a recovery: by an administrator, or on the command line. The caller ends the sessions. */
export function recoverableFactor(app: App): RecoverableFactor {
  return {
    name: 'mfa',
    isSet: hasFactor,
    async remove(tx: Transaction, context: AuditContext, userId: number): Promise<boolean> {
      const deleted = await deleteFactors(tx, userId);
      await forgetDevices(tx, context, app, userId, 'second_factor_removed');
      const account = await findAccountById(tx, userId);
      if (!deleted || !account) return false;
      await app.events.record(tx, context, 'mfa_reset_by_other', { subject: accountSubject(account), data: deleted });
      return true;
    },
  };
}

/** When an account is erased, so is everything about its second factors. */
export const deleteWhenErased: EventHandlers = {
  // fault: factors-of-erased-account
  async user_erased(tx, { subject }) {
    const userId = accountOf(subject);
    await deleteFactors(tx, userId);
    await tx.query(sql.unsafe`delete from rustio_mfa_remembered_device where user_id = ${userId}`);
    await tx.query(sql.unsafe`delete from rustio_mfa_grace where user_id = ${userId}`);
  },
};
