import { sql } from 'slonik';
import { z } from 'zod';
import type { Person } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import { isConflict, isTimeout, isUnavailable } from '../../core/database/errors.ts';
import type { Query } from '../../core/database/pool.ts';
import { RustioError } from '../../core/errors.ts';
import { personOf, personShape } from '../auth/person.ts';
import { personColumns } from '../auth/person-columns.ts';
import type { AnySessionColumn, SessionColumns } from './extension-points.ts';
import type { Session } from './session.ts';
import { hashOfToken } from './token.ts';
import { trustLevels } from './trust.ts';

const STALE = '1 minute';

export interface Loaded {
  readonly person: Person;
  readonly session: Session;
  /** What pages and plugins keep in `ctx.session`, as JSON. */
  readonly data: string;
  /** Its last sign of life is a minute old: time to note another one. */
  readonly stale: boolean;
}

export type LoadSession = (query: Query, token: string) => Promise<Loaded | undefined>;

/**
 * Makes the function that finds a session by its token: one statement for the session, its data, its account with all
 * permissions, and what plugins contribute to `session.columns`. It finds nothing when the session has ended or expired, or the
 * account is inactive. Statement and schema are made once.
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
  const row = z.object({
    ...personShape,
    session_id: z.string(),
    trust: z.string(),
    data: z.string(),
    recent: z.boolean(),
    stale: z.boolean(),
    // Each column's schema says what its type says; only the merging by name is beyond the compiler.
    columns: z.object(
      Object.fromEntries(columns.map(({ name, schema }) => [name, schema])),
    ) as z.ZodType<SessionColumns>,
  });
  const pairs = columns.map(({ name, expression }) => sql.fragment`${sql.literalValue(name)}, ${expression}`);
  // Slonik joins no empty list, and without a later plugin there is nothing to join.
  const list = pairs.length === 0 ? sql.fragment`` : sql.join(pairs, sql.fragment`, `);
  const extra = sql.fragment`jsonb_build_object(${list}) as columns`;

  const statement = sql.type(row)`
    select
      s.id as session_id,
      s.trust,
      s.data::text as data,
      s.authenticated_at > now() - ${recent}::interval as recent,
      s.last_seen_at < now() - ${STALE}::interval as stale,
      ${personColumns},
      ${extra}
    from rustio_session s
    join rustio_user u on u.id = s.user_id
    where s.ended_at is null
      and s.idle_expires_at > now()
      and s.absolute_expires_at > now()
      and u.active
      and s.token_hash = ${sql.binary(Buffer.alloc(0))}
  `;
  // The hash is the last value; only it changes from one request to the next.
  const others = statement.values.slice(0, -1);

  return async (query, token) => {
    const found = await query.maybeOne({ ...statement, values: [...others, hashOfToken(token)] });
    if (!found) return undefined;
    const { session_id: id, recent: isRecent, columns: values, stale, data } = found;
    // A level that no enabled plugin knows is worth no more than the lowest one.
    const trust = levels.find(({ name }) => name === found.trust) ?? levels[0];
    if (!trust) return undefined;
    return {
      person: personOf(found),
      session: { id, trust: trust.name, recent: isRecent, columns: values },
      data,
      stale,
    };
  };
}

/** Which column made the statement fail: each is tried alone. Undefined when the failure has another cause. */
async function failedColumn(app: App, query: Query, token: string, error: unknown): Promise<RustioError | undefined> {
  const columns: readonly AnySessionColumn[] = app.contributions('session.columns');
  if (columns.length === 0 || isUnavailable(error) || isTimeout(error) || isConflict(error)) return undefined;
  for (const column of columns) {
    const failure = await columnFailure(app, query, token, column);
    if (failure !== undefined) return columnError(app, column, failure);
  }
  return undefined;
}

/** What goes wrong when the statement reads this column alone, in PostgreSQL's or the schema's words. */
export async function columnFailure(
  app: App,
  query: Query,
  token: string,
  column: AnySessionColumn,
): Promise<string | undefined> {
  try {
    await loaderWith(app, [])(query, token);
  } catch {
    return undefined; // it fails without any column
  }
  try {
    await loaderWith(app, [column])(query, token);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  let reason = String(error);
  for (let at = error; at instanceof Error; at = at.cause) reason = at.message;
  return reason;
}

/** The plugin that contributes a column; items do not carry their owner. */
export function ownerOfColumn(app: App, name: string): string {
  const owner = app.plugins.find(({ contributes }) => {
    const given = contributes?.['session.columns'] ?? [];
    const items: readonly AnySessionColumn[] = typeof given === 'function' ? given(app) : given;
    return items.some((item) => item.name === name);
  });
  return owner?.name ?? 'unknown';
}

function columnError(app: App, { name }: AnySessionColumn, reason: string): RustioError {
  const owner = ownerOfColumn(app, name);
  return new RustioError('RIO-SESSION-COLUMN', {
    problem: `The session column "${name}" of the plugin ${owner} failed, so nobody can use their session.`,
    why: `PostgreSQL or the column's schema reports: ${reason}`,
    fix: `Fix the expression or the schema of "${name}", apply the plugin's migrations, or disable the plugin ${owner}.`,
    retry: 'After the change. `rustio-admin doctor` tests every column.',
  });
}
