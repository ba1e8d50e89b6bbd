import { sql } from 'slonik';
import { z } from 'zod';
import type { Person } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import type { Query } from '../../core/database/pool.ts';
import { personOf, personShape } from '../auth/person.ts';
import { personColumns } from '../auth/person-columns.ts';
import { optionsOf } from './options.ts';
import type { Session } from './session.ts';
import type { SessionColumns } from './slots.ts';
import { hashOfToken } from './token.ts';

const STALE = '1 minute';

export interface Loaded {
  readonly person: Person;
  readonly session: Session;
  /** Its last sign of life is a minute old: time to note another one. */
  readonly stale: boolean;
}

export type LoadSession = (query: Query, token: string) => Promise<Loaded | undefined>;

/**
 * Makes the function that finds a session by its token: one statement for the session, its account with all permissions,
 * and what plugins fill into `session.columns`. It finds nothing when the session has ended or run out, or the account is
 * inactive. Statement and schema are made once.
 */
export function sessionLoader(app: Pick<App, 'contributions' | 'options'>): LoadSession {
  const columns = app.contributions('session.columns');
  const recent = `${optionsOf(app).recentMinutes} minutes`;
  const row = z.object({
    ...personShape,
    session_id: z.string(),
    trust: z.enum(['authenticated', 'elevated', 'mfa_verified']).catch('authenticated'),
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
    const { session_id: id, trust, recent: isRecent, columns: values, stale } = found;
    return { person: personOf(found), session: { id, trust, recent: isRecent, columns: values }, stale };
  };
}
