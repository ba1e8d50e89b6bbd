import { defineModel, field, type Row } from 'rustio-admin';
import { stateCodes, states } from './states.ts';

export const Airport = defineModel('airport', {
  fields: {
    code: field.text({
      max: 4,
      label: 'Code',
      help: 'IATA code ("DFW"), or the FAA identifier ("TT01") where there is none.',
    }),
    name: field.text({ max: 80, index: true }),
    city: field.text({ max: 60, nullable: true, index: true }),
    state: field.choice(stateCodes, {
      nullable: true,
      index: true,
      labels: states,
      help: 'Empty outside the United States, or if unknown.',
    }),
    country: field.text({ max: 60, default: 'USA', index: true }),
    latitude: field.decimal({ min: '-90', max: '90', help: 'Degrees, north is positive.' }),
    longitude: field.decimal({ min: '-180', max: '180', help: 'Degrees, east is positive.' }),
  },
  key: 'code',
  label: ['code', 'name'],
});
export interface Airport extends Row<typeof Airport> {}
