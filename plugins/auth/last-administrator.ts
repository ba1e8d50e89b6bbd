import { sql } from 'slonik';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Account } from './account.ts';
import { ADMINISTRATIVE_ROLES, hasAtLeastRole, ROLES, type Role } from './roles.ts';
import { canSignIn } from './user-actor.ts';

const LOCK = 'rustio: authority';

/**
 * Serialises transactions that change roles or activity. Must be taken before any account is read, so that each transaction sees
 * the changes of the previous one: otherwise, two administrators who demote each other at the same time could both succeed.
 */
export async function takeAuthorityLock(tx: Transaction): Promise<void> {
  // fault: no-authority-lock
  await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtextextended(${LOCK}, 0))`);
}

/** Whether an account other than `except` that can sign in has at least this role. */
export function someoneRemains(query: Query, role: Role, except?: number): Promise<boolean> {
  const roles = ROLES.filter((each) => hasAtLeastRole(each, role));
  return query.exists(sql.unsafe`
    select from rustio_user u
    where ${canSignIn}
      and u.role = any(${sql.array(roles, 'text')})
      and u.id is distinct from ${except ?? null}::bigint
  `);
}

/** Whether an administrator or developer can sign in. */
export function someAdministratorRemains(query: Query): Promise<boolean> {
  return someoneRemains(query, ADMINISTRATIVE_ROLES[0]);
}

/** The parts of an account that decide whether it counts. */
export type Standing = Pick<Account, 'role' | 'canSignIn'>;

/**
 * The administrative role that would be lost with this change: no account that can sign in would still have it, or a higher one.
 * Undefined if none is lost. The caller must hold the authority lock.
 */
export async function roleLostBy(
  tx: Transaction,
  id: number,
  before: Standing,
  after: Standing,
): Promise<Role | undefined> {
  const counts = (standing: Standing, role: Role) => standing.canSignIn && hasAtLeastRole(standing.role, role);
  for (const role of ADMINISTRATIVE_ROLES)
    if (counts(before, role) && !counts(after, role) && !(await someoneRemains(tx, role, id))) return role;
  return undefined;
}
