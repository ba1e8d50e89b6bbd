import type { App } from '../../core/app.ts';
import type { Authentication, Authenticator } from '../../core/http/authenticate.ts';
import { sessionLoader } from './load-session.ts';
import { touchSession } from './open-session.ts';
import { readCookie } from './session-cookie.ts';

/**
 * Finds out whose session a request belongs to. Anonymous requests cost no statement, no row and no cookie; all others cost one
 * statement.
 */
export function sessionAuthenticator(app: App): Authenticator {
  const load = sessionLoader(app);
  const options = app.options('sessions');
  const read = readCookie(app, async (ctx, token) => {
    // From the pool that reads pages: the page's own statements follow on connections that are warm.
    const found = await load(app.reading, token);
    if (!found) return false;
    if (found.stale) await touchSession(app.database, found.session.id, options);
    ctx.state.actor = found.person;
    ctx.state.session = found.session;
    ctx.state.csrfSecret = token;
    return true;
  });
  return {
    scheme: 'session',
    ambient: true,
    default: true,
    async authenticate(ctx): Promise<Authentication | undefined> {
      await read(ctx, async () => {});
      const { session, actor, csrfSecret } = ctx.state;
      if (!session || csrfSecret === undefined) return undefined;
      return { actor, csrfSecret, credential: { scheme: 'session', id: session.id } };
    },
  };
}
