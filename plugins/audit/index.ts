import { definePlugin } from '../../core/plugin.ts';
import { checks } from './checks.ts';
import { historyPage } from './history-page.ts';
import { auditPage } from './pages.ts';
import { recentChanges } from './recent-changes.ts';
import { recordEntry } from './record-entry.ts';
import { ar } from './words/ar.ts';
import { en } from './words/en.ts';

declare module '../../core/config.ts' {
  interface PluginOptions {
    audit: NoOptions;
  }
}

/** What happened: every event of every plugin, in the transaction in which it happened, for good. */
export const audit = definePlugin({
  name: 'audit',
  api: 1,
  description: 'What happened: every event, recorded in the transaction of its change, append-only.',
  migrations: new URL('./migrations/', import.meta.url),
  templates: new URL('../../templates/audit/', import.meta.url),
  messages: { en, ar },
  permissions: [{ name: 'audit.view', description: 'View the audit trail' }],
  on: () => ({ '*': recordEntry }),
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
    'dashboard.panels': [{ name: 'recent-changes', view: 'audit/recent', load: recentChanges }],
  },
  checks,
  routes(routes) {
    routes.get('/audit', { access: { permission: 'audit.view' }, responses: [400] }, auditPage);
    routes.get('/:model/:key/+history', { access: { permission: 'view' } }, historyPage);
  },
});
