import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import { isConflict, isTimeout, isUnavailable } from '../../core/database/errors.ts';
import type { Query } from '../../core/database/queries.ts';
import type { RustioError } from '../../core/errors/rustio-error.ts';
import type { UserActor } from '../../core/policy/actor.ts';
import type { CurrentActor } from '../../core/write/current-actor.ts';
import { readCurrentUser, toUserActor, userColumns, userShape } from '../auth/user-actor.ts';
import { sessionColumnFailed } from './errors.ts';
import type { AnySessionColumn, SessionColumns } from './extension-points.ts';
import type { Session } from './session.ts';
import { hashOfToken } from './token.ts';
import { trustLevels } from './trust.ts';

const STALE = '1 minute';

export interface LoadedSession {
  readonly user: UserActor;
  readonly session: Session;
  /** The data in `ctx.session`, as JSON. */
  readonly data: string;
  /** True if the last recorded activity is at least a minute old and should be updated. */
  readonly stale: boolean;
}

export type LoadSession = (query: Query, token: string) => Promise<LoadedSession | undefined>;

/**
 * Creates the function that finds a session by its token. One statement reads the session, its data, its account with all
 * permissions, and the columns that plugins contribute to `session.columns`. It returns nothing if the session has ended or
 * expired, or if the account is inactive. Statement and schema are built once.
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

  // fault: ended-session
  // fault: idle-session
  const statement = sql.type(sessionRow)`
    select
      s.id as session_id,
      s.trust,
      s.data::text as data,
      s.authenticated_at > now() - ${recent}::interval as recent,
      s.last_seen_at < now() - ${STALE}::interval as stale,
      ${userColumns},
      ${extra}
    from rustio_session s
    join rustio_user u on u.id = s.user_id
    where s.ended_at is null
      and s.idle_expires_at > now()
      and s.absolute_expires_at > now()
      and u.active
      and s.token_hash = ${sql.binary(Buffer.alloc(0))}
  `;
  // Between requests only the hash differs, which is the last value.
  const others = statement.values.slice(0, -1);

  return async (query, token) => {
    const row = await query.maybeOne({ ...statement, values: [...others, hashOfToken(token)] });
    if (!row) return undefined;
    const { session_id: id, recent: isRecent, columns: values, stale, data } = row;
    // A level that no enabled plugin knows counts as the lowest one.
    // fault: unknown-trust-level
    const trust = levels.find(({ name }) => name === row.trust) ?? levels[0];
    if (!trust) return undefined;
    return {
      user: toUserActor(row),
      session: { id, trust: trust.name, recent: isRecent, columns: values },
      data,
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
        and u.active
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
