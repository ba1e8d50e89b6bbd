import { type App, type AuditContext, sql, type Transaction } from 'rustio-admin';
import type { Received } from './arrive.ts';
import { bookedOne } from './booked-today.ts';

/** Calls a waiting patient into a room. */
export async function call(
  tx: Transaction,
  context: AuditContext,
  app: App,
  { appointment, room }: { readonly appointment: string; readonly room: string },
): Promise<Received> {
  const booked = await bookedOne(tx, app, context.actor, appointment);
  if (booked === undefined) return { outcome: 'rejected', key: 'waiting-room.problem.unknown', booked };
  if (booked.state === 'expected') return { outcome: 'rejected', key: 'waiting-room.problem.notHere', booked };
  if (booked.state === 'called') return { outcome: 'rejected', key: 'waiting-room.problem.called', booked };

  await tx.query(sql.unsafe`
    update waiting_visit set called_at = now(), room = ${room} where appointment_id = ${appointment}::bigint
  `);
  await app.events.record(tx, context, 'patient_called', {
    subject: { model: 'patient', key: String(booked.patientId), label: booked.patient },
    data: { appointment, room, waitedMinutes: booked.waitedMinutes },
  });
  return { outcome: 'done', booked };
}
