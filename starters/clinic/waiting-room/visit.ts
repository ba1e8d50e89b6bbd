import { defineModel, field, type Row } from 'rustio-admin';
import { Appointment } from '../models/appointment.ts';

/**
 * A patient's visit. The plugin's own migration creates the table, so the model only describes it, and only functions in this
 * folder write to it. Like any model, it has a list and pages.
 */
export const Visit = defineModel('visit', {
  fields: {
    appointment: field.belongsTo(() => Appointment, { onDelete: 'cascade' }),
    arrivedAt: field.timestamp({ default: 'now', index: true, label: 'Arrived' }),
    calledAt: field.timestamp({ nullable: true, label: 'Called' }),
    room: field.text({ max: 20, nullable: true }),
  },
  key: 'appointment',
  label: 'appointment',
  table: 'waiting_visit',
  managed: false,
  readOnly: true,
});
export interface Visit extends Row<typeof Visit> {}
