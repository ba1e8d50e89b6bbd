import { type App, type AuditContext, sql, type Transaction } from 'rustio-admin';
import { type Booked, bookedOne } from './booked-today.ts';

/** The result of an arrival or a call. A rejection is a return value, so the transaction continues. */
export type Received =
  | { readonly outcome: 'done'; readonly booked: Booked }
  | { readonly outcome: 'rejected'; readonly key: string; readonly booked: Booked | undefined };

/** Records that one of today's patients has arrived. */
export async function arrive(tx: Transaction, context: AuditContext, app: App, appointment: string): Promise<Received> {
  const booked = await bookedOne(tx, app, context.actor, appointment);
  if (booked === undefined) return { outcome: 'rejected', key: 'waiting-room.problem.unknown', booked };
  if (booked.state !== 'expected') return { outcome: 'rejected', key: 'waiting-room.problem.arrived', booked };

  await tx.query(sql.unsafe`insert into waiting_visit (appointment_id) values (${appointment}::bigint)`);
  await app.events.record(tx, context, 'patient_arrived', {
    subject: { model: 'patient', key: String(booked.patientId), label: booked.patient },
    data: { appointment },
  });
  return { outcome: 'done', booked };
}
