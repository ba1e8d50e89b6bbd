import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import { isConflict, isTimeout, isUnavailable } from '../../core/database/errors.ts';
import type { Query } from '../../core/database/queries.ts';
import type { RustioError } from '../../core/errors/rustio-error.ts';
import type { UserActor } from '../../core/policy/actor.ts';
import type { CurrentActor } from '../../core/write/current-actor.ts';
import { canAct, readCurrentUser, toUserActor, userColumns, userShape } from '../auth/user-actor.ts';
import { sessionColumnFailed } from './errors.ts';
import type { AnySessionColumn, SessionColumns } from './extension-points.ts';
import type { Session } from './session.ts';
import { hashOfToken, REPLACEMENT_GRACE } from './token.ts';
import { trustLevels } from './trust.ts';

const STALE = '1 minute';
/**
 * How long a token that `replaceDueToken` has replaced is accepted while no newer one was used: the response with that one may have been
 * lost, and then only the owner has the old token. Somebody who has copied it gains nothing but this time: as soon as both use the
 * session, one of them sends a token older than one that was used.
 */
const MAX_UNUSED = '5 minutes';

export interface LoadedSession {
  readonly user: UserActor;
  readonly session: Session;
  /** The data in `ctx.session`, as JSON. */
  readonly data: string;
  /** True if the session must get a new token: its account has changed, or the response with the current one was lost. */
  readonly tokenDue: boolean;
  /** True if this is the first request with a token of `replaceDueToken`. */
  readonly isTokenFirstUsed: boolean;
  /** True if the last recorded activity is at least a minute old and should be updated. */
  readonly stale: boolean;
}

/** A session that can no longer be used. */
export interface LostSession {
  /** Why: an `EndReason`. */
  readonly lost: string;
}

/** The token belongs to an active session, but has been replaced. */
export interface ReplacedToken {
  readonly replaced: 'just now' | 'long ago';
  readonly session: Pick<Session, 'id'>;
  readonly user: Pick<UserActor, 'id' | 'name'>;
}

/** Finds a session by its token; undefined if there is none. */
export type LoadSession = (
  query: Query,
  token: string,
) => Promise<LoadedSession | LostSession | ReplacedToken | undefined>;

/**
 * Creates the function that finds a session by its token. One statement reads the session, its data, its account with all
 * permissions, and the columns that plugins contribute to `session.columns`; only for a token that belongs to no session, another one
 * looks among those that have been replaced. If the session has ended or expired, or if the account is inactive or locked, it returns
 * only the reason; of a token that has been replaced, only its session. Statements and schema are built once.
 *
 * @throws RIO-SESSION-COLUMN, which names column and plugin, when a contributed column fails.
 */
export function sessionLoader(app: App): LoadSession {
  const columns: readonly AnySessionColumn[] = app.contributions('session.columns');
  const load = loaderWith(app, columns);
  return async (query, token) => {
    try {
      return await load(query, token);
    } catch (error) {
      throw (await failedColumn(app, query, token, error)) ?? error;
    }
  };
}

