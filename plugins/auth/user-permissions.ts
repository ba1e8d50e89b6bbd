import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import { accountSubject } from './account.ts';
import { grantIssue } from './authority-guards.ts';
import { changeGrants, type GrantApp, type GrantChange, isEffective } from './grants.ts';
import { lockForChange } from './lock-for-change.ts';
import type { Outcome } from './outcome.ts';

/**
 * Changes the permissions that an account has in addition to those of its groups. Users cannot change their own, and can only grant what
 * they hold themselves. Recorded as `user_updated`.
 *
 * @example
 * await changeUserGrants(tx, context, app, userId, { add: ['post.change'], remove: ['post.delete'] });
 */
export async function changeUserGrants(
  tx: Transaction,
  requestContext: AuditContext,
  app: GrantApp,
  id: number,
  change: GrantChange,
): Promise<Outcome> {
  const locked = await lockForChange(tx, requestContext, app.events, id, grantIssue);
  if ('outcome' in locked) return locked;
  const { account, context } = locked;
  const outcome = await changeGrants(tx, app, context.actor, { kind: 'user', id }, change);
  if (outcome.outcome !== 'done' || outcome.changed === undefined) return outcome;

  // Writes by this account that wait for the lock detect from the updated row that its permissions have changed.
  await tx.query(sql.unsafe`update rustio_user set updated_at = now() where id = ${id}`);
  const { before, after } = outcome.changed;
  await app.events.record(tx, context, 'user_updated', {
    subject: accountSubject(account),
    data: { before: { permissions: before }, after: { permissions: after } },
  });
  return { outcome: 'done' };
}

/** Where an account has a permission from. */
export interface PermissionSource {
  readonly permission: string;
  /** The name of the group; null if the permission was granted directly. */
  readonly group: string | null;
  readonly effective: boolean;
}

const sourceRow = z.object({ permission: z.string(), group: z.string().nullable(), effective: z.boolean() });

/** The permissions of an account with their sources: those granted directly first, then by the names of groups. */
export function permissionSources(query: Query, id: number): Promise<readonly PermissionSource[]> {
  return query.any(sql.type(sourceRow)`
    select up.permission, null as "group", ${isEffective('up')} as effective
    from rustio_user_permission up
    where up.user_id = ${id}
    union all
    select gp.permission, g.name, ${isEffective('gp')}
    from rustio_user_group ug
    join rustio_group g on g.id = ug.group_id
    join rustio_group_permission gp on gp.group_id = g.id
    where ug.user_id = ${id}
    order by permission, "group" nulls first
  `);
}
