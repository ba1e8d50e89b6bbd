import type { App } from '../../core/app.ts';
import type { UserActor } from '../../core/policy/actor.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { accountSubject } from '../auth/account.ts';
import { endSessions } from './end-sessions.ts';
import type { Session } from './session.ts';

interface Owned {
  readonly session: Pick<Session, 'id'>;
  readonly user: Pick<UserActor, 'id' | 'name'>;
}

/**
 * Ends a session because a token was used long after its replacement: either the token was stolen, or its thief has replaced it. The
 * request itself is anonymous. Only someone who has had a token of the session can end it in this way.
 */
export async function endMisusedSession(ctx: Context, app: App, { session, user }: Owned): Promise<void> {
  await app.database.transaction(async (tx) => {
    // fault: stolen-token-unnoticed
    const [ended] = await endSessions(tx, { session: session.id, owner: user.id }, 'token_reused');
    if (!ended) return; // a concurrent request has already ended and recorded it
    await app.events.record(tx, auditContext(ctx), 'session_token_reused', {
      subject: accountSubject({ id: user.id, email: user.name }),
      data: { sessionId: session.id },
    });
  });
}

/** Ends a session that no longer meets a condition of `signIn.conditions`. */
export async function endRefusedSession(
  ctx: Context,
  app: App,
  { session, user, condition }: Owned & { readonly user: UserActor; readonly condition: string },
): Promise<void> {
  await app.database.transaction(async (tx) => {
    const [ended] = await endSessions(tx, { session: session.id, owner: user.id }, 'refused');
    if (!ended) return;
    const context = { ...auditContext(ctx), actor: user, credential: { scheme: 'session', id: session.id } };
    await app.events.record(tx, context, 'session_refused', {
      subject: accountSubject({ id: user.id, email: user.name }),
      data: { sessionId: session.id, condition },
    });
  });
}
