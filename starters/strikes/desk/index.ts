import { definePlugin } from 'rustio-admin';
import { mine, overdue, unassigned, withoutCosts } from './figures.ts';
import { costByAirport, serious } from './tables.ts';
import { keepTotalCost } from './total-cost.ts';

/** The extensions of the admin for the strike desk. */
export const desk = definePlugin({
  name: 'desk',
  api: 1,
  description: 'Dashboard of the strike desk, and automatic cost totals.',
  requires: ['admin'],
  contributes: { 'dashboard.widgets': [unassigned, mine, overdue, withoutCosts, serious, costByAirport] },
  on: () => ({ create: keepTotalCost, update: keepTotalCost }),
});
