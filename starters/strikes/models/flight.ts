import { defineModel, field, type Row } from 'rustio-admin';
import { Airport } from './airport.ts';

export const Flight = defineModel('flight', {
  fields: {
    departure: field.localDateTime({
      index: true,
      help: 'Local time at the airport, stored without a time zone.',
    }),
    origin: field.belongsTo(() => Airport, { index: false }),
    destination: field.belongsTo(() => Airport, { index: false }),
    delay: field.integer({
      index: true,
      label: 'Delay (min)',
      help: 'Negative if the flight was early.',
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
