import { definePlugin } from '../../core/plugin.ts';
import { checks } from './checks.ts';
import { mailTask, schedule } from './deliver.ts';
import { mailCommands } from './mail-commands.ts';
import { mailboxNavigation, mailboxRoutes } from './mailbox-page.ts';
import { ar } from './messages/ar.ts';
import { en } from './messages/en.ts';
import { createMail } from './send.ts';
import { environment, settingsProblems } from './smtp-server.ts';
import { forgetRecipient } from './stored-mail.ts';

declare module '../../core/settings.ts' {
  interface PluginOptions {
    mail: NoOptions;
  }
}

/** Emails: stored with the change that causes them, sent after its commit. */
export const mail = definePlugin({
  name: 'mail',
  api: 1,
  description: 'Emails, sent after the commit of the change that causes them, and a mailbox for development.',
  requires: ['jobs'],
  environment,
  migrations: new URL('./migrations/', import.meta.url),
  templates: new URL('../../templates/mail/', import.meta.url),
  messages: { en, ar },
  permissions: [{ name: 'mail.mailbox', description: 'Read all emails in development' }],
  on: () => ({ '*': forgetRecipient }),
  provides: { mail: createMail },
  contributes: { 'jobs.tasks': [mailTask], 'layout.navigation': mailboxNavigation },
  routes: mailboxRoutes,
  commands: mailCommands,
  checks,
  schedule,
  verify: settingsProblems,
});
