import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import { accountSubject } from './account.ts';
import { grantIssue, permissionCeilingIssue } from './authority-guards.ts';
import { type GrantApp, loadGrants } from './grants.ts';
import { lockGroup } from './groups.ts';
import { lockForChange } from './lock-for-change.ts';
import type { Outcome } from './outcome.ts';
import { accountId } from './user-actor.ts';

/**
 * Adds an account to a group, which grants it the group's permissions: users can only add members if they hold all of them
 * themselves. Recorded as `user_updated` with the account's groups.
 *
 * @example
 * await addToGroup(tx, context, app, 'editors', userId);
 */
export function addToGroup(
  tx: Transaction,
  context: AuditContext,
  app: GrantApp,
  group: string,
  id: number,
): Promise<Outcome> {
  return changeMembership(tx, context, app, group, id, true);
}

/**
 * Removes an account from a group. The same rules apply as for `addToGroup`.
 *
 * @example
 * await removeFromGroup(tx, context, app, 'editors', userId);
 */
export function removeFromGroup(
  tx: Transaction,
  context: AuditContext,
  app: GrantApp,
  group: string,
  id: number,
): Promise<Outcome> {
  return changeMembership(tx, context, app, group, id, false);
}

async function changeMembership(
  tx: Transaction,
  requestContext: AuditContext,
  app: GrantApp,
  groupName: string,
  id: number,
  member: boolean,
): Promise<Outcome> {
  const locked = await lockForChange(tx, requestContext, app.events, id, grantIssue);
  if ('outcome' in locked) return locked;
  const { account, context } = locked;
  const group = await lockGroup(tx, groupName);
  if (!group) return { outcome: 'missing' };
  if (member) {
    const grants = await loadGrants(tx, { kind: 'group', id: group.id });
    const granted = grants.flatMap(({ permission, effective }) => (effective ? [permission] : []));
    const ceiling = permissionCeilingIssue(context.actor, granted, (who, permission) =>
      app.policy.holds(who, permission),
    );
    if (ceiling) return { outcome: 'rejected', issue: ceiling };
  }

  const before = await loadGroups(tx, id);
  await tx.query(
    member
      ? sql.unsafe`insert into rustio_user_group (user_id, group_id) values (${id}, ${group.id}) on conflict do nothing`
      : sql.unsafe`delete from rustio_user_group where user_id = ${id} and group_id = ${group.id}`,
  );
  const after = await loadGroups(tx, id);
  if (after.length === before.length) return { outcome: 'done' };
  // Writes by this account that wait for the lock detect from the updated row that its permissions have changed.
  await tx.query(sql.unsafe`update rustio_user set updated_at = now() where id = ${id}`);
  await app.events.record(tx, context, 'user_updated', {
    subject: accountSubject(account),
    data: { before: { groups: before }, after: { groups: after } },
  });
  return { outcome: 'done' };
}

/** The names of an account's groups. */
export function loadGroups(query: Query, id: number): Promise<readonly string[]> {
  return query.anyFirst(sql.type(z.object({ name: z.string() }))`
    select g.name
    from rustio_user_group ug
    join rustio_group g on g.id = ug.group_id
    where ug.user_id = ${id}
    order by lower(g.name)
  `);
}

const memberRow = z.object({ id: accountId, email: z.string() });

/** The members of a group, by email address. */
export function loadMembers(query: Query, groupId: number): Promise<readonly z.output<typeof memberRow>[]> {
  return query.any(sql.type(memberRow)`
    select u.id, u.email
    from rustio_user_group ug
    join rustio_user u on u.id = ug.user_id
    where ug.group_id = ${groupId}
    order by lower(u.email)
  `);
}
