import type { AnyModel } from 'rustio-admin';
import { Appointment } from './models/appointment.ts';
import { Invoice, InvoiceLine } from './models/invoice.ts';
import { Patient } from './models/patient.ts';
import { Practitioner } from './models/practitioner.ts';
import { Treatment } from './models/treatment.ts';

/** All models of the clinic, in the order of the dashboard. */
export const models: readonly AnyModel[] = [Appointment, Patient, Invoice, InvoiceLine, Practitioner, Treatment];
