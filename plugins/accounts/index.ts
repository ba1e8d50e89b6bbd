import { definePlugin } from '../../core/plugin.ts';
import { linkValidUntilSql } from '../auth/account-links.ts';
import { Group, User } from '../auth/models.ts';
import { canSendMail } from '../mail/send.ts';
import { confirmAddressForm, confirmAddressPage } from './address-pages.ts';
import { commands } from './commands.ts';
import { events } from './events.ts';
import { groupForm, groupPage, newGroupForm, newGroupPage } from './group-pages.ts';
import { invitationForm, invitationPage } from './invitation-pages.ts';
import { ar } from './messages/ar.ts';
import { en } from './messages/en.ts';
import { newAddressTask, noticeOfNewAddress } from './new-address.ts';
import { inviteUserForm, newUserForm, newUserPage } from './new-user-pages.ts';
import { options } from './options.ts';
import { profileForm, profilePage } from './profile-pages.ts';
import { userForm, userPage } from './user-pages.ts';
import { sessionsPanel } from './user-sessions.ts';
import '../auth/user-panels.ts';
import '../sessions/extension-points.ts';

/** Pages for users and groups, invitations, and the profile of the signed-in user. */
export const accounts = definePlugin({
  name: 'accounts',
  api: 1,
  description: 'Pages for users, groups and permissions, invitations, and user profiles.',
  requires: ['auth', 'sessions'],
  // Without mail, there are no invitations, and users cannot change their address.
  after: ['mail'],
  options,
  templates: new URL('../../templates/accounts/', import.meta.url),
  messages: { en, ar },
  events,
  on: noticeOfNewAddress,
  extensionPoints: ['profile.sections'],
  // How the plugin admin, if it is enabled, shows users and groups.
  admins: [
    {
      model: User,
      options: {
        list: ['email', 'displayName', 'role', 'kind', 'active', 'lockedUntil', 'createdAt'],
        filters: ['role', 'kind', 'active', 'createdAt', 'lockedUntil', 'erasedAt'],
        search: ['email', 'displayName'],
        order: ['email'],
        group: 'accounts.group',
      },
    },
    {
      model: Group,
      options: { list: ['name', 'description'], search: ['name'], order: ['name'], group: 'accounts.group' },
    },
  ],
  contributes: {
    'record.tabs': [
      {
        name: 'manage',
        models: [User],
        label: 'accounts.manage',
        access: { role: 'administrator' },
        url: (app, _model, key) => app.urls.to(`/accounts/${key}`),
      },
      {
        name: 'manage-group',
        models: [Group],
        label: 'accounts.manageGroup',
        access: { role: 'administrator' },
        url: (app, _model, key) => app.urls.to(`/account-groups/${key}`),
      },
    ],
    'list.links': [
      {
        name: 'new-user',
        models: [User],
        label: 'accounts.new',
        path: '/accounts/+new',
        access: { role: 'administrator' },
      },
      {
        name: 'new-group',
        models: [Group],
        label: 'accounts.newGroup',
        path: '/account-groups/+new',
        access: { role: 'administrator' },
      },
    ],
    'list.columns': (app) =>
      canSendMail(app)
        ? [
            {
              name: 'invited-until',
              models: [User],
              label: 'accounts.invitation.until',
              access: { role: 'administrator' },
              sql: { type: 'timestamp', expression: () => linkValidUntilSql('invitation'), sortable: true },
            },
          ]
        : [],
    'jobs.tasks': [newAddressTask],
    'user.panels': [sessionsPanel],
    'account.pages': [
      {
        name: 'profile',
        rank: 5,
        label: 'accounts.profile',
        description: 'accounts.profile.about',
        path: '/account/profile',
        access: { signedIn: true },
      },
    ],
  },
  commands,
  routes(routes, app) {
    // Users who change the authority of others must have entered their password recently.
    const administrators = { access: { role: 'administrator', recent: true } } as const;
    const own = { access: { signedIn: true, recent: true } } as const;
    // A form without a password is kept while the password is entered again.
    const form = { responses: [200, 422], resumable: true } as const;
    routes.get('/accounts/+new', administrators, newUserPage);
    routes.post('/accounts/+new', { ...administrators, ...form }, newUserForm);
    if (canSendMail(app)) {
      routes.get('/accounts/+invite', administrators, newUserPage);
      routes.post('/accounts/+invite', { ...administrators, ...form, responses: [404, 422] }, inviteUserForm);
      // Another user who is signed in with this browser may still have to pass a gate.
      const open = { access: { open: true }, skipGates: 'all' } as const;
      routes.get('/invitation/:token', { ...open, responses: [404] }, invitationPage);
      routes.post('/invitation/:token', { ...open, csrf: 'origin', responses: [404, 422, 429, 503] }, invitationForm);
    }
    routes.get('/accounts/:id', administrators, userPage);
    routes.get('/accounts/:id/:form', administrators, userPage);
    routes.post('/accounts/:id/:form', { ...administrators, ...form }, userForm);
    routes.get('/account-groups/+new', administrators, newGroupPage);
    routes.post('/account-groups/+new', { ...administrators, ...form, responses: [422] }, newGroupForm);
    routes.get('/account-groups/:id', administrators, groupPage);
    routes.get('/account-groups/:id/:form', administrators, groupPage);
    routes.post('/account-groups/:id/:form', { ...administrators, ...form, responses: [422] }, groupForm);
    routes.get('/account/profile', own, profilePage);
    routes.post('/account/profile/:form', { ...own, responses: [422, 429] }, profileForm);
    if (!canSendMail(app)) return;
    routes.get('/account/new-address/:token', { ...own, responses: [404] }, confirmAddressPage);
    routes.post('/account/new-address/:token', { ...own, responses: [404, 422] }, confirmAddressForm);
  },
});
