import { defineModel, field, type Row, timestamps } from 'rustio-admin';
import { Patient } from './patient.ts';
import { Practitioner } from './practitioner.ts';

export const Appointment = defineModel('appointment', {
  fields: {
    patient: field.belongsTo(() => Patient, { onDelete: 'cascade', index: false }),
    practitioner: field.belongsTo(() => Practitioner),
    startsAt: field.timestamp({ index: true, label: 'Starts at' }),
    minutes: field.integer({ min: 5, max: 480, default: 20 }),
    status: field.choice(['booked', 'done', 'missed', 'cancelled'], {
      default: 'booked',
      index: true,
      tones: { booked: 'info', done: 'good', missed: 'bad', cancelled: 'neutral' },
      help: 'Use the waiting room to see which patients have arrived.',
    }),
    reason: field.text({ max: 500, nullable: true }),
    notes: field.text({ max: 5000, nullable: true, multiline: true }),
    ...timestamps(),
  },
  label: ['startsAt', 'patient'],
  // A practitioner cannot have two appointments at the same time.
  unique: [['practitioner', 'startsAt']],
  indexes: [['patient', '-startsAt']],
});
export interface Appointment extends Row<typeof Appointment> {}
