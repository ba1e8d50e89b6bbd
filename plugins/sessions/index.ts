import { definePlugin } from '../../core/plugin.ts';
import { sessionRequests } from './authenticator.ts';
import { endOnAuthorityChanges } from './authority-changes.ts';
import { checks } from './checks.ts';
import { events } from './events.ts';
import { extensionPoints } from './extension-points.ts';
import { sessionOptions } from './options.ts';
import {
  accountPage,
  endOtherSessionsForm,
  endOwnSessionForm,
  ownSessionsPage,
  reauthenticationForm,
  reauthenticationPage,
  signInForm,
  signInPage,
  signOutForm,
} from './pages.ts';
import { accessChecks, reauthenticationGate } from './recency.ts';
import { schedule } from './sweep.ts';
import { trustProblems } from './trust.ts';
import { userMenu } from './user-menu.ts';
import { ar } from './words/ar.ts';
import { en } from './words/en.ts';

/** Being signed in: sign-in and sign-out, one row per sign-in, re-authentication, one's own devices. */
export const sessions = definePlugin({
  name: 'sessions',
  api: 1,
  description: 'Being signed in: sign-in and sign-out, devices, and asking for the password again where it matters.',
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
    routes.post('/account/sessions/end-others', signedIn, endOtherSessionsForm);
    routes.post('/account/sessions/:id/end', signedIn, endOwnSessionForm);
  },
  schedule,
});
