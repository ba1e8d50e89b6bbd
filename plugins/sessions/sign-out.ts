import { type AuditContext, sessionIdOf } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import { subjectOf } from '../auth/account.ts';
import { endSessions } from './end-sessions.ts';

/** Ends the session of the request. Safe to repeat: without a session nothing happens. */
export async function signOut(app: App, cause: AuditContext): Promise<void> {
  const { actor } = cause;
  const sessionId = sessionIdOf(cause);
  if (actor.kind !== 'person' || sessionId === null) return;
  await app.database.transaction(async (tx) => {
    const [ended] = await endSessions(tx, { session: sessionId, owner: actor.id }, 'logout');
    if (!ended) return; // somebody else was faster, and has recorded it
    await app.events.record(tx, cause, 'session_logout', {
      subject: subjectOf({ id: actor.id, email: actor.name }),
      data: {},
    });
  });
}
