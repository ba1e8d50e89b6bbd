import { sql } from 'slonik';
import { z } from 'zod';
import { nearest } from '../../core/base/nearest.ts';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Issue } from '../../core/model/issue.ts';
import { toNfc } from '../../core/model/plain-text.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { Events, Subject } from '../../core/write/events.ts';
import { authorityIssue } from './authority-guards.ts';
import { invalid, type Outcome, rejected } from './outcome.ts';
import { accountId } from './user-actor.ts';

const MAX_NAME_LENGTH = 150;
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
  requestContext: AuditContext,
  events: Events,
  { name: typed, description = null }: { readonly name: string; readonly description?: string | null },
): Promise<Outcome<{ readonly id: number }>> {
  const context = await events.currentContext(tx, requestContext);
  if (!context) return rejected('auth.rejected.notAllowed');
  const issue = authorityIssue(context.actor);
  if (issue) return { outcome: 'rejected', issue };
  const name = toNfc(typed.trim());
  if (name === '' || [...name].length > MAX_NAME_LENGTH)
    return invalid('name', { key: 'auth.problem.groupName', params: { max: MAX_NAME_LENGTH } });
  const row = await tx.maybeOne(sql.type(idRow)`
    insert into rustio_group (name, description)
    values (${name}, ${description})
    on conflict (lower(name)) do nothing
    returning id
  `);
  if (!row) return invalid('name', { key: 'auth.problem.groupTaken' });
  await events.record(tx, context, 'group_created', {
    subject: groupSubject({ id: row.id, name }),
    data: { after: { name, description } },
  });
  return { outcome: 'done', id: row.id };
}

/**
 * Grants permissions to a group. Names that are not in `available` are rejected with a suggestion.
 *
 * @example
 * await grantToGroup(tx, context, app.events, 'editors', ['post.add', 'post.change'], new Set(app.permissions));
 */
export async function grantToGroup(
  tx: Transaction,
  context: AuditContext,
  events: Events,
  group: string,
  permissions: readonly string[],
  available: ReadonlySet<string>,
): Promise<Outcome> {
  for (const permission of permissions) {
    const issue = permissionIssue(permission, available);
    if (issue) return invalid('permission', issue);
  }
  return changePermissions(tx, context, events, group, (held) => new Set([...held, ...permissions]));
}

/**
 * Revokes permissions of a group; those that the group does not have are ignored.
 *
 * @example
 * await revokeFromGroup(tx, context, app.events, 'editors', ['post.delete']);
 */
export function revokeFromGroup(
  tx: Transaction,
  context: AuditContext,
  events: Events,
  group: string,
  permissions: readonly string[],
): Promise<Outcome> {
  return changePermissions(tx, context, events, group, (held) => held.difference(new Set(permissions)));
}

export interface GroupSummary {
  readonly name: string;
  readonly members: readonly string[];
  readonly permissions: readonly string[];
}

const summaryRow = z.object({ name: z.string(), members: z.array(z.string()), permissions: z.array(z.string()) });

/** All groups, by name, with the email addresses of their members and their permissions. */
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
  requestContext: AuditContext,
  events: Events,
  name: string,
  change: (held: ReadonlySet<string>) => Set<string>,
): Promise<Outcome> {
  const group = await lockGroup(tx, name);
  const context = await events.currentContext(tx, requestContext);
  if (!context) return rejected('auth.rejected.notAllowed');
  const issue = authorityIssue(context.actor);
  if (issue) return { outcome: 'rejected', issue };
  if (!group) return { outcome: 'missing' };
  const held = new Set(
    await tx.anyFirst(sql.type(z.object({ permission: z.string() }))`
      select permission from rustio_group_permission where group_id = ${group.id}
    `),
  );
  const changed = change(held);
  if (changed.symmetricDifference(held).size === 0) return { outcome: 'done' };

  await tx.query(sql.unsafe`
    delete from rustio_group_permission
    where group_id = ${group.id} and permission <> all(${sql.array([...changed], 'text')})
  `);
  await tx.query(sql.unsafe`
    insert into rustio_group_permission (group_id, permission)
    select ${group.id}, permission
    from unnest(${sql.array([...changed], 'text')}) as permission
    on conflict do nothing
  `);
  await touch(tx, group);
  await events.record(tx, context, 'group_updated', {
    subject: groupSubject(group),
    data: { before: { permissions: sorted(held) }, after: { permissions: sorted(changed) } },
  });
  return { outcome: 'done' };
}

/** The group with this name, locked until the transaction ends. */
export function lockGroup(tx: Transaction, name: string): Promise<Group | null> {
  const plain = toNfc(name.trim());
  return tx.maybeOne(sql.type(groupRow)`
    select id, name from rustio_group where lower(name) = lower(${plain}) for no key update
  `);
}

async function touch(tx: Transaction, group: Group): Promise<void> {
  await tx.query(sql.unsafe`update rustio_group set updated_at = now() where id = ${group.id}`);
}

function groupSubject(group: Group): Subject {
  return { model: 'group', key: String(group.id), label: group.name };
}

function sorted(names: ReadonlySet<string>): string[] {
  return [...names].sort();
}

/** Why a permission cannot be granted: it does not exist. A typo must not create one. */
export function permissionIssue(permission: string, available: ReadonlySet<string>): Issue | undefined {
  if (available.has(permission)) return undefined;
  const near = nearest(permission, available);
  return near === undefined
    ? { key: 'auth.problem.permission', params: { permission } }
    : { key: 'auth.problem.permissionNear', params: { permission, near } };
}
