import { definePlugin } from '../../core/plugin.ts';
import { users } from './account.ts';
import { deleteOldLinks, endLinksOnChanges } from './account-links.ts';
import { checks } from './checks.ts';
import { events } from './events.ts';
import { groupCommands } from './group-commands.ts';
import { ar } from './messages/ar.ts';
import { en } from './messages/en.ts';
import { Group, User } from './models.ts';
import { accessChecks, permissionPolicy } from './policy.ts';
import { usePreferences } from './preferences.ts';
import { prepareDevelopment } from './prepare-development.ts';
import { renamedModel } from './renamed-model.ts';
import { currentActor } from './user-actor.ts';
import { userCommands } from './user-commands.ts';
import { userRecordPanels } from './user-panels.ts';

declare module '../../core/settings.ts' {
  interface PluginOptions {
    auth: NoOptions;
  }
}

/** Accounts, passwords, roles, groups and permissions. Independent of sessions and cookies. */
export const auth = definePlugin({
  name: 'auth',
  api: 1,
  description: 'Accounts, passwords, roles, groups and permissions.',
  migrations: new URL('./migrations/', import.meta.url),
  messages: { en, ar },
  models: [User, Group],
  events,
  on: () => endLinksOnChanges,
  extensionPoints: ['user.panels'],
  contributes: { 'record.panels': userRecordPanels, 'migrations.renamedModel': [renamedModel] },
  accessChecks,
  currentActor: () => currentActor,
  middleware: usePreferences,
  policies: () => [permissionPolicy],
  provides: { users: () => users },
  prepareDevelopment,
  checks,
  commands: [...userCommands, ...groupCommands],
  schedule: [{ name: 'delete-old-links', every: '1 day', run: ({ database }) => deleteOldLinks(database) }],
});
