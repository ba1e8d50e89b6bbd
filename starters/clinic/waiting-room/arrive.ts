import { type App, type AuditContext, sql, type Transaction } from 'rustio-admin';
import { type Booked, bookedOne } from './booked-today.ts';

/** What became of an arrival or a call; a refusal is an outcome, and the transaction goes on. */
export type Received =
  | { readonly outcome: 'done'; readonly booked: Booked }
  | { readonly outcome: 'refused'; readonly key: string; readonly booked: Booked | undefined };

/** Notes that a patient of today stands at the desk. */
export async function arrive(tx: Transaction, context: AuditContext, app: App, appointment: string): Promise<Received> {
  const booked = await bookedOne(tx, app, appointment);
  if (booked === undefined) return { outcome: 'refused', key: 'waiting-room.problem.unknown', booked };
  if (booked.state !== 'expected') return { outcome: 'refused', key: 'waiting-room.problem.arrived', booked };

  await tx.query(sql.unsafe`insert into waiting_visit (appointment_id) values (${appointment}::bigint)`);
  await app.events.record(tx, context, 'patient_arrived', {
    subject: { model: 'patient', key: String(booked.patientId), label: booked.patient },
    data: { appointment },
  });
  return { outcome: 'done', booked };
}
