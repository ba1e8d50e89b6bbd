import { sql } from 'slonik';
import { z } from 'zod';
import type { AuditContext } from '../../core/actor.ts';
import type { Query, Transaction } from '../../core/database/pool.ts';
import type { Events, Subject } from '../../core/events.ts';
import { composed } from '../../core/model/composed.ts';
import { authorityIssue } from './authority-guards.ts';
import { invalid, type Outcome } from './outcome.ts';
import { permissionIssue } from './permission-names.ts';
import { accountId } from './person.ts';

const LONGEST_NAME = 150;
const idRow = z.object({ id: accountId });
const groupRow = z.object({ id: accountId, name: z.string() });
type Group = z.output<typeof groupRow>;

/**
 * Creates an empty group and records `group_created`.
 *
 * @example
 * await createGroup(tx, context, app.events, { name: 'editors', description: 'People who write' });
 */
export async function createGroup(
  tx: Transaction,
  cause: AuditContext,
  events: Events,
  { name: typed, description = null }: { readonly name: string; readonly description?: string | null },
): Promise<Outcome<{ readonly id: number }>> {
  const issue = authorityIssue(cause.actor);
  if (issue) return { outcome: 'refused', issue };
  const name = composed(typed.trim());
  if (name === '' || [...name].length > LONGEST_NAME)
    return invalid('name', { key: 'auth.problem.groupName', params: { max: LONGEST_NAME } });
  const row = await tx.maybeOne(sql.type(idRow)`
    insert into rustio_group (name, description)
    values (${name}, ${description})
    on conflict (lower(name)) do nothing
    returning id
  `);
  if (!row) return invalid('name', { key: 'auth.problem.groupTaken' });
  await events.record(tx, cause, 'group_created', {
    subject: subjectOf({ id: row.id, name }),
    data: { after: { name, description } },
  });
  return { outcome: 'done', id: row.id };
}

/**
 * Grants permissions to a group. A name that is not in `known` is rejected, with the one that was probably meant.
 *
 * @example
 * await grantToGroup(tx, context, app.events, 'editors', ['post.add', 'post.change'], new Set(app.permissions));
 */
export async function grantToGroup(
  tx: Transaction,
  cause: AuditContext,
  events: Events,
  group: string,
  permissions: readonly string[],
  known: ReadonlySet<string>,
): Promise<Outcome> {
  for (const permission of permissions) {
    const issue = permissionIssue(permission, known);
    if (issue) return invalid('permission', issue);
  }
  return changePermissions(tx, cause, events, group, (held) => new Set([...held, ...permissions]));
}

/**
 * Revokes permissions of a group; those that it does not have are ignored.
 *
 * @example
 * await revokeFromGroup(tx, context, app.events, 'editors', ['post.delete']);
 */
export function revokeFromGroup(
  tx: Transaction,
  cause: AuditContext,
  events: Events,
  group: string,
  permissions: readonly string[],
): Promise<Outcome> {
  return changePermissions(tx, cause, events, group, (held) => held.difference(new Set(permissions)));
}

export interface GroupSummary {
  readonly name: string;
  readonly members: readonly string[];
  readonly permissions: readonly string[];
}

const summaryRow = z.object({ name: z.string(), members: z.array(z.string()), permissions: z.array(z.string()) });

/** Every group with the addresses of its members and its permissions, by name. */
export function listGroups(query: Query): Promise<readonly GroupSummary[]> {
  return query.any(sql.type(summaryRow)`
    select
      g.name,
      array(
        select u.email
        from rustio_user_group ug
        join rustio_user u on u.id = ug.user_id
        where ug.group_id = g.id
        order by lower(u.email)
      ) as members,
      array(
        select gp.permission
        from rustio_group_permission gp
        where gp.group_id = g.id
        order by gp.permission
      ) as permissions
    from rustio_group g
    order by lower(g.name)
  `);
}

async function changePermissions(
  tx: Transaction,
  cause: AuditContext,
  events: Events,
  name: string,
  change: (held: ReadonlySet<string>) => Set<string>,
): Promise<Outcome> {
  const issue = authorityIssue(cause.actor);
  if (issue) return { outcome: 'refused', issue };
  const group = await lockGroup(tx, name);
  if (!group) return { outcome: 'missing' };
  const held = new Set(
    await tx.anyFirst(sql.type(z.object({ permission: z.string() }))`
      select permission from rustio_group_permission where group_id = ${group.id}
    `),
  );
  const wanted = change(held);
  if (wanted.symmetricDifference(held).size === 0) return { outcome: 'done' };

  await tx.query(sql.unsafe`
    delete from rustio_group_permission
    where group_id = ${group.id} and permission <> all(${sql.array([...wanted], 'text')})
  `);
  await tx.query(sql.unsafe`
    insert into rustio_group_permission (group_id, permission)
    select ${group.id}, permission
    from unnest(${sql.array([...wanted], 'text')}) as permission
    on conflict do nothing
  `);
  await touch(tx, group);
  await events.record(tx, cause, 'group_updated', {
    subject: subjectOf(group),
    data: { before: { permissions: sorted(held) }, after: { permissions: sorted(wanted) } },
  });
  return { outcome: 'done' };
}

/** The group of this name, its row kept from changing until the transaction ends. */
export function lockGroup(tx: Transaction, name: string): Promise<Group | null> {
  const plain = composed(name.trim());
  return tx.maybeOne(sql.type(groupRow)`
    select id, name from rustio_group where lower(name) = lower(${plain}) for no key update
  `);
}

async function touch(tx: Transaction, group: Group): Promise<void> {
  await tx.query(sql.unsafe`update rustio_group set updated_at = now() where id = ${group.id}`);
}

function subjectOf(group: Group): Subject {
  return { model: 'group', key: String(group.id), label: group.name };
}

function sorted(names: ReadonlySet<string>): string[] {
  return [...names].sort();
}
