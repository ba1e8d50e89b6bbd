import { sql } from 'slonik';
import type { Query, Transaction } from '../../core/database/pool.ts';
import type { Account } from './account.ts';
import { COMMANDING_ROLES, isCommanding } from './roles.ts';

const LOCK = 'rustio: authority';
const commandingRoles = sql.array([...COMMANDING_ROLES], 'text');

/**
 * Lets one transaction at a time change roles and activity. Taken before the first look at any account, so that each sees
 * what the one before it did: two administrators who demote each other at once must not both succeed.
 */
export async function takeAuthorityLock(tx: Transaction): Promise<void> {
  await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtextextended(${LOCK}, 0))`);
}

/** Whether somebody active has a role that passes every permission, leaving `except` out of account. */
export function someCommanderRemains(query: Query, except?: number): Promise<boolean> {
  return query.exists(sql.unsafe`
    select from rustio_user
    where active
      and role = any(${commandingRoles})
      and id is distinct from ${except ?? null}::bigint
  `);
}

/**
 * Whether the account may become `after` without leaving the house without an administrator. Needs the authority lock.
 */
export async function leavesACommander(
  tx: Transaction,
  before: Account,
  after: Pick<Account, 'role' | 'active'>,
): Promise<boolean> {
  const counts = (account: Pick<Account, 'role' | 'active'>) => account.active && isCommanding(account.role);
  if (!counts(before) || counts(after)) return true;
  return someCommanderRemains(tx, before.id);
}
