import { definePlugin } from '../../core/plugin.ts';
import { accessChecks } from './access-checks.ts';
import { checks } from './checks.ts';
import { commands } from './commands.ts';
import { events } from './events.ts';
import { Group, User } from './models.ts';
import { people } from './people.ts';
import { permissionPolicy } from './policy.ts';
import { prepareDevelopment } from './prepare-development.ts';
import { userRecordPanels } from './user-panels.ts';
import { ar } from './words/ar.ts';
import { en } from './words/en.ts';

declare module '../../core/config.ts' {
  interface PluginOptions {
    auth: NoOptions;
  }
}

/** Who exists and may do what: accounts, passwords, roles, groups, permissions. It knows no cookies. */
export const auth = definePlugin({
  name: 'auth',
  api: 1,
  description: 'Who exists and may do what: accounts, passwords, roles, groups, permissions.',
  migrations: new URL('./migrations/', import.meta.url),
  messages: { en, ar },
  models: [User, Group],
  events,
  extensionPoints: ['user.panels'],
  contributes: { 'record.panels': userRecordPanels },
  accessChecks,
  policies: () => [permissionPolicy],
  provides: { people: () => people },
  prepareDevelopment,
  checks,
  commands,
});
