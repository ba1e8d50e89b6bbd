import { type Seed, sql } from 'rustio-admin';
import { Appointment } from './models/appointment.ts';
import { Invoice, InvoiceLine } from './models/invoice.ts';
import { Patient } from './models/patient.ts';
import { Practitioner } from './models/practitioner.ts';
import { Treatment } from './models/treatment.ts';
import { generateAppointments } from './seed/appointments.ts';
import { generateInvoices } from './seed/invoices.ts';
import { generatePatients } from './seed/patients.ts';
import { practitioners } from './seed/practitioners.ts';
import { treatments } from './seed/treatments.ts';
import { createUsers } from './seed/users.ts';

/**
 * Creates the demo clinic around today's date in one transaction, so an interrupted start leaves nothing behind. Does nothing if
 * there are patients already.
 */
export const seed: Seed = async (context) => {
  const { database, insertRows, log } = context;
  if (await database.exists(sql.unsafe`select from patient`)) return;

  const today = new Date().toISOString().slice(0, 10);
  const patients = generatePatients();
  const appointments = generateAppointments(today, patients, practitioners);
  const { invoices, lines } = generateInvoices(today, appointments, treatments);
  await database.transaction(async (tx) => {
    const doctorId = await createUsers(tx, context);
    await insertRows(tx, Patient, patients);
    await insertRows(
      tx,
      Practitioner,
      practitioners.map((practitioner, index) => ({ ...practitioner, account: index === 0 ? doctorId : null })),
    );
    await insertRows(tx, Treatment, treatments);
    await insertRows(tx, Appointment, appointments);
    await insertRows(tx, Invoice, invoices);
    await insertRows(tx, InvoiceLine, lines);
  });
  log(`Generated ${patients.length} patients, ${appointments.length} appointments and ${invoices.length} invoices.`);
};
