import { sql } from 'slonik';
import { z } from 'zod';
import type { AuditContext } from '../../core/actor.ts';
import type { Transaction } from '../../core/database/pool.ts';
import type { Events } from '../../core/events.ts';
import { lockAccount, subjectOf } from './account.ts';
import { crossRankIssue } from './authority-guards.ts';
import { lockGroup } from './groups.ts';
import { type Outcome, refused } from './outcome.ts';

/**
 * Adds an account to a group. What it may do changes, so it is recorded as `user_updated`, with its groups.
 *
 * @example
 * await addToGroup(tx, context, app.events, 'editors', userId);
 */
export function addToGroup(
  tx: Transaction,
  cause: AuditContext,
  events: Events,
  group: string,
  id: number,
): Promise<Outcome> {
  return changeMembership(tx, cause, events, group, id, true);
}

/**
 * Removes an account from a group, under the same conditions.
 *
 * @example
 * await removeFromGroup(tx, context, app.events, 'editors', userId);
 */
export function removeFromGroup(
  tx: Transaction,
  cause: AuditContext,
  events: Events,
  group: string,
  id: number,
): Promise<Outcome> {
  return changeMembership(tx, cause, events, group, id, false);
}

async function changeMembership(
  tx: Transaction,
  cause: AuditContext,
  events: Events,
  groupName: string,
  id: number,
  member: boolean,
): Promise<Outcome> {
  const account = await lockAccount(tx, id);
  if (!account) return { outcome: 'missing' };
  const { actor } = cause;
  // Everybody may change something of his own, but not what he is allowed to do.
  if (actor.kind === 'person' && actor.id === id) return refused('auth.refused.crossRank');
  const issue = crossRankIssue(actor, account);
  if (issue) return { outcome: 'refused', issue };
  const group = await lockGroup(tx, groupName);
  if (!group) return { outcome: 'missing' };

  const before = await groupsOf(tx, id);
  await tx.query(
    member
      ? sql.unsafe`insert into rustio_user_group (user_id, group_id) values (${id}, ${group.id}) on conflict do nothing`
      : sql.unsafe`delete from rustio_user_group where user_id = ${id} and group_id = ${group.id}`,
  );
  const after = await groupsOf(tx, id);
  if (after.length === before.length) return { outcome: 'done' };
  await events.record(tx, cause, 'user_updated', {
    subject: subjectOf(account),
    data: { before: { groups: before }, after: { groups: after } },
  });
  return { outcome: 'done' };
}

function groupsOf(tx: Transaction, id: number): Promise<readonly string[]> {
  return tx.anyFirst(sql.type(z.object({ name: z.string() }))`
    select g.name
    from rustio_user_group ug
    join rustio_group g on g.id = ug.group_id
    where ug.user_id = ${id}
    order by lower(g.name)
  `);
}
