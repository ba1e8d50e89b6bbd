import { sql } from 'slonik';
import { z } from 'zod';
import { type AuditContext, type Person, sessionIdOf } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import { revokeSessions } from './revoke-sessions.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** More than anybody looks through; the oldest fall out of sight, not out of force. */
const MOST = 100;

const sessionRow = z.object({
  id: z.string(),
  address: z.string().nullable(),
  user_agent: z.string().nullable(),
  created_at: z.string(),
  last_seen_at: z.string(),
});
export type OwnSession = z.output<typeof sessionRow>;

/** Where somebody is signed in at this moment, the latest first. */
export function ownSessions(app: App, person: Person): Promise<readonly OwnSession[]> {
  return app.database.any(sql.type(sessionRow)`
    select id, host(address) as address, user_agent, created_at, last_seen_at
    from rustio_session
    where user_id = ${person.id}
      and ended_at is null
      and idle_expires_at > now()
      and absolute_expires_at > now()
    order by last_seen_at desc, id
    limit ${MOST}
  `);
}

/** Ends one of somebody's own sessions. `false`: there is none of this id, or it is not his, which is all the same. */
export async function endOwnSession(app: App, cause: AuditContext, person: Person, id: string): Promise<boolean> {
  if (!UUID.test(id)) return false;
  const which = { session: id, owner: person.id };
  const ended = await app.database.transaction((tx) =>
    revokeSessions(tx, cause, app.events, { which, reason: 'user_requested', via: 'single' }),
  );
  return ended > 0;
}

/** Ends all of somebody's sessions but the one in which he asks for it. Says how many there were. */
export function endOtherSessions(app: App, cause: AuditContext, person: Person): Promise<number> {
  const which = { allOf: person.id, except: sessionIdOf(cause) };
  return app.database.transaction((tx) =>
    revokeSessions(tx, cause, app.events, { which, reason: 'user_requested', via: 'others' }),
  );
}
