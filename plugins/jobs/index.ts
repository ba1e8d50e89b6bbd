import { definePlugin } from '../../core/plugin.ts';
import { checks } from './checks.ts';
import { commands } from './commands.ts';
import { events } from './events.ts';
import { deleteFinished } from './job-list.ts';
import { createJobs, forgetUser } from './jobs.ts';
import { jobForm, jobsPage } from './jobs-page.ts';
import { ar } from './messages/ar.ts';
import { en } from './messages/en.ts';
import { metrics } from './metrics.ts';
import { jobsOptions } from './options.ts';
import { scheduleExtensionPoint } from './schedules.ts';
import { start } from './start.ts';
import { extensionPoints } from './task.ts';
import { verify } from './verify.ts';

/** Background jobs and schedules: enqueued in the transaction of a change, run by workers or web processes. */
export const jobs = definePlugin({
  name: 'jobs',
  api: 1,
  description: 'Background jobs with retries, and schedules, in PostgreSQL.',
  options: jobsOptions,
  migrations: new URL('./migrations/', import.meta.url),
  templates: new URL('../../templates/jobs/', import.meta.url),
  messages: { en, ar },
  permissions: [
    { name: 'jobs.view', description: 'View background jobs' },
    { name: 'jobs.manage', description: 'Retry, cancel and discard background jobs' },
  ],
  events,
  on: () => ({ '*': forgetUser }),
  extensionPoints: [...extensionPoints, scheduleExtensionPoint],
  contributes: {
    'layout.navigation': [
      {
        label: 'jobs.title',
        group: 'layout.group.system',
        rank: 90,
        path: '/jobs',
        access: { permission: 'jobs.view' },
      },
    ],
  },
  provides: { jobs: createJobs },
  start,
  schedule: [{ name: 'delete-finished', every: '1 day', run: (app, signal) => deleteFinished(app.database, signal) }],
  metrics,
  checks,
  commands,
  verify,
  routes(routes) {
    const manage = { access: { permission: 'jobs.manage' } } as const;
    routes.get('/jobs', { access: { permission: 'jobs.view' } }, jobsPage);
    routes.post('/jobs/:id/retry', manage, jobForm('retry'));
    routes.post('/jobs/:id/discard', manage, jobForm('discard'));
    routes.post('/jobs/:id/cancel', manage, jobForm('cancel'));
  },
});
