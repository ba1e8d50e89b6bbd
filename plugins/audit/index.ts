import type { RouteOptions } from '../../core/http/route.ts';
import { definePlugin } from '../../core/plugin.ts';
import type { Access } from '../../core/request/route-info.ts';
import { auditPage } from './audit-page.ts';
import { checks } from './checks.ts';
import { repeatErasures } from './erase-entries.ts';
import { events } from './export-entries.ts';
import { exportForm, exportPage } from './export-pages.ts';
import { historyPage } from './history.ts';
import { ar } from './messages/ar.ts';
import { en } from './messages/en.ts';
import { recentChanges } from './recent-changes.ts';
import { recordEntry } from './record-entry.ts';
import { renamedModel } from './renamed-models.ts';
import { requestPage } from './request-page.ts';
import { anchorCommand } from './seals/anchor-command.ts';
import { exportCommands } from './seals/export-commands.ts';
import { sealCommands } from './seals/seal-commands.ts';
import { sealRegularly } from './seals/seal-entries.ts';
import { valuePage } from './value-page.ts';

declare module '../../core/settings.ts' {
  interface PluginOptions {
    audit: NoOptions;
  }
}

/** The audit trail: every event of every plugin, recorded in the transaction of the change and kept permanently. */
export const audit = definePlugin({
  name: 'audit',
  api: 1,
  description: 'Append-only audit trail: every event, recorded in the transaction of its change.',
  after: ['mail'],
  migrations: new URL('./migrations/', import.meta.url),
  templates: new URL('../../templates/audit/', import.meta.url),
  messages: { en, ar },
  permissions: [
    { name: 'audit.view', description: 'View the audit trail' },
    { name: 'audit.export', description: 'Export the audit trail' },
  ],
  events,
  on: (app) => ({ '*': (tx, event) => recordEntry(tx, event, app.models) }),
  contributes: {
    'layout.navigation': [
      {
        label: 'audit.title',
        group: 'layout.group.system',
        rank: 100,
        path: '/audit',
        access: { permission: 'audit.view' },
      },
    ],
    'record.tabs': [
      {
        name: 'history',
        models: 'all',
        label: 'audit.history',
        icon: 'history',
        url: (app, model, key) => app.urls.record(model, key, '+history'),
      },
    ],
    'migrations.renamedModel': [renamedModel],
    'dashboard.panels': [{ name: 'recent-changes', view: 'audit/recent', load: recentChanges }],
  },
  checks,
  commands: [...sealCommands, anchorCommand, ...exportCommands],
  schedule: [
    { name: 'repeat-erasures', every: '10 minutes', run: ({ database }) => repeatErasures(database) },
    { name: 'seal', every: '1 minute', run: sealRegularly },
  ],
  routes(routes, app) {
    routes.get('/audit', { access: { permission: 'audit.view' }, responses: [400] }, auditPage);
    // Other plugins may authenticate users without a password.
    const hasPasswords = app.optionalService('sessions') !== undefined;
    const access: Access = { permission: 'audit.export', ...(hasPasswords && ({ recent: true } as const)) };
    const exporting: RouteOptions = { access, responses: [400] };
    routes.get('/audit/+export', exporting, exportPage);
    routes.post('/audit/+export', { ...exporting, responses: [200, 400] }, exportForm);
    routes.get('/audit/requests/:id', { access: { permission: 'audit.view' } }, requestPage);
    routes.get('/:model/:key/+history', { access: { permission: 'view' } }, historyPage);
    routes.get('/:model/:key/+history/:entry/:side/:name', { access: { permission: 'view' } }, valuePage);
  },
});
