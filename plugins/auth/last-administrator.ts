import { sql } from 'slonik';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Account } from './account.ts';
import { ADMINISTRATIVE_ROLES, isAdministrative } from './roles.ts';

const LOCK = 'rustio: authority';
const administrativeRoles = sql.array([...ADMINISTRATIVE_ROLES], 'text');

/**
 * Serialises transactions that change roles and activity. Taken before any account is read, so that each sees the changes of
 * the previous one: two administrators who demote each other at once must not both succeed.
 */
export async function takeAuthorityLock(tx: Transaction): Promise<void> {
  // fault: no-authority-lock
  await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtextextended(${LOCK}, 0))`);
}

/** Whether an active account other than `except` has a role with every permission. */
export function someAdministratorRemains(query: Query, except?: number): Promise<boolean> {
  return query.exists(sql.unsafe`
    select from rustio_user
    where active
      and role = any(${administrativeRoles})
      and id is distinct from ${except ?? null}::bigint
  `);
}

/** Whether the account can become `after` without leaving the application without an administrator. Needs the authority lock. */
export async function leavesAnAdministrator(
  tx: Transaction,
  before: Account,
  after: Pick<Account, 'role' | 'active'>,
): Promise<boolean> {
  const counts = (account: Pick<Account, 'role' | 'active'>) => account.active && isAdministrative(account.role);
  if (!counts(before) || counts(after)) return true;
  return someAdministratorRemains(tx, before.id);
}
