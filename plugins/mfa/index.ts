import { definePlugin } from '../../core/plugin.ts';
import { codesForm, forgetDeviceForm, forgetDevicesForm, mfaPage, removeForm, userPanel } from './account-pages.ts';
import { checks, keyProblems } from './checks.ts';
import { commands } from './commands.ts';
import { CODES_PAGE, codesPage, enrolmentForm, enrolmentPage } from './enrolment-pages.ts';
import { events } from './events.ts';
import { deleteWhenErased, recoverableFactor } from './factors.ts';
import { ar } from './messages/ar.ts';
import { en } from './messages/en.ts';
import { isOff, options } from './options.ts';
import { deleteOldChallenges } from './passkeys/challenge.ts';
import { passkeyEvents } from './passkeys/events.ts';
import { passkeyRoutes } from './passkeys/routes.ts';
import { passkeyPolicyStep } from './passkeys/sign-in.ts';
import { passkeySignIn } from './passkeys/sign-in-pages.ts';
import {
  ENROLMENT_PAGE,
  enrolmentGate,
  graceBanner,
  mfaColumn,
  signInStep,
  VERIFY_PAGE,
  verificationGate,
} from './policy.ts';
import { forgetOnAuthorityChanges, schedule } from './remembered-device.ts';
import { sessionFactor } from './session-factor.ts';
import { verifyForm, verifyPage } from './verify-pages.ts';

/** Second factors: authenticator apps with backup codes, passkeys, by a policy per role, and remembered devices. */
export const mfa = definePlugin({
  name: 'mfa',
  api: 1,
  description: 'Second factors and passkeys: authenticator apps, backup codes, remembered devices, a policy per role.',
  requires: ['auth', 'sessions'],
  after: ['jobs', 'mail', 'recovery'],
  options,
  migrations: new URL('./migrations/', import.meta.url),
  templates: new URL('../../templates/mfa/', import.meta.url),
  assets: new URL('../../templates/mfa/assets/', import.meta.url),
  messages: { en, ar },
  events: [...events, ...passkeyEvents],
  on: (app) => ({ ...forgetOnAuthorityChanges(app), ...deleteWhenErased }),
  gates: [verificationGate, enrolmentGate],
  contributes: {
    // Below `authenticated`, which is 10.
    'session.trust': [{ name: 'mfa_pending', rank: 5 }],
    'session.columns': (app) => mfaColumn(app.options('mfa')),
    'session.factors': (app) => [sessionFactor(app)],
    'signIn.steps': (app) => (isOff(app.options('mfa')) ? [] : [signInStep(app), passkeyPolicyStep(app)]),
    'signIn.methods': (app) => (isOff(app.options('mfa')) ? [] : [passkeySignIn]),
    'layout.banner': [graceBanner],
    'recovery.factors': (app) => [recoverableFactor(app)],
    'account.pages': (app) =>
      isOff(app.options('mfa'))
        ? []
        : [
            {
              name: 'mfa',
              rank: 20,
              label: 'mfa.title',
              description: 'mfa.about',
              path: '/account/mfa',
              access: { signedIn: true },
            },
          ],
    'user.panels': (app) => (isOff(app.options('mfa')) ? [] : [userPanel]),
  },
  commands,
  checks,
  verify: keyProblems,
  schedule: [...schedule, { name: 'delete-old-challenges', every: '5 minutes', run: deleteOldChallenges }],
  routes(routes) {
    const pending = { access: { signedIn: true }, skipGates: [verificationGate.name] } as const;
    routes.get(VERIFY_PAGE, pending, verifyPage);
    routes.post(VERIFY_PAGE, { ...pending, responses: [401, 429, 503] }, verifyForm);
    const due = { access: { signedIn: true, recent: true }, skipGates: [enrolmentGate.name] } as const;
    routes.get(ENROLMENT_PAGE, { ...due, responses: [404] }, enrolmentPage);
    routes.post(ENROLMENT_PAGE, { ...due, responses: [404, 422] }, enrolmentForm);
    passkeyRoutes(routes);
    const recent = { access: { signedIn: true, recent: true } } as const;
    routes.get('/account/mfa', { access: { signedIn: true }, responses: [404] }, mfaPage);
    routes.get(CODES_PAGE, { access: { signedIn: true } }, codesPage);
    routes.post('/account/mfa/codes', { ...recent, responses: [404] }, codesForm);
    routes.post('/account/mfa/remove', { ...recent, responses: [404, 409] }, removeForm);
    routes.post('/account/mfa/devices/forget-all', recent, forgetDevicesForm);
    routes.post('/account/mfa/devices/:id/forget', { ...recent, responses: [404] }, forgetDeviceForm);
  },
});
