import { type Actor, type AnyModel, type App, type Query, sql, z } from 'rustio-admin';
import { Appointment } from '../models/appointment.ts';
import { Patient } from '../models/patient.ts';
import { Practitioner } from '../models/practitioner.ts';

const row = z.object({
  appointment: z.string(),
  time: z.string(),
  patientId: z.coerce.number(),
  patient: z.string(),
  practitioner: z.string(),
  practitionerAccount: z.coerce.number().nullable(),
  room: z.string(),
  state: z.enum(['expected', 'waits', 'called']),
  calledTo: z.string().nullable(),
  waitedMinutes: z.coerce.number(),
});

/** A patient who is booked for today or has arrived. */
export type Booked = z.infer<typeof row>;

/**
 * Today's patients whom this actor can see, ordered by time in the clinic's time zone. If the actor cannot see a patient's
 * record, the name is replaced by a number. Visits belong to the waiting room, so its permission covers them.
 */
export function bookedToday(query: Query, app: App, actor: Actor): Promise<readonly Booked[]> {
  const tableOf = (model: AnyModel) => app.records.tableFor(actor, model);
  const timeZone = app.config.timeZone ?? 'UTC';
  return query.any(sql.type(row)`
    select
      appointment.id as appointment,
      to_char(appointment.starts_at at time zone ${timeZone}, 'HH24:MI') as time,
      appointment.patient_id as "patientId",
      coalesce(patient.name, appointment.patient_id::text) as patient,
      coalesce(practitioner.name, '') as practitioner,
      practitioner.account_id as "practitionerAccount",
      coalesce(practitioner.room, '') as room,
      case
        when visit.called_at is not null then 'called'
        when visit.arrived_at is not null then 'waits'
        else 'expected'
      end as state,
      visit.room as "calledTo",
      floor(extract(epoch from coalesce(visit.called_at, now()) - coalesce(visit.arrived_at, now())) / 60)::integer
        as "waitedMinutes"
    from ${tableOf(Appointment)} appointment
    left join ${tableOf(Patient)} patient on patient.id = appointment.patient_id
    left join ${tableOf(Practitioner)} practitioner on practitioner.id = appointment.practitioner_id
    left join waiting_visit visit on visit.appointment_id = appointment.id
    where appointment.starts_at >= date_trunc('day', now() at time zone ${timeZone}) at time zone ${timeZone}
      and appointment.starts_at < (date_trunc('day', now() at time zone ${timeZone}) + interval '1 day') at time zone ${timeZone}
      and (appointment.status = 'booked' or visit.arrived_at is not null)
    order by appointment.starts_at, appointment.id
  `);
}

/** One of today's patients, locked until the end of the transaction, so that a double click records a single arrival. */
export async function bookedOne(tx: Query, app: App, actor: Actor, appointment: string): Promise<Booked | undefined> {
  if (!/^[1-9]\d{0,17}$/.test(appointment)) return undefined;
  await tx.query(sql.unsafe`select from appointment where id = ${appointment}::bigint for no key update`);
  const all = await bookedToday(tx, app, actor);
  return all.find((one) => one.appointment === appointment);
}
