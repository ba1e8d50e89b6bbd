import { definePlugin } from 'rustio-admin';
import { unpaidInvoices } from './unpaid-invoices.ts';

/** Reminds the reception, when a patient stands before it, that he owes money. */
export const dues = definePlugin({
  name: 'dues',
  api: 1,
  description: 'Tells in the waiting room who has unpaid invoices.',
  requires: ['waiting-room'],
  contributes: { 'waiting-room.notes': [unpaidInvoices] },
});
