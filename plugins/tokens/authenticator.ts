import { sql } from 'slonik';
import type { App } from '../../core/app.ts';
import { withTimeout } from '../../core/base/timeout.ts';
import type { Query } from '../../core/database/queries.ts';
import { toInet } from '../../core/database/values.ts';
import type { Authenticator } from '../../core/http/authenticate.ts';
import { requestConditions } from '../sessions/sign-in-conditions.ts';
import { loadToken, SCHEME } from './load-token.ts';
import { sentToken } from './token.ts';

/**
 * Authenticates requests with `Authorization: Bearer rustio_…`, on routes that name the scheme `bearer`. Browsers never send it
 * automatically, so these routes need no CSRF protection. A request without a valid token is anonymous.
 */
export function bearer(app: App): Authenticator {
  const recordUse = useRecorder(app);
  const refusingCondition = requestConditions(app, 'tokens');
  return {
    scheme: SCHEME,
    ambient: false,
    challenge: 'Bearer',
    async authenticate(ctx) {
      const sent = sentToken(ctx.get('authorization'));
      if (sent === undefined) return undefined;
      const loaded = await loadToken(app.reading, sent);
      if (loaded === undefined) return undefined;
      const owner = loaded.actor.onBehalfOf;
      const condition = owner && refusingCondition(owner, ctx.state.ip);
      // fault: token-without-conditions
      if (condition) {
        app.log.info({ id: ctx.state.correlationId, token: sent.id, condition: condition.name }, 'a token was refused');
        return undefined;
      }
      // fault: every-use-recorded
      if (loaded.stale) await recordUse(sent.id, ctx.state.ip);
      return { actor: loaded.actor, credential: { scheme: SCHEME, id: sent.id } };
    },
  };
}

/** How long a request waits for work that it does not depend on. */
const MAX_WAIT_MS = 1_000;
/** How long to pause after a failure: with a read-only database, every request would fail once. */
const PAUSE_MS = 10_000;

/** Records when and from where a token was last used. A request is answered even if this fails; a later one tries again. */
function useRecorder(app: App): (id: string, ip: string) => Promise<void> {
  let pausedUntil = 0;
  return async (id, ip) => {
    if (performance.now() < pausedUntil) return;
    const recording = touchToken(app.database, id, ip);
    const inTime = withTimeout(MAX_WAIT_MS, recording, () => new Error(`it took longer than ${MAX_WAIT_MS} ms`));
    // fault: request-needs-touch
    await reportingFailure(inTime, (error) => {
      pausedUntil = performance.now() + PAUSE_MS;
      app.log.warn({ err: error }, 'the last use of a token could not be recorded');
    });
  };
}

async function reportingFailure(work: Promise<void>, report: (error: unknown) => void): Promise<void> {
  try {
    await work;
  } catch (error) {
    report(error);
  }
}

/** At most once a minute, however many requests arrive at once. A row that another transaction has locked is skipped. */
async function touchToken(query: Query, id: string, ip: string): Promise<void> {
  await query.query(sql.unsafe`
    update rustio_token
    set last_used_at = now(), last_used_address = ${toInet(ip)}::inet
    where id = (
      select id
      from rustio_token
      where public_id = ${id}
        and ended_at is null
        and (last_used_at is null or last_used_at < now() - interval '1 minute')
      for no key update skip locked
    )
  `);
}
