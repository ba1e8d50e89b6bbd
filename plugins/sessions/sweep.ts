import { sql } from 'slonik';
import type { Query } from '../../core/database/pool.ts';
import type { ScheduledTask } from '../../core/schedule.ts';
import { endSessions } from './end-sessions.ts';

const KEPT = '90 days';

/** Ends sessions that have expired, and deletes those that ended long ago; the audit trail keeps what happened. */
export async function sweepSessions(query: Query): Promise<void> {
  await endSessions(query, { expired: true }, 'expired');
  await query.query(sql.unsafe`delete from rustio_session where ended_at < now() - ${KEPT}::interval`);
}

export const schedule: readonly ScheduledTask[] = [
  { name: 'clean-up-sessions', every: '10 minutes', run: (app) => sweepSessions(app.database) },
];
