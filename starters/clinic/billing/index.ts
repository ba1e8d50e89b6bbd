import { definePlugin } from 'rustio-admin';
import { checks } from './checks.ts';
import { overdue, unsent } from './figures.ts';
import { keepTotals } from './totals.ts';

/** Keeps invoice totals exact and shows outstanding amounts on the dashboard. */
export const billing = definePlugin({
  name: 'billing',
  api: 1,
  description: 'Invoice totals and overdue payments.',
  requires: ['admin'],
  contributes: { 'dashboard.widgets': [overdue, unsent] },
  on: () => keepTotals,
  checks,
});
