import { definePlugin } from 'rustio-admin';
import { checks } from './checks.ts';
import { overdue, unsent } from './figures.ts';
import { keepTotals } from './totals.ts';

/** What invoices need beyond their pages: a total that is always right, and what is owed on the start page. */
export const billing = definePlugin({
  name: 'billing',
  api: 1,
  description: 'Totals of invoices, and who owes the clinic money.',
  requires: ['admin'],
  contributes: { 'dashboard.widgets': [overdue, unsent] },
  on: () => keepTotals,
  checks,
});
