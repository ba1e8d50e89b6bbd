import { definePlugin, sql, z } from 'rustio-admin/plugin';
import { reachesTrust } from 'rustio-admin/sessions';
import { hasCode, proves } from './codes.ts';
import { accountPage, codeForm, codePage, enableForm } from './pages.ts';

/** A code after the password: at sign-in, and on reauthentication. */
export const secondFactor = definePlugin({
  name: 'second-factor',
  api: 1,
  description: 'A code after the password.',
  requires: ['auth', 'sessions'],
  migrations: new URL('./migrations/', import.meta.url),
  templates: new URL('./templates/', import.meta.url),
  events: ['second_factor_enabled', 'second_factor_failed'],
  messages: {
    en: {
      'second-factor.title': 'Second factor',
      'second-factor.code': 'Code',
      'second-factor.wrong': 'That code is not right.',
      'second-factor.choose': 'Choose 6 to 12 digits.',
      'second-factor.enabled': 'The second factor is on.',
      'second-factor.continue': 'Continue',
      'event.second_factor_enabled': 'Second factor switched on',
      'event.second_factor_failed': 'Wrong second factor',
    },
  },
  gates: [
    {
      name: 'code',
      page: '/+code',
      stage: 'second-factor',
      passes: ({ state: { session } }) => session?.trust !== 'code_pending',
    },
  ],
  contributes: {
    'session.trust': [{ name: 'code_pending', rank: 5 }],
    'session.columns': [
      {
        name: 'hasSecondFactor',
        expression: sql.fragment`exists (select from second_factor_code f where f.user_id = u.id)`,
        schema: z.boolean(),
      },
    ],
    'signIn.steps': (app) => [
      {
        name: 'second-factor',
        afterVerify: async (tx, _context, user, verified) =>
          !reachesTrust(app, verified.trust, 'mfa_verified') && (await hasCode(tx, user.id))
            ? { pending: '/+code', trust: 'code_pending' }
            : 'done',
      },
    ],
    'session.factors': (app) => [
      {
        name: 'second-factor',
        view: 'second-factor/field',
        applies: (tx, user) => hasCode(tx, user.id),
        proves: (tx, context, user, form) => proves(tx, context, app, user, form.get('code') ?? ''),
      },
    ],
    'account.pages': [
      { name: 'second-factor', label: 'second-factor.title', path: '/account/code', access: { signedIn: true } },
    ],
  },
  routes(routes) {
    const code = { access: { signedIn: true }, skipGates: ['code'], responses: [401] } as const;
    routes.get('/+code', code, codePage);
    routes.post('/+code', code, codeForm);
    routes.get('/account/code', { access: { signedIn: true } }, accountPage);
    routes.post('/account/code', { access: { recent: true } }, enableForm);
  },
});
