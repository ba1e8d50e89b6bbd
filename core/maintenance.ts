import type { ScheduledTask } from './schedule.ts';
import { forgetOldForms } from './write/once.ts';

/** What core itself repeats, beside the tasks of the plugins. */
export const maintenanceTasks: readonly ScheduledTask[] = [
  { name: 'forget-old-forms', every: '1 hour', run: (app) => forgetOldForms(app.database) },
  // Where uploads arrive: a killed process leaves its folder on its own machine, and each machine gets its turn.
  { name: 'clean-up-files', every: '1 hour', roles: ['web'], run: (app) => app.files.sweep() },
];
