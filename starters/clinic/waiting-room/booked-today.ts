import { type App, type Query, sql, z } from 'rustio-admin';

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

/** Somebody who is booked for today, or who came. */
export type Booked = z.infer<typeof row>;

/** Everybody of today, by the clinic's own clock, in the order of their times. */
export function bookedToday(query: Query, app: App): Promise<readonly Booked[]> {
  const zone = app.config.timeZone ?? 'UTC';
  return query.any(sql.type(row)`
    select
      appointment.id as appointment,
      to_char(appointment.starts_at at time zone ${zone}, 'HH24:MI') as time,
      patient.id as "patientId",
      patient.name as patient,
      practitioner.name as practitioner,
      practitioner.account_id as "practitionerAccount",
      practitioner.room,
      case
        when visit.called_at is not null then 'called'
        when visit.arrived_at is not null then 'waits'
        else 'expected'
      end as state,
      visit.room as "calledTo",
      floor(extract(epoch from coalesce(visit.called_at, now()) - coalesce(visit.arrived_at, now())) / 60)::integer
        as "waitedMinutes"
    from appointment
    join patient on patient.id = appointment.patient_id
    join practitioner on practitioner.id = appointment.practitioner_id
    left join waiting_visit visit on visit.appointment_id = appointment.id
    where appointment.starts_at >= date_trunc('day', now() at time zone ${zone}) at time zone ${zone}
      and appointment.starts_at < (date_trunc('day', now() at time zone ${zone}) + interval '1 day') at time zone ${zone}
      and (appointment.status = 'booked' or visit.arrived_at is not null)
    order by appointment.starts_at, appointment.id
  `);
}

/** One of them, locked until the end of the transaction, so that two clicks are one arrival. */
export async function bookedOne(tx: Query, app: App, appointment: string): Promise<Booked | undefined> {
  if (!/^[1-9]\d{0,17}$/.test(appointment)) return undefined;
  await tx.query(sql.unsafe`select from appointment where id = ${appointment}::bigint for no key update`);
  const all = await bookedToday(tx, app);
  return all.find((one) => one.appointment === appointment);
}
