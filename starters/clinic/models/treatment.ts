import { defineModel, field, type Row } from 'rustio-admin';

/**
 * The price list. Its codes are known by heart, so they are its keys. Whoever writes invoices may pick from it
 * (`pick: 'everybody'`); the list itself, with all its prices, is for those who may view it.
 */
export const Treatment = defineModel('treatment', {
  fields: {
    code: field.text({ min: 2, max: 10 }),
    name: field.text({ max: 120, index: true }),
    price: field.money({ currency: 'GBP', min: '0', max: '100000' }),
    minutes: field.integer({ min: 5, max: 480, help: 'How long it usually takes.' }),
  },
  key: 'code',
  label: ['code', 'name'],
  pick: 'everybody',
});
export interface Treatment extends Row<typeof Treatment> {}
