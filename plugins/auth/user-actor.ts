import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { toNfc } from '../../core/model/plain-text.ts';
import type { UserActor } from '../../core/policy/actor.ts';
import type { CurrentActor } from '../../core/write/current-actor.ts';
import { ADMINISTRATIVE_ROLES, ROLES, type Role } from './roles.ts';

declare module '../../core/policy/actor.ts' {
  interface UserActor {
    /** The display name; null if only the email address is known. */
    readonly displayName: string | null;
    readonly role: Role;
    /** Full names of permissions, the user's own and those of their groups. Empty if the role has all of them. */
    readonly permissions: ReadonlySet<string>;
  }
}

/** An int8 key as a number. One over 2^53 is an error, never rounded. */
export const accountId = z
  .string()
  .transform(Number)
  .refine((id) => Number.isSafeInteger(id), 'must be a whole number below 2^53');

/** Columns of `userColumns` as PostgreSQL sends them. */
export const userShape = {
  user_id: accountId,
  email: z.string(),
  display_name: z.string().nullable(),
  role: z.enum(ROLES),
  permissions: z.array(z.string()),
};
export const userRow = z.object(userShape);

/** The actor that a row with the columns of `userShape` describes. */
export function toUserActor(row: z.output<typeof userRow>): UserActor {
  return {
    kind: 'user',
    id: row.user_id,
    name: row.email,
    displayName: row.display_name,
    role: row.role,
    permissions: new Set(row.permissions),
  };
}

const administrativeRoles = sql.join(
  ADMINISTRATIVE_ROLES.map((role) => sql.literalValue(role)),
  sql.fragment`, `,
);

/**
 * The columns of a user, from a row of rustio_user under the alias `u`; `userShape` reads them. One expression, so that the
 * statement of a signed-in request costs one round trip and sees a changed group at once.
 */
export const userColumns: FragmentSqlToken = sql.fragment`
  u.id as user_id,
  u.email,
  u.display_name,
  u.role,
  case
    when u.role in (${administrativeRoles}) then '{}'::text[]
    else array(
      select up.permission
      from rustio_user_permission up
      where up.user_id = u.id
      union
      select gp.permission
      from rustio_user_group ug
      join rustio_group_permission gp on gp.group_id = ug.group_id
      where ug.user_id = u.id
    )
  end as permissions`;

/**
 * An active account as an actor, with its role and all its permissions; undefined if it does not exist or is inactive.
 *
 * @example
 * const owner = await findUserActor(app.database, token.userId);
 */
export function findUserActor(query: Query, id: number): Promise<UserActor | undefined> {
  return findActiveUser(query, sql.fragment`u.id = ${id}`);
}

const currentRow = userRow.extend({ moved: z.boolean() });

/** Whether the row that was locked is newer than the statement: what its subqueries read is then out of date. */
const movedColumn = sql.fragment`u.xmin <> (select seen.xmin from rustio_user seen where seen.id = u.id) as moved`;

/**
 * The columns of `userColumns`, for a statement that locks `u`. Permissions are read in subqueries, which see what was there
 * before the lock was waited for; if `readCurrentUser` finds that the row has changed meanwhile, it reads again.
 */
const currentUserColumns: FragmentSqlToken = sql.fragment`${userColumns}, ${movedColumn}`;

/** The user of a statement that locks and selects `currentUserColumns`; undefined without a row. */
export async function readCurrentUser(tx: Transaction, from: FragmentSqlToken): Promise<UserActor | undefined> {
  const statement = sql.type(currentRow)`select ${currentUserColumns} ${from}`;
  let row = await tx.maybeOne(statement);
  if (row?.moved === true) row = await tx.maybeOne(statement);
  return row === null ? undefined : toUserActor(row);
}

/**
 * Reads users, and the owners of tokens, inside the transaction that writes; see `CurrentActor`. Until it ends, their account
 * can be neither deactivated nor given another role.
 */
export const currentActor: CurrentActor = async (tx, actor) => {
  if (actor.kind === 'user') return (await lockUser(tx, actor)) ?? null;
  if (actor.kind !== 'token' || actor.onBehalfOf === undefined) return undefined;
  const owner = await lockUser(tx, actor.onBehalfOf);
  return owner === undefined ? null : { ...actor, onBehalfOf: owner };
};

async function lockUser(tx: Transaction, user: UserActor): Promise<UserActor | undefined> {
  const current = await readCurrentUser(
    tx,
    // fault: account-not-read-again
    sql.fragment`from rustio_user u where u.id = ${user.id} and u.active for share of u`,
  );
  // What other plugins have put on the actor stays.
  return current && { ...user, ...current };
}

/** Loads an account as an actor by email address (case-insensitive). */
export function findUserActorByEmail(query: Query, email: string): Promise<UserActor | undefined> {
  return findActiveUser(query, sql.fragment`lower(u.email) = lower(${toNfc(email.trim())})`);
}

async function findActiveUser(query: Query, condition: FragmentSqlToken): Promise<UserActor | undefined> {
  const row = await query.maybeOne(sql.type(userRow)`
    select ${userColumns} from rustio_user u where ${condition} and u.active
  `);
  return row === null ? undefined : toUserActor(row);
}
