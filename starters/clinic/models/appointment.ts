import { defineModel, field, type Row, timestamps } from 'rustio-admin';
import { Patient } from './patient.ts';
import { Practitioner } from './practitioner.ts';

export const Appointment = defineModel('appointment', {
  fields: {
    patient: field.belongsTo(() => Patient, { onDelete: 'cascade', index: false }),
    practitioner: field.belongsTo(() => Practitioner),
    startsAt: field.timestamp({ index: true, label: 'Begins' }),
    minutes: field.integer({ min: 5, max: 480, default: 20 }),
    status: field.choice(['booked', 'done', 'missed', 'cancelled'], {
      default: 'booked',
      index: true,
      tones: { booked: 'info', done: 'good', missed: 'bad', cancelled: 'neutral' },
      help: 'Who is in the building is told by the waiting room, not here.',
    }),
    reason: field.text({ max: 500, nullable: true }),
    notes: field.text({ max: 5000, nullable: true, multiline: true }),
    ...timestamps(),
  },
  label: ['startsAt', 'patient'],
  // Nobody can begin with two patients at once.
  unique: [['practitioner', 'startsAt']],
  indexes: [['patient', '-startsAt']],
});
export interface Appointment extends Row<typeof Appointment> {}
