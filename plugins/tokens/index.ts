import { definePlugin } from '../../core/plugin.ts';
import { User } from '../auth/models.ts';
import { bearer } from './authenticator.ts';
import { renamedModel } from './create-token.ts';
import { deleteOldTokens, endOnAuthorityChanges } from './end-tokens.ts';
import { events } from './events.ts';
import { currentActor } from './load-token.ts';
import { ar } from './messages/ar.ts';
import { en } from './messages/en.ts';
import { options } from './options.ts';
import { newOwnTokenForm, newOwnTokenPage, ownTokensPage, revokeOwnTokenForm } from './own-pages.ts';
import { newServiceForm, newServicePage } from './service-pages.ts';
import { tokenCommands } from './token-commands.ts';
import { newUserTokenForm, newUserTokenPage, revokeUserTokenForm, userTokensPage } from './user-pages.ts';
import '../sessions/extension-points.ts';

/** Tokens authenticate programs, as a person or as a service account. */
export const tokens = definePlugin({
  name: 'tokens',
  api: 1,
  description: 'Tokens that authenticate programs, for people and service accounts.',
  requires: ['auth', 'sessions'],
  options,
  migrations: new URL('./migrations/', import.meta.url),
  templates: new URL('../../templates/tokens/', import.meta.url),
  messages: { en, ar },
  events,
  on: endOnAuthorityChanges,
  authenticators: (app) => [bearer(app)],
  currentActor: () => currentActor,
  contributes: {
    'account.pages': [
      {
        name: 'tokens',
        rank: 20,
        label: 'tokens.title',
        description: 'tokens.about',
        path: '/account/tokens',
        access: { signedIn: true },
      },
    ],
    'record.tabs': [
      {
        name: 'tokens',
        rank: 10,
        models: [User],
        label: 'tokens.title',
        access: { role: 'administrator' },
        url: (app, _model, key) => app.urls.to(`/user-tokens/${key}`),
      },
    ],
    'list.links': [
      {
        name: 'new-service-account',
        rank: 10,
        models: [User],
        label: 'tokens.service.new',
        path: '/service-accounts/+new',
        access: { role: 'administrator' },
      },
    ],
    'migrations.renamedModel': [renamedModel],
  },
  routes(routes) {
    const own = { access: { signedIn: true, recent: true } } as const;
    const administrators = { access: { role: 'administrator', recent: true } } as const;
    // The form contains no secret, so it can be kept while the password is requested.
    const form = { responses: [200, 422], resumable: true } as const;
    routes.get('/account/tokens', { access: { signedIn: true } }, ownTokensPage);
    routes.get('/account/tokens/+new', own, newOwnTokenPage);
    routes.post('/account/tokens/+new', { ...own, ...form }, newOwnTokenForm);
    routes.post('/account/tokens/:id/revoke', own, revokeOwnTokenForm);
    routes.get('/user-tokens/:user', administrators, userTokensPage);
    routes.get('/user-tokens/:user/+new', administrators, newUserTokenPage);
    routes.post('/user-tokens/:user/+new', { ...administrators, ...form }, newUserTokenForm);
    routes.post('/user-tokens/:user/:id/revoke', administrators, revokeUserTokenForm);
    routes.get('/service-accounts/+new', administrators, newServicePage);
    routes.post('/service-accounts/+new', { ...administrators, responses: [422], resumable: true }, newServiceForm);
  },
  commands: tokenCommands,
  schedule: [{ name: 'delete-old-tokens', every: '1 day', run: deleteOldTokens }],
});