function loaderWith(app: App, columns: readonly AnySessionColumn[]): LoadSession {
  const recent = `${app.options('sessions').recentMinutes} minutes`;
  const levels = trustLevels(app);
  const sessionRow = z.object({
    ...userShape,
    session_id: z.string(),
    lost: z.string().nullable(),
    replaced: z.enum(['just now', 'long ago']).nullable(),
    token_due: z.boolean(),
    first_used: z.boolean(),
    trust: z.string(),
    data: z.string(),
    recent: z.boolean(),
    stale: z.boolean(),
    // Each column's schema matches its type; the compiler only cannot verify that names and schemas belong together.
    columns: z.object(
      Object.fromEntries(columns.map(({ name, schema }) => [name, schema])),
    ) as z.ZodType<SessionColumns>,
  });
  const pairs = columns.map(({ name, expression }) => sql.fragment`${sql.literalValue(name)}, ${expression}`);
  // Slonik cannot join an empty list, so the case without columns is handled separately.
  const list = pairs.length === 0 ? sql.fragment`` : sql.join(pairs, sql.fragment`, `);
  const extra = sql.fragment`jsonb_build_object(${list}) as columns`;

  const hash = sql.binary(Buffer.alloc(0));
  // fault: ended-session
  // fault: idle-session
  // fault: inactive-account
  const statementFrom = (
    tables: FragmentSqlToken,
    { replaced, tokenDue, firstUsed }: Record<'replaced' | 'tokenDue' | 'firstUsed', FragmentSqlToken>,
  ) =>
    sql.type(sessionRow)`
      select
        s.id as session_id,
        case
          when s.ended_at is not null then s.ended_reason
          when s.idle_expires_at <= now() or s.absolute_expires_at <= now() then 'expired'
          when not ${canAct} then 'deactivated'
        end as lost,
        ${replaced} as replaced,
        ${tokenDue} as token_due,
        ${firstUsed} as first_used,
        s.trust,
        s.data::text as data,
        s.authenticated_at > now() - ${sql.literalValue(recent)}::interval as recent,
        s.last_seen_at < now() - ${sql.literalValue(STALE)}::interval as stale,
        ${userColumns},
        ${extra}
      from ${tables}
      join rustio_user u on u.id = s.user_id
    `;
  const byToken = statementFrom(sql.fragment`(select * from rustio_session where token_hash = ${hash}) s`, {
    replaced: sql.fragment`null`,
    tokenDue: sql.fragment`s.token_due`,
    firstUsed: sql.fragment`s.token_unused_since is not null`,
  });
  const grace = sql.literalValue(REPLACEMENT_GRACE);
  // fault: replaced-token
  // fault: lost-token-is-theft
  // fault: lost-token-forever
  const byReplacedToken = statementFrom(
    sql.fragment`
      (select * from rustio_session_replaced_token where token_hash = ${hash}) r
      join rustio_session s on s.id = r.session_id
    `,
    {
      replaced: sql.fragment`
        case
          when not r.accepted and r.replaced_at > now() - ${grace}::interval then 'just now'
          when not r.accepted
            or r.newer_used_at <= now() - ${grace}::interval
            or (r.newer_used_at is null and r.replaced_at <= now() - ${sql.literalValue(MAX_UNUSED)}::interval)
            then 'long ago'
        end
      `,
      tokenDue: sql.fragment`coalesce(s.token_unused_since <= now() - ${grace}::interval, false)`,
      firstUsed: sql.fragment`false`,
    },
  );

  return async (query, token) => {
    const tokenHash = hashOfToken(token);
    // Between requests only the hash differs.
    const find = (statement: typeof byToken) =>
      query.maybeOne({
        ...statement,
        values: statement.values.map((value) => (value === hash.data ? tokenHash : value)),
      });
    // Two statements, since hardly any token has been replaced.
    const row = (await find(byToken)) ?? (await find(byReplacedToken));
    if (!row) return undefined;
    // Only the browser that has the current token learns why the session ended.
    if (row.lost !== null) return row.replaced === 'long ago' ? undefined : { lost: row.lost };
    if (row.replaced !== null) {
      const { replaced, session_id, user_id, email } = row;
      return { replaced, session: { id: session_id }, user: { id: user_id, name: email } };
    }
    const { session_id: id, recent: isRecent, columns: values, stale, data } = row;
    // A level that no enabled plugin knows counts as the lowest one.
    // fault: unknown-trust-level
    const trust = levels.find(({ name }) => name === row.trust) ?? levels[0];
    if (!trust) return undefined;
    return {
      user: toUserActor(row),
      session: { id, trust: trust.name, recent: isRecent, columns: values },
      data,
      tokenDue: row.token_due,
      isTokenFirstUsed: row.first_used,
      stale,
    };
  };
}

/**
 * Reads the user of a session again within the writing transaction; see `CurrentActor`. Until the transaction ends, the session
 * cannot end and the account's role cannot change. The account is locked first, in the same order as in a deactivation, which
 * then ends the sessions.
 */
export const currentActor: CurrentActor = async (tx, actor, credential) => {
  if (actor.kind !== 'user' || credential?.scheme !== 'session') return undefined;
  const current = await readCurrentUser(
    tx,
    // fault: session-not-read-again
    sql.fragment`
      from rustio_user u
      join rustio_session s on s.user_id = u.id
      where s.id::text = ${credential.id}
        and u.id = ${actor.id}
        and ${canAct}
        and s.ended_at is null
        and s.idle_expires_at > now()
        and s.absolute_expires_at > now()
      for share of u
      for key share of s
    `,
  );
  return current ? { ...actor, ...current } : null;
};

/** Finds the column that made the statement fail by trying each on its own. Undefined if the failure has another cause. */
async function failedColumn(app: App, query: Query, token: string, error: unknown): Promise<RustioError | undefined> {
  const columns: readonly AnySessionColumn[] = app.contributions('session.columns');
  if (columns.length === 0 || isUnavailable(error) || isTimeout(error) || isConflict(error)) return undefined;
  for (const column of columns) {
    const reason = await columnFailure(app, query, token, column);
    const { name } = column;
    if (reason !== undefined) return sessionColumnFailed({ name, plugin: ownerOfColumn(app, name), reason });
  }
  return undefined;
}

/** The error message of the statement with only this column, from PostgreSQL or the schema. */
export async function columnFailure(
  app: App,
  query: Query,
  token: string,
  column: AnySessionColumn,
): Promise<string | undefined> {
  try {
    await loaderWith(app, [])(query, token);
  } catch {
    return undefined; // the statement fails even without columns
  }
  try {
    await loaderWith(app, [column])(query, token);
    return undefined;
  } catch (error) {
    return rootCause(error);
  }
}

function rootCause(error: unknown): string {
  let reason = String(error);
  for (let at = error; at instanceof Error; at = at.cause) reason = at.message;
  return reason;
}

/** The plugin that contributes a column; the items themselves do not contain it. */
export function ownerOfColumn(app: App, name: string): string {
  const owner = app.plugins.find(({ contributes }) => {
    const contributed = contributes?.['session.columns'] ?? [];
    const items: readonly AnySessionColumn[] = typeof contributed === 'function' ? contributed(app) : contributed;
    return items.some((item) => item.name === name);
  });
  return owner?.name ?? 'unknown';
}
