import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import { type AuditContext, getSessionId, type UserActor } from '../../core/policy/actor.ts';
import { lockAccount } from '../auth/account.ts';
import { type Revocation, revokeSessions } from './end-sessions.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Max rows of the list. Older sessions are not listed but remain valid. */
const MAX_SESSIONS = 100;

const sessionRow = z.object({
  id: z.string(),
  address: z.string().nullable(),
  user_agent: z.string().nullable(),
  created_at: z.string(),
  last_seen_at: z.string(),
});
export type OwnSession = z.output<typeof sessionRow>;

/** The user's active sessions, most recent first. */
export function ownSessions(app: App, user: Pick<UserActor, 'id'>): Promise<readonly OwnSession[]> {
  return app.database.any(sql.type(sessionRow)`
    select id, host(address) as address, user_agent, created_at, last_seen_at
    from rustio_session
    where user_id = ${user.id}
      and ended_at is null
      and idle_expires_at > now()
      and absolute_expires_at > now()
    order by last_seen_at desc, id
    limit ${MAX_SESSIONS}
  `);
}

/**
 * Ends one of the user's own sessions. Returns false if there is none with this id or if it belongs to another user; the caller
 * cannot tell which.
 */
export async function endOwnSession(app: App, context: AuditContext, user: UserActor, id: string): Promise<boolean> {
  if (!UUID.test(id)) return false;
  const which = { session: id, owner: user.id };
  const ended = await revokeOwn(app, context, user, { which, reason: 'user_requested', via: 'single' });
  return ended > 0;
}

/** Ends all of the user's sessions except the current one. Returns their number. */
export function endOtherSessions(app: App, context: AuditContext, user: UserActor): Promise<number> {
  const which = { allOf: user.id, except: getSessionId(context) };
  return revokeOwn(app, context, user, { which, reason: 'user_requested', via: 'others' });
}

/** Locks the account first, so that two sessions that end each other do not deadlock. */
function revokeOwn(app: App, context: AuditContext, user: UserActor, revocation: Revocation): Promise<number> {
  return app.writingFor(user).transaction(async (tx) => {
    await lockAccount(tx, user.id);
    const current = await app.events.currentContext(tx, context);
    return current === undefined ? 0 : revokeSessions(tx, current, app.events, revocation);
  });
}
