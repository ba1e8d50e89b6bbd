import { definePlugin } from '../../core/plugin.ts';
import { checks } from './checks.ts';
import { commands } from './commands.ts';
import { events } from './events.ts';
import { judges } from './judges.ts';
import { Group, User } from './models.ts';
import { verifyRoutes } from './permission-names.ts';
import { createPolicy } from './policy.ts';
import { ar } from './words/ar.ts';
import { en } from './words/en.ts';

/** Who exists and may do what: accounts, passwords, roles, groups, permissions. It knows no cookies. */
export const auth = definePlugin({
  name: 'auth',
  api: 1,
  description: 'Who exists and may do what: accounts, passwords, roles, groups, permissions.',
  migrations: new URL('./migrations/', import.meta.url),
  words: { en, ar },
  models: [User, Group],
  events,
  judges,
  policy: createPolicy,
  checks,
  commands,
  verify: verifyRoutes,
});
