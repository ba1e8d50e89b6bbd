import { type Seed, sql } from 'rustio-admin';
import { Appointment } from './models/appointment.ts';
import { Invoice, InvoiceLine } from './models/invoice.ts';
import { Patient } from './models/patient.ts';
import { Practitioner } from './models/practitioner.ts';
import { Treatment } from './models/treatment.ts';
import { appointmentsOf } from './seed/appointments.ts';
import { fill } from './seed/fill.ts';
import { invoicesOf } from './seed/invoices.ts';
import { patientsOf } from './seed/patients.ts';
import { makePeople } from './seed/people.ts';
import { practitioners } from './seed/practitioners.ts';
import { treatments } from './seed/treatments.ts';

/**
 * Makes the clinic of the demonstration around today, all of it in one transaction: a start that is interrupted leaves
 * nothing behind. Where there are patients already it does nothing.
 */
export const seed: Seed = async (context) => {
  const { app, database, say } = context;
  if (await database.exists(sql.unsafe`select from patient`)) return;

  const today = new Date().toISOString().slice(0, 10);
  const patients = patientsOf();
  const appointments = appointmentsOf(today, patients, practitioners);
  const { invoices, lines } = invoicesOf(today, appointments, treatments);
  await database.transaction(async (tx) => {
    const doctor = await makePeople(tx, context);
    await fill(tx, app, Patient, patients);
    await fill(
      tx,
      app,
      Practitioner,
      practitioners.map((one, at) => ({ ...one, account: at === 0 ? doctor : null })),
    );
    await fill(tx, app, Treatment, treatments);
    await fill(tx, app, Appointment, appointments);
    await fill(tx, app, Invoice, invoices);
    await fill(tx, app, InvoiceLine, lines);
  });
  say(`Made up ${patients.length} patients, ${appointments.length} appointments and ${invoices.length} invoices.`);
};
