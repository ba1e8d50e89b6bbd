import { definePlugin } from '../../core/plugin.ts';
import { User } from '../auth/models.ts';
import { canSendMail } from '../mail/send.ts';
import { mustBeRecoverable, recoveryForm, recoveryPage, recoveryPath } from './account-pages.ts';
import { emergencyCommands } from './emergency-commands.ts';
import { events } from './events.ts';
import { expiredPasswordStep } from './expired-password.ts';
import { ar } from './messages/ar.ts';
import { en } from './messages/en.ts';
import { newPasswordForm, newPasswordPage } from './new-password-pages.ts';
import { options } from './options.ts';
import { sendLinkTask } from './reset-link.ts';
import { donePage, forgotForm, forgotPage, resetForm, resetPage, sentPage } from './reset-pages.ts';
import { mustChangeColumn, NEW_PASSWORD_PAGE, temporaryPasswordGate } from './temporary-password.ts';

/** Recovery of accounts: by their users with a link, by administrators, and on the command line. */
export const recovery = definePlugin({
  name: 'recovery',
  api: 1,
  description: 'Recovery of accounts: links for forgotten passwords, temporary passwords, locks, emergency commands.',
  requires: ['auth', 'sessions'],
  after: ['jobs', 'mail'],
  options,
  migrations: new URL('./migrations/', import.meta.url),
  templates: new URL('../../templates/recovery/', import.meta.url),
  messages: { en, ar },
  events,
  gates: [temporaryPasswordGate],
  extensionPoints: ['recovery.factors'],
  contributes: {
    'signIn.links': (app) =>
      canSendMail(app) ? [{ name: 'forgot-password', label: 'recovery.link', path: '/forgot-password' }] : [],
    'signIn.steps': (app) => [expiredPasswordStep(app)],
    'jobs.tasks': (app) => (canSendMail(app) ? [sendLinkTask] : []),
    'session.columns': [mustChangeColumn],
    'record.tabs': [
      {
        name: 'recovery',
        rank: 10,
        models: [User],
        label: 'recovery.tab',
        access: { role: 'administrator' },
        url: (app, _model, key) => app.urls.to(recoveryPath(key)),
      },
    ],
  },
  commands: emergencyCommands,
  routes(routes, app) {
    // Also for users who still have to pass a gate, such as a second factor.
    const open = { access: { open: true }, skipGates: 'all' } as const;
    if (canSendMail(app)) {
      routes.get('/forgot-password', open, forgotPage);
      routes.post('/forgot-password', { ...open, csrf: 'origin', responses: [422, 429, 503] }, forgotForm);
      routes.get('/forgot-password/sent', open, sentPage);
    }
    routes.get('/reset-password/+done', open, donePage);
    routes.get('/reset-password/:token', { ...open, responses: [404] }, resetPage);
    routes.post('/reset-password/:token', { ...open, csrf: 'origin', responses: [404, 422, 429, 503] }, resetForm);

    const administrators = { access: { role: 'administrator' } } as const;
    routes.get('/account-recovery/:id', administrators, recoveryPage);
    routes.post(
      '/account-recovery/:id',
      {
        access: { role: 'administrator', recent: true },
        precondition: mustBeRecoverable,
        resumable: true,
        responses: [200, 422, 503],
      },
      recoveryForm,
    );
    const own = { access: { signedIn: true, recent: true }, skipGates: [temporaryPasswordGate.name] } as const;
    routes.get(NEW_PASSWORD_PAGE, own, newPasswordPage);
    routes.post(NEW_PASSWORD_PAGE, { ...own, responses: [422, 429, 503] }, newPasswordForm);
  },
});
