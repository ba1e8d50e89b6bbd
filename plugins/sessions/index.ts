import { definePlugin } from '../../core/plugin.ts';
import { endOnAuthorityChanges } from './authority-changes.ts';
import { checks } from './checks.ts';
import { events } from './events.ts';
import { identify } from './identify.ts';
import { sessionOptions } from './options.ts';
import {
  endOtherSessionsForm,
  endOwnSessionForm,
  ownSessionsPage,
  reauthenticationForm,
  reauthenticationPage,
  signInForm,
  signInPage,
  signOutForm,
} from './pages.ts';
import { judges, reauthenticationGate } from './recency.ts';
import { slots } from './slots.ts';
import { startSweeping } from './sweep.ts';
import { ar } from './words/ar.ts';
import { en } from './words/en.ts';

/** Being signed in: sign-in and sign-out, a row a sign-in, the re-authentication wall, own devices. */
export const sessions = definePlugin({
  name: 'sessions',
  api: 1,
  description: 'Being signed in: sign-in and sign-out, devices, and asking again for what is delicate.',
  requires: ['auth'],
  options: sessionOptions,
  migrations: new URL('./migrations/', import.meta.url),
  templates: new URL('../../templates/sessions/', import.meta.url),
  words: { en, ar },
  events,
  on: endOnAuthorityChanges,
  slots,
  identify,
  signInPage: '/login',
  judges,
  gates: [reauthenticationGate],
  checks,
  routes(routes) {
    routes.get('/login', { open: true }, signInPage, { answers: [303] });
    routes.post('/login', { open: true }, signInForm, { formToken: false, answers: [401, 503] });
    routes.post('/logout', { open: true }, signOutForm, { formToken: false, despite: 'all' });
    routes.get('/reauth', { signedIn: true }, reauthenticationPage);
    routes.post('/reauth', { signedIn: true }, reauthenticationForm, { answers: [404, 503] });
    routes.get('/account/sessions', { signedIn: true }, ownSessionsPage);
    routes.post('/account/sessions/end-others', { signedIn: true }, endOtherSessionsForm);
    routes.post('/account/sessions/:id/end', { signedIn: true }, endOwnSessionForm);
  },
  start: async (app) => startSweeping(app),
});
