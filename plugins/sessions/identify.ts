import type { App } from '../../core/app.ts';
import type { ContextMiddleware } from '../../core/http/context.ts';
import { sessionLoader } from './load-session.ts';
import { touchSession } from './open-session.ts';
import { optionsOf } from './options.ts';
import { readCookie } from './session-cookie.ts';

/** Finds out whose request it is. Strangers cost no statement, no row and no cookie; everybody else costs one statement. */
export function identify(app: App): ContextMiddleware {
  const load = sessionLoader(app);
  const options = optionsOf(app);
  return readCookie(app, async ({ state }, token) => {
    // From the pool that reads pages: the page's own statements follow on connections that are warm.
    const found = await load(app.reading, token);
    if (!found) return false;
    if (found.stale) await touchSession(app.database, found.session.id, options);
    state.actor = found.person;
    state.session = found.session;
    state.sessionId = found.session.id;
    state.formSecret = token;
    return true;
  });
}
