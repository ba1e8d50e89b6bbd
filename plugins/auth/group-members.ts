import { sql } from 'slonik';
import { z } from 'zod';
import type { Transaction } from '../../core/database/transaction.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { Events } from '../../core/write/events.ts';
import { accountSubject, lockAccount } from './account.ts';
import { crossRankIssue } from './authority-guards.ts';
import { lockGroup } from './groups.ts';
import { type Outcome, rejected } from './outcome.ts';

/**
 * Adds an account to a group. Because its permissions change, this is recorded as `user_updated` with the account's groups.
 *
 * @example
 * await addToGroup(tx, context, app.events, 'editors', userId);
 */
export function addToGroup(
  tx: Transaction,
  context: AuditContext,
  events: Events,
  group: string,
  id: number,
): Promise<Outcome> {
  return changeMembership(tx, context, events, group, id, true);
}

/**
 * Removes an account from a group. The same rules apply as for `addToGroup`.
 *
 * @example
 * await removeFromGroup(tx, context, app.events, 'editors', userId);
 */
export function removeFromGroup(
  tx: Transaction,
  context: AuditContext,
  events: Events,
  group: string,
  id: number,
): Promise<Outcome> {
  return changeMembership(tx, context, events, group, id, false);
}

async function changeMembership(
  tx: Transaction,
  requestContext: AuditContext,
  events: Events,
  groupName: string,
  id: number,
  member: boolean,
): Promise<Outcome> {
  const account = await lockAccount(tx, id);
  if (!account) return { outcome: 'missing' };
  const context = await events.currentContext(tx, requestContext);
  if (!context) return rejected('auth.rejected.notAllowed');
  const { actor } = context;
  // Users can edit their own account, but not change their own permissions.
  if (actor.kind === 'user' && actor.id === id) return rejected('auth.rejected.ownGroups');
  const issue = crossRankIssue(actor, account);
  if (issue) return { outcome: 'rejected', issue };
  const group = await lockGroup(tx, groupName);
  if (!group) return { outcome: 'missing' };

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
  await events.record(tx, context, 'user_updated', {
    subject: accountSubject(account),
    data: { before: { groups: before }, after: { groups: after } },
  });
  return { outcome: 'done' };
}

function loadGroups(tx: Transaction, id: number): Promise<readonly string[]> {
  return tx.anyFirst(sql.type(z.object({ name: z.string() }))`
    select g.name
    from rustio_user_group ug
    join rustio_group g on g.id = ug.group_id
    where ug.user_id = ${id}
    order by lower(g.name)
  `);
}
