import { sql } from 'slonik';
import type { App } from '../../core/app.ts';
import type { Query } from '../../core/database/pool.ts';
import type { Stop } from '../../core/plugin.ts';
import { endSessions } from './end-sessions.ts';

const EVERY_MS = 10 * 60_000;
const KEPT = '90 days';

/** Ends what has run out, and forgets what ended long ago; what happened stands in the audit trail. */
export async function sweepSessions(query: Query): Promise<void> {
  await endSessions(query, { expired: true }, 'expired');
  await query.query(sql.unsafe`delete from rustio_session where ended_at < now() - ${KEPT}::interval`);
}

/** Sweeps every ten minutes while the server runs. That every process does it costs nothing: most find nothing to do. */
export function startSweeping(app: App): Stop {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = sweepSessions(app.database).catch((error: unknown) => {
      app.log.warn({ err: error }, 'expired sessions could not be swept; tried again in ten minutes');
    });
  }, EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
