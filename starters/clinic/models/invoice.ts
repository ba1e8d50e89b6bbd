import { defineModel, field, type Row, timestamps } from 'rustio-admin';
import { Patient } from './patient.ts';
import { Treatment } from './treatment.ts';

export const Invoice = defineModel('invoice', {
  fields: {
    number: field.text({ min: 6, max: 20, unique: true }),
    patient: field.belongsTo(() => Patient, { index: false }),
    issuedOn: field.date({ default: 'today', index: true, label: 'Issued on' }),
    dueOn: field.date({ index: true, label: 'Due on' }),
    status: field.choice(['draft', 'sent', 'paid', 'cancelled'], {
      default: 'draft',
      tones: { draft: 'neutral', sent: 'warn', paid: 'good', cancelled: 'neutral' },
    }),
    total: field.money({
      currency: 'GBP',
      default: '0',
      index: true,
      readOnly: true,
      help: 'The sum of the invoice lines, updated automatically.',
    }),
    ...timestamps(),
  },
  label: 'number',
  indexes: [
    ['patient', '-issuedOn'],
    ['status', 'dueOn'],
  ],
});
export interface Invoice extends Row<typeof Invoice> {}

export const InvoiceLine = defineModel('invoiceLine', {
  fields: {
    invoice: field.belongsTo(() => Invoice, { onDelete: 'cascade' }),
    treatment: field.belongsTo(() => Treatment),
    quantity: field.integer({ min: 1, max: 1000, default: 1 }),
    price: field.money({
      currency: 'GBP',
      min: '0',
      max: '100000',
      help: 'Agreed price per unit. Later changes to the price list do not affect it.',
    }),
  },
  label: ['invoice', 'treatment'],
});
export interface InvoiceLine extends Row<typeof InvoiceLine> {}
