import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Problem } from '../../core/model/issue.ts';
import { countCharacters, toNfc } from '../../core/model/plain-text.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { Subject } from '../../core/write/events.ts';
import { authorityIssue } from './authority-guards.ts';
import { changeGrants, type Grant, type GrantApp, type GrantChange, isEffective, loadGrants } from './grants.ts';
import { invalid, type Outcome, rejected } from './outcome.ts';
import { accountId } from './user-actor.ts';

const MAX_NAME_LENGTH = 150;
const MAX_DESCRIPTION_LENGTH = 500;
const idRow = z.object({ id: accountId });
const groupRow = z.object({ id: accountId, name: z.string(), description: z.string().nullable() });
type Group = z.output<typeof groupRow>;

/**
 * Creates an empty group and records `group_created`.
 *
 * @example
 * await createGroup(tx, context, app, { name: 'editors', description: 'People who write' });
 */
export async function createGroup(
  tx: Transaction,
  requestContext: AuditContext,
  { events }: Pick<GrantApp, 'events'>,
  { name: typed, description = null }: { readonly name: string; readonly description?: string | null },
): Promise<Outcome<{ readonly id: number }>> {
  const context = await events.currentContext(tx, requestContext);
  if (!context) return rejected('auth.rejected.notAllowed');
  const issue = authorityIssue(context.actor);
  if (issue) return { outcome: 'rejected', issue };
  const name = toNfc(typed.trim());
  const problems = groupProblems(name, description);
  if (problems.length > 0) return { outcome: 'invalid', problems };
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
 * Changes the name and the description of a group, as far as they are given; recorded as `group_updated`.
 *
 * @example
 * await editGroup(tx, context, app, 'editors', { name: 'Writers', description: null });
 */
export async function editGroup(
  tx: Transaction,
  requestContext: AuditContext,
  app: Pick<GrantApp, 'events'>,
  group: string,
  { name, description }: { readonly name?: string; readonly description?: string | null },
): Promise<Outcome> {
  const allowed = await lockForChange(tx, requestContext, app, group);
  if ('outcome' in allowed) return allowed;
  const { before, context } = allowed;
  const after = {
    name: name === undefined ? before.name : toNfc(name.trim()),
    description: description === undefined ? before.description : description,
  };
  const problems = groupProblems(after.name, after.description);
  if (problems.length > 0) return { outcome: 'invalid', problems };
  if (after.name === before.name && after.description === before.description) return { outcome: 'done' };
  const taken = await tx.exists(sql.unsafe`
    select from rustio_group where lower(name) = lower(${after.name}) and id <> ${before.id}
  `);
  if (taken) return invalid('name', { key: 'auth.problem.groupTaken' });
  await tx.query(sql.unsafe`
    update rustio_group
    set name = ${after.name}, description = ${after.description}, updated_at = now()
    where id = ${before.id}
  `);
  await app.events.record(tx, context, 'group_updated', {
    subject: groupSubject({ id: before.id, name: after.name }),
    data: { before: { name: before.name, description: before.description }, after },
  });
  return { outcome: 'done' };
}

/**
 * Deletes a group; its members lose its permissions. Recorded as `group_deleted`.
 *
 * @example
 * await deleteGroup(tx, context, app, 'editors');
 */
export async function deleteGroup(
  tx: Transaction,
  requestContext: AuditContext,
  app: Pick<GrantApp, 'events'>,
  group: string,
): Promise<Outcome> {
  const allowed = await lockForChange(tx, requestContext, app, group);
  if ('outcome' in allowed) return allowed;
  const { before, context } = allowed;
  const { name, description } = before;
  const grants = await loadGrants(tx, { kind: 'group', id: before.id });
  const permissions = grants.map(({ permission }) => permission);
  // Recorded while there are still members: handlers react to the loss of their permissions.
  if (permissions.length > 0)
    await app.events.record(tx, context, 'group_updated', {
      subject: groupSubject(before),
      data: { before: { permissions }, after: { permissions: [] } },
    });
  // Writes of members that wait for a lock detect from the updated row that their permissions have changed.
  const members = await tx.anyFirst(sql.type(idRow)`
    update rustio_user u
    set updated_at = now()
    from rustio_user_group ug
    where ug.user_id = u.id and ug.group_id = ${before.id}
    returning u.id
  `);
  await tx.query(sql.unsafe`delete from rustio_group where id = ${before.id}`);
  await app.events.record(tx, context, 'group_deleted', {
    subject: groupSubject(before),
    // Ids rather than addresses, which would remain when a member is erased.
    data: { before: { name, description, permissions, members: members.toSorted((a, b) => a - b) } },
  });
  return { outcome: 'done' };
}

/** The group, locked, and the current actor, if they can change groups. */
async function lockForChange(
  tx: Transaction,
  requestContext: AuditContext,
  { events }: Pick<GrantApp, 'events'>,
  name: string,
): Promise<
  { readonly before: Group; readonly context: AuditContext } | Exclude<Outcome, { readonly outcome: 'done' }>
> {
  const group = await lockGroup(tx, name);
  const context = await events.currentContext(tx, requestContext);
  if (!context) return rejected('auth.rejected.notAllowed');
  const issue = authorityIssue(context.actor);
  if (issue) return { outcome: 'rejected', issue };
  return group ? { before: group, context } : { outcome: 'missing' };
}

function groupProblems(name: string, description: string | null): readonly Problem[] {
  const problems: Problem[] = [];
  if (name === '' || countCharacters(name) > MAX_NAME_LENGTH)
    problems.push({ field: 'name', issue: { key: 'auth.problem.groupName', params: { max: MAX_NAME_LENGTH } } });
  if (countCharacters(description ?? '') > MAX_DESCRIPTION_LENGTH)
    problems.push({
      field: 'description',
      issue: { key: 'auth.problem.nameLong', params: { max: MAX_DESCRIPTION_LENGTH } },
    });
  return problems;
}

/**
 * Grants permissions to a group. Unknown names are rejected with a suggestion; users can only grant what they hold themselves.
 *
 * @example
 * await grantToGroup(tx, context, app, 'editors', ['post.add', 'post.change']);
 */
export function grantToGroup(
  tx: Transaction,
  context: AuditContext,
  app: GrantApp,
  group: string,
  permissions: readonly string[],
): Promise<Outcome> {
  return changeGroupGrants(tx, context, app, group, { add: permissions });
}

/**
 * Revokes permissions of a group; those that the group does not have are ignored.
 *
 * @example
 * await revokeFromGroup(tx, context, app, 'editors', ['post.delete']);
 */
export function revokeFromGroup(
  tx: Transaction,
  context: AuditContext,
  app: GrantApp,
  group: string,
  permissions: readonly string[],
): Promise<Outcome> {
  return changeGroupGrants(tx, context, app, group, { remove: permissions });
}

/** A group with its members and permissions. */
export interface GroupSummary {
  readonly name: string;
  readonly members: readonly string[];
  readonly permissions: readonly Grant[];
}

const summaryRow = z.object({
  name: z.string(),
  members: z.array(z.string()),
  permissions: z.array(z.object({ permission: z.string(), effective: z.boolean() })),
});

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
      coalesce((
        select
          jsonb_agg(
            jsonb_build_object('permission', gp.permission, 'effective', ${isEffective('gp')})
            order by gp.permission
          )
        from rustio_group_permission gp
        where gp.group_id = g.id
      ), '[]') as permissions
    from rustio_group g
    order by lower(g.name)
  `);
}

/** Adds and removes permissions of a group in one step; recorded as `group_updated`. */
export async function changeGroupGrants(
  tx: Transaction,
  requestContext: AuditContext,
  app: GrantApp,
  name: string,
  change: GrantChange,
): Promise<Outcome> {
  const allowed = await lockForChange(tx, requestContext, app, name);
  if ('outcome' in allowed) return allowed;
  const { before: group, context } = allowed;
  const outcome = await changeGrants(tx, app, context.actor, { kind: 'group', id: group.id }, change);
  if (outcome.outcome !== 'done' || outcome.changed === undefined) return outcome;

  await touch(tx, group);
  const { before, after } = outcome.changed;
  await app.events.record(tx, context, 'group_updated', {
    subject: groupSubject(group),
    data: { before: { permissions: before }, after: { permissions: after } },
  });
  return { outcome: 'done' };
}

/** The group with an id. */
export function findGroup(query: Query, id: number): Promise<Group | null> {
  return query.maybeOne(sql.type(groupRow)`select id, name, description from rustio_group where id = ${id}`);
}

/** The group with this name, locked until the transaction ends. */
export function lockGroup(tx: Transaction, name: string): Promise<Group | null> {
  const plain = toNfc(name.trim());
  return tx.maybeOne(sql.type(groupRow)`
    select id, name, description from rustio_group where lower(name) = lower(${plain}) for no key update
  `);
}

async function touch(tx: Transaction, group: Group): Promise<void> {
  await tx.query(sql.unsafe`update rustio_group set updated_at = now() where id = ${group.id}`);
}

function groupSubject(group: Pick<Group, 'id' | 'name'>): Subject {
  return { model: 'group', key: String(group.id), label: group.name };
}
