import { defineModel, field, type Row } from 'rustio-admin';
import { Airport } from './airport.ts';

export const Route = defineModel('route', {
  fields: {
    origin: field.belongsTo(() => Airport),
    destination: field.belongsTo(() => Airport),
    flightsIn2008: field.integer({ min: 0, index: true, label: 'Flights in 2008' }),
  },
  key: ['origin', 'destination'],
  label: ['origin', 'destination'],
});
export interface Route extends Row<typeof Route> {}
