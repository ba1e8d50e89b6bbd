import { defineAdmin, type ModelAdmin } from 'rustio-admin';
import { ageOn } from './age.ts';
import { lineTotal } from './billing/amount.ts';
import { Appointment } from './models/appointment.ts';
import { Invoice, InvoiceLine } from './models/invoice.ts';
import { Patient } from './models/patient.ts';
import { Practitioner } from './models/practitioner.ts';
import { Treatment } from './models/treatment.ts';

const appointmentAdmin = defineAdmin(Appointment, {
  group: 'Practice',
  list: ['startsAt', 'patient', 'practitioner', 'status', 'minutes', 'reason'],
  filters: ['status', 'practitioner', 'patient', 'startsAt'],
  search: ['patient.name', 'reason'],
  order: ['-startsAt'],
  fieldsets: [
    { title: 'Appointment', fields: ['startsAt', 'minutes', 'patient', 'practitioner', 'status'] },
    { title: 'Details', fields: ['reason', 'notes'] },
  ],
});

const patientAdmin = defineAdmin(Patient, {
  group: 'Practice',
  list: ['name', 'bornOn', 'age', 'phone', 'cover', 'allergies'],
  computed: { age: { label: 'Age', value: (row) => ageOn(row.bornOn, new Date()), align: 'end' } },
  filters: ['cover', 'bornOn'],
  search: ['name', 'email', 'phone'],
  order: ['name'],
  fieldsets: [
    { title: 'Patient', fields: ['name', 'bornOn', 'cover', 'allergies'] },
    { title: 'Contact', fields: ['phone', 'email'] },
    { title: 'Notes', fields: ['notes'] },
  ],
});

const invoiceAdmin = defineAdmin(Invoice, {
  group: 'Billing',
  list: ['number', 'patient', 'issuedOn', 'dueOn', 'status', 'total'],
  filters: ['status', 'patient', 'issuedOn', 'dueOn', 'total'],
  search: ['number', 'patient.name'],
  order: ['-issuedOn'],
});

const invoiceLineAdmin = defineAdmin(InvoiceLine, {
  group: 'Billing',
  list: ['invoice', 'treatment', 'quantity', 'price', 'amount'],
  computed: { amount: { label: 'Amount (£)', value: lineTotal, align: 'end' } },
  filters: ['invoice', 'treatment', 'price'],
  search: ['invoice.number', 'treatment.name'],
});

const practitionerAdmin = defineAdmin(Practitioner, {
  group: 'Practice',
  list: ['name', 'specialty', 'room'],
  filters: ['specialty'],
  search: ['name'],
  order: ['name'],
});

const treatmentAdmin = defineAdmin(Treatment, {
  group: 'Billing',
  list: ['code', 'name', 'price', 'minutes'],
  filters: ['price'],
  search: ['code', 'name'],
  order: ['code'],
});

/** How the admin shows each model, in the order of the navigation. */
export const admins: readonly ModelAdmin[] = [
  appointmentAdmin,
  patientAdmin,
  practitionerAdmin,
  invoiceAdmin,
  invoiceLineAdmin,
  treatmentAdmin,
];
