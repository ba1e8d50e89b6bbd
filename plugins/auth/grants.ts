import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import { nearest } from '../../core/base/nearest.ts';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Issue } from '../../core/model/issue.ts';
import type { Actor } from '../../core/policy/actor.ts';
import { quoteNames } from '../../core/sql/quote.ts';
import { permissionCeilingIssue } from './authority-guards.ts';
import { invalid, type Outcome } from './outcome.ts';

/** The parts of an application that changes of groups and permissions need. */
export type GrantApp = Pick<App, 'events' | 'permissions' | 'models' | 'policy'>;

/** A group or an account, as the holder of permissions. */
export interface Holder {
  readonly kind: 'group' | 'user';
  readonly id: number;
}

/** A permission of a group or an account. */
export interface Grant {
  readonly permission: string;
  /** False if the table that it was granted for no longer exists: the permission has no effect. */
  readonly effective: boolean;
}

/**
 * Whether a row of rustio_group_permission, rustio_user_permission, or another table with their columns has an effect. When a model's
 * table is dropped, the permissions that were granted for it no longer have any, even if a new model gets the same name; renaming the
 * table keeps them. The function looks in the catalogue cache and returns NULL if the table does not exist.
 */
export function isEffective(alias: string): FragmentSqlToken {
  const relation = sql.identifier([alias, 'relation']);
  // fault: grants-of-dropped-models
  return sql.fragment`(${relation} is null or pg_table_is_visible(${relation}) is not null)`;
}

const grantRow = z.object({ permission: z.string(), effective: z.boolean() });

/** The permissions of a group, or those granted directly to an account, by name. */
export function loadGrants(query: Query, { kind, id }: Holder): Promise<readonly Grant[]> {
  return query.any(sql.type(grantRow)`
    select p.permission, ${isEffective('p')} as effective
    from ${tableOf(kind)} p
    where p.${holderColumn(kind)} = ${id}
    order by p.permission
  `);
}

/** The permissions to add and to remove. Those to remove may be ones that have no effect. */
export interface GrantChange {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

/** The permissions before and after, for the audit trail; undefined if nothing has changed. */
type Changed = { readonly before: readonly string[]; readonly after: readonly string[] } | undefined;

/**
 * Changes the permissions of a holder whose row is locked. Unknown permissions are rejected with a suggestion, and so are those that
 * the actor does not hold.
 */
export async function changeGrants(
  tx: Transaction,
  app: Omit<GrantApp, 'events'>,
  actor: Actor,
  holder: Holder,
  { add = [], remove = [] }: GrantChange,
): Promise<Outcome<{ readonly changed: Changed }>> {
  const before = await loadGrants(tx, holder);
  const effective = new Set(before.flatMap((grant) => (grant.effective ? [grant.permission] : [])));
  const added = [...new Set(add)].filter((permission) => !effective.has(permission));
  const available = new Set(app.permissions);
  for (const permission of added) {
    const issue = permissionIssue(permission, available);
    if (issue) return invalid('permission', issue);
  }
  const ceiling = permissionCeilingIssue(actor, added, (who, permission) => app.policy.holds(who, permission));
  if (ceiling) return { outcome: 'rejected', issue: ceiling };
  const removed = before.filter(({ permission }) => remove.includes(permission));
  if (added.length === 0 && removed.length === 0) return { outcome: 'done', changed: undefined };

  const table = tableOf(holder.kind);
  const column = holderColumn(holder.kind);
  await tx.query(sql.unsafe`
    delete from ${table}
    where ${column} = ${holder.id} and permission = any(${sql.array([...remove], 'text')})
  `);
  const relations = added.map((permission) => tableOfPermission(app, permission));
  await tx.query(sql.unsafe`
    insert into ${table} (${column}, permission, relation)
    select ${holder.id}, given.permission, to_regclass(given.relation)
    from unnest(${sql.array(added, 'text')}, ${sql.array(relations, 'text')}) as given (permission, relation)
    on conflict (${column}, permission) do update set relation = excluded.relation
  `);
  return { outcome: 'done', changed: { before: texts(before), after: texts(await loadGrants(tx, holder)) } };
}

/**
 * The table of the model that a permission belongs to, as SQL. Null for the permission of a plugin, and for a table that is managed
 * elsewhere: other programs may drop and create it again at any time, for example a view with changed columns, or a nightly import.
 */
export function tableOfPermission({ models }: Pick<GrantApp, 'models'>, permission: string): string | null {
  const model = models.byName(permission.slice(0, permission.indexOf('.')));
  // fault: grants-for-unmanaged-table
  return model === undefined || !model.managed ? null : quoteNames(model.table).replace(', ', '.');
}

function texts(grants: readonly Grant[]): readonly string[] {
  return grants.map(({ permission, effective }) => (effective ? permission : `${permission} (without effect)`));
}

function tableOf(kind: Holder['kind']): FragmentSqlToken {
  return sql.fragment`${sql.identifier([`rustio_${kind}_permission`])}`;
}

function holderColumn(kind: Holder['kind']): FragmentSqlToken {
  return sql.fragment`${sql.identifier([`${kind}_id`])}`;
}

/** Why a permission cannot be granted: it does not exist. A typo must not create one. */
export function permissionIssue(permission: string, available: ReadonlySet<string>): Issue | undefined {
  if (available.has(permission)) return undefined;
  const near = nearest(permission, available);
  return near === undefined
    ? { key: 'auth.problem.permission', params: { permission } }
    : { key: 'auth.problem.permissionNear', params: { permission, near } };
}
