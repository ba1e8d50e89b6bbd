import { type Seed, sql } from 'rustio-admin';
import { Appointment } from './models/appointment.ts';
import { Invoice, InvoiceLine } from './models/invoice.ts';
import { Patient } from './models/patient.ts';
import { Practitioner } from './models/practitioner.ts';
import { Treatment } from './models/treatment.ts';
import { generateAppointments } from './seed/appointments.ts';
import { fill } from './seed/fill.ts';
import { generateInvoices } from './seed/invoices.ts';
import { generatePatients } from './seed/patients.ts';
import { practitioners } from './seed/practitioners.ts';
import { treatments } from './seed/treatments.ts';
import { createUsers } from './seed/users.ts';

/**
 * Creates the demo clinic around today's date, all of it in one transaction: an interrupted start leaves nothing behind. If
 * there are patients already it does nothing.
 */
export const seed: Seed = async (context) => {
  const { app, database, log } = context;
  if (await database.exists(sql.unsafe`select from patient`)) return;

  const today = new Date().toISOString().slice(0, 10);
  const patients = generatePatients();
  const appointments = generateAppointments(today, patients, practitioners);
  const { invoices, lines } = generateInvoices(today, appointments, treatments);
  await database.transaction(async (tx) => {
    const doctor = await createUsers(tx, context);
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
  log(`Generated ${patients.length} patients, ${appointments.length} appointments and ${invoices.length} invoices.`);
};
