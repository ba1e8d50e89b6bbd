import { defineModel, field, type Row } from 'rustio-admin';

/**
 * The price list. Staff know its codes by heart, so they are the keys. Users who write invoices can select from it
 * (`selectableBy: 'everyone'`); only users with permission to view it can open the list with all prices.
 */
export const Treatment = defineModel('treatment', {
  fields: {
    code: field.text({ min: 2, max: 10 }),
    name: field.text({ max: 120, index: true }),
    price: field.money({ currency: 'GBP', min: '0', max: '100000' }),
    minutes: field.integer({ min: 5, max: 480, help: 'Usual duration in minutes.' }),
  },
  key: 'code',
  label: ['code', 'name'],
  selectableBy: 'everyone',
});
export interface Treatment extends Row<typeof Treatment> {}
