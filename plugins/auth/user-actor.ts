import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { isTimeZone } from '../../core/model/calendar.ts';
import { toNfc } from '../../core/model/plain-text.ts';
import type { UserActor } from '../../core/policy/actor.ts';
import type { CurrentActor } from '../../core/write/current-actor.ts';
import { isEffective } from './grants.ts';
import { ADMINISTRATIVE_ROLES, ROLES, type Role } from './roles.ts';

declare module '../../core/policy/actor.ts' {
  interface UserActor {
    /** The display name; null if only the email address is known. */
    readonly displayName: string | null;
    readonly role: Role;
    /** Whether the account is that of a program, which never signs in; undefined for a person. */
    readonly service?: true;
    /** Full names of permissions: the user's own and those of their groups. Empty if the role has all permissions. */
    readonly permissions: ReadonlySet<string>;
    /** The language and time zone that the user has chosen; null or undefined: the default. */
    readonly locale?: string | null;
    readonly timeZone?: string | null;
  }
}

/** An int8 key as a number. Keys above 2^53 are rejected rather than rounded. */
export const accountId = z
  .string()
  .transform(Number)
  .refine((id) => Number.isSafeInteger(id), 'must be a whole number below 2^53');

/** The columns of `userColumns` as returned by PostgreSQL. */
export const userShape = {
  user_id: accountId,
  email: z.string(),
  display_name: z.string().nullable(),
  role: z.enum(ROLES),
  service: z.boolean(),
  permissions: z.array(z.string()),
  locale: z.string().nullable(),
  time_zone: z.string().nullable(),
};
export const userRow = z.object(userShape);

/** Converts a row with the columns of `userShape` to an actor. */
export function toUserActor(row: z.output<typeof userRow>): UserActor {
  return {
    kind: 'user',
    id: row.user_id,
    name: row.email,
    displayName: row.display_name,
    role: row.role,
    ...(row.service && { service: true }),
    permissions: new Set(row.permissions),
    locale: row.locale,
    // fault: unknown-time-zone-of-user
    timeZone: row.time_zone !== null && isTimeZone(row.time_zone) ? row.time_zone : null,
  };
}

const administrativeRoles = sql.join(
  ADMINISTRATIVE_ROLES.map((role) => sql.literalValue(role)),
  sql.fragment`, `,
);

/**
 * The columns of a user, selected from rustio_user with alias `u` and parsed by `userShape`. As part of a single statement, they
 * cost no additional round trip per request, and group changes take effect immediately.
 */
export const userColumns: FragmentSqlToken = sql.fragment`
  u.id as user_id,
  u.email,
  u.display_name,
  u.role,
  u.kind = 'service' as service,
  u.locale,
  u.time_zone,
  case
    when u.role in (${administrativeRoles}) then '{}'::text[]
    else array(
      select up.permission
      from rustio_user_permission up
      where up.user_id = u.id and ${isEffective('up')}
      union
      select gp.permission
      from rustio_user_group ug
      join rustio_group_permission gp on gp.group_id = ug.group_id
      where ug.user_id = u.id and ${isEffective('gp')}
    )
  end as permissions`;

/**
 * An active account as an actor, with its role and all permissions; undefined if it does not exist, is inactive or locked.
 *
 * @example
 * const owner = await findUserActor(app.database, token.userId);
 */
export function findUserActor(query: Query, id: number): Promise<UserActor | undefined> {
  return findActiveUser(query, sql.fragment`u.id = ${id}`);
}

/** Whether the account `u` can act: it is active, and not locked. */
export const canAct: FragmentSqlToken = sql.fragment`
  (u.active and (u.locked_until is null or u.locked_until <= now()))`;

/**
 * Whether the account `u` can sign in. An administrator who is locked, or has no password, cannot help anyone, and neither can a
 * program. A lock that will end counts as well: until then, nobody could administer the project.
 */
export const canSignIn: FragmentSqlToken = sql.fragment`
  (${canAct} and u.kind = 'person' and u.password_hash is not null)`;

const currentRow = userRow.extend({ moved: z.boolean() });

/** Whether the locked row is newer than the statement's snapshot; if so, the results of its subqueries are out of date. */
const movedColumn = sql.fragment`u.xmin <> (select seen.xmin from rustio_user seen where seen.id = u.id) as moved`;

/**
 * `userColumns` for a statement that locks `u`. Subqueries for permissions use the snapshot from before the lock was acquired; if
 * the row has changed since, `readCurrentUser` repeats the statement.
 */
const currentUserColumns: FragmentSqlToken = sql.fragment`${userColumns}, ${movedColumn}`;

/** Reads a user with a statement that locks `u` and selects `currentUserColumns`; undefined if there is no row. */
export async function readCurrentUser(tx: Transaction, from: FragmentSqlToken): Promise<UserActor | undefined> {
  const statement = sql.type(currentRow)`select ${currentUserColumns} ${from}`;
  let row = await tx.maybeOne(statement);
  if (row?.moved === true) row = await tx.maybeOne(statement);
  return row === null ? undefined : toUserActor(row);
}

/**
 * Reads users, and owners of tokens, again within the writing transaction; see `CurrentActor`. Until the transaction ends, the
 * account cannot be deactivated or change its role.
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
    sql.fragment`from rustio_user u where u.id = ${user.id} and ${canAct} for share of u`,
  );
  // Keep properties that other plugins have added to the actor.
  return current && { ...user, ...current };
}

/** Finds an account by email address (case-insensitive) as an actor. */
export function findUserActorByEmail(query: Query, email: string): Promise<UserActor | undefined> {
  return findActiveUser(query, sql.fragment`lower(u.email) = lower(${toNfc(email.trim())})`);
}

async function findActiveUser(query: Query, condition: FragmentSqlToken): Promise<UserActor | undefined> {
  const row = await query.maybeOne(sql.type(userRow)`
    select ${userColumns} from rustio_user u where ${condition} and ${canAct}
  `);
  return row === null ? undefined : toUserActor(row);
}
