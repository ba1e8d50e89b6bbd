import { defineModel, field, type Row } from 'rustio-admin';

export const aircraftCategories = [
  'airliner',
  'turboprop',
  'business',
  'light',
  'helicopter',
  'military',
  'unknown',
] as const;

export const Aircraft = defineModel('aircraft', {
  fields: {
    name: field.text({ max: 40, unique: true, label: 'Type', help: 'Make and model, as spelled in the reports.' }),
    manufacturer: field.text({ max: 40, index: true }),
    category: field.choice(aircraftCategories, {
      index: true,
      labels: {
        airliner: 'Jet airliner',
        turboprop: 'Turboprop airliner',
        business: 'Business aircraft',
        light: 'Light aircraft',
      },
    }),
  },
  title: 'aircraft type',
  plural: 'aircraft types',
  slug: 'aircraft-types',
});
export interface Aircraft extends Row<typeof Aircraft> {}
