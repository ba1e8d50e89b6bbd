import { defineModel, field, type Row } from 'rustio-admin';
import { Appointment } from '../models/appointment.ts';

/**
 * A patient's visit. The table comes from this plugin's migration, so it is only described here; and only the functions of this
 * folder write to it. As a model it has a list and pages like every other.
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
