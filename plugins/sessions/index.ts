import { definePlugin } from '../../core/plugin.ts';
import { accountPage, endOtherSessionsForm, endOwnSessionForm, ownSessionsPage, userMenu } from './account-pages.ts';
import { attemptSchedule } from './attempts.ts';
import { sessionRequests } from './authenticator.ts';
import { endOnAuthorityChanges } from './authority-changes.ts';
import { checks } from './checks.ts';
import { schedule } from './end-sessions.ts';
import { events } from './events.ts';
import { extensionPoints } from './extension-points.ts';
import { currentActor } from './load-session.ts';
import { ar } from './messages/ar.ts';
import { en } from './messages/en.ts';
import { sessionOptions } from './options.ts';
import { accessChecks, reauthenticationGate } from './recency.ts';
import { reauthenticationForm, reauthenticationPage, signInForm, signInPage, signOutForm } from './sign-in-pages.ts';
import { trustProblems } from './trust.ts';

/** Sessions: sign-in and sign-out, one row per sign-in, reauthentication, the user's own devices. */
export const sessions = definePlugin({
  name: 'sessions',
  api: 1,
  description: 'Sign-in and sign-out, active sessions, and reauthentication for sensitive actions.',
  requires: ['auth'],
  options: sessionOptions,
  migrations: new URL('./migrations/', import.meta.url),
  templates: new URL('../../templates/sessions/', import.meta.url),
  messages: { en, ar },
  events,
  on: endOnAuthorityChanges,
  extensionPoints,
  contributes: {
    'layout.userMenu': [userMenu],
    'account.pages': [
      {
        name: 'sessions',
        rank: 10,
        label: 'sessions.menu.sessions',
        description: 'sessions.account.sessions',
        path: '/account/sessions',
        access: { signedIn: true },
      },
    ],
  },
  provides: { sessions: sessionRequests },
  authenticators: (app) => [app.service('sessions').authenticator],
  currentActor: () => currentActor,
  middleware: (app) => app.service('sessions').middleware,
  signInPage: '/login',
  accessChecks,
  gates: [reauthenticationGate],
  checks,
  verify: trustProblems,
  routes(routes) {
    const signedIn = { access: { signedIn: true } } as const;
    const skipGates = [reauthenticationGate.name];
    routes.get('/login', { access: { open: true }, responses: [303] }, signInPage);
    routes.post('/login', { access: { open: true }, csrf: 'origin', responses: [401, 429, 503] }, signInForm);
    routes.post('/logout', { access: { open: true }, csrf: 'origin', skipGates: 'all' }, signOutForm);
    routes.get('/reauth', { ...signedIn, skipGates }, reauthenticationPage);
    routes.post('/reauth', { ...signedIn, skipGates, responses: [404, 429, 503] }, reauthenticationForm);
    routes.get('/account', signedIn, accountPage);
    routes.get('/account/sessions', signedIn, ownSessionsPage);
    const recent = { access: { signedIn: true, recent: true } } as const;
    routes.post('/account/sessions/end-others', recent, endOtherSessionsForm);
    routes.post('/account/sessions/:id/end', recent, endOwnSessionForm);
  },
  schedule: [...schedule, ...attemptSchedule],
});
