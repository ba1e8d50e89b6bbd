import { definePlugin } from 'rustio-admin';
import { unpaidInvoices } from './unpaid-invoices.ts';

/** Shows the reception that an arriving patient owes money. */
export const dues = definePlugin({
  name: 'dues',
  api: 1,
  description: 'Shows in the waiting room which patients have unpaid invoices.',
  requires: ['waiting-room'],
  contributes: { 'waiting-room.notes': [unpaidInvoices] },
});
