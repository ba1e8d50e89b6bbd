import { sql } from 'slonik';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Account } from './account.ts';
import { ADMINISTRATIVE_ROLES, isAdministrative } from './roles.ts';

const LOCK = 'rustio: authority';
const administrativeRoles = sql.array([...ADMINISTRATIVE_ROLES], 'text');

/**
 * Serialises transactions that change roles or activity. Must be taken before any account is read, so that each transaction sees
 * the changes of the previous one: otherwise, two administrators who demote each other at the same time could both succeed.
 */
export async function takeAuthorityLock(tx: Transaction): Promise<void> {
  // fault: no-authority-lock
  await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtextextended(${LOCK}, 0))`);
}

/** Whether an active account other than `except` has an administrative role. */
export function someAdministratorRemains(query: Query, except?: number): Promise<boolean> {
  return query.exists(sql.unsafe`
    select from rustio_user
    where active
      and role = any(${administrativeRoles})
      and id is distinct from ${except ?? null}::bigint
  `);
}

/** Whether changing the account to `after` leaves at least one active administrator. The caller must hold the authority lock. */
export async function leavesAnAdministrator(
  tx: Transaction,
  before: Account,
  after: Pick<Account, 'role' | 'active'>,
): Promise<boolean> {
  const counts = (account: Pick<Account, 'role' | 'active'>) => account.active && isAdministrative(account.role);
  if (!counts(before) || counts(after)) return true;
  return someAdministratorRemains(tx, before.id);
}
