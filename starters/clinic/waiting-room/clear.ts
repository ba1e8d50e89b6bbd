import { type App, type AuditContext, sql, type Transaction, z } from 'rustio-admin';

const counted = z.object({ visits: z.coerce.number() });

/** Deletes the visits of earlier days and returns their number. */
export async function clear(tx: Transaction, context: AuditContext, app: App): Promise<number> {
  const { visits } = await tx.one(sql.type(counted)`
    with deleted as (
      delete from waiting_visit
      where ${arrivedBeforeToday(app)}
      returning 1
    )
    select count(*) as visits from deleted
  `);
  if (visits > 0) await app.events.record(tx, context, 'waiting_room_cleared', { subject: null, data: { visits } });
  return visits;
}

/** An SQL condition: visits that began before today, in the clinic's time zone. */
export function arrivedBeforeToday(app: App) {
  const timeZone = app.config.timeZone ?? 'UTC';
  return sql.fragment`arrived_at < date_trunc('day', now() at time zone ${timeZone}) at time zone ${timeZone}`;
}
