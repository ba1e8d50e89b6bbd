import { defineModel, field, type Row } from 'rustio-admin';
import { Airport } from './airport.ts';

export const Flight = defineModel('flight', {
  fields: {
    departure: field.localDateTime({
      index: true,
      help: 'The time on the clock of the airport. It has no time zone, so it reads the same everywhere.',
    }),
    origin: field.belongsTo(() => Airport, { index: false }),
    destination: field.belongsTo(() => Airport, { index: false }),
    delay: field.integer({
      index: true,
      label: 'Delay (min)',
      help: 'Minutes. Negative: the flight was early.',
    }),
    distance: field.integer({ min: 0, index: true, label: 'Distance (mi)', help: 'Statute miles.' }),
  },
  label: ['departure', 'origin', 'destination'],
  indexes: [
    ['origin', '-departure'],
    ['destination', '-departure'],
  ],
});
export interface Flight extends Row<typeof Flight> {}
