import { definePlugin, z } from 'rustio-admin/plugin';
import { environment, proxyAuthenticator } from './authenticator.ts';
import { groupPolicy } from './policy.ts';
import { users } from './users.ts';

const options = z.strictObject({
  /** Full names of permissions by group of the company's directory; `'all'` for administrators. */
  groups: z.record(z.string(), z.union([z.literal('all'), z.array(z.string()).readonly()])),
});

declare module 'rustio-admin/plugin' {
  interface PluginOptions {
    'proxy-sign-in': typeof options;
  }
  interface PluginEnvironment {
    'proxy-sign-in': typeof environment;
  }
}

/** Signs in users whom an authenticating proxy has identified, with the permissions of their groups in the company's directory. */
export const proxySignIn = definePlugin({
  name: 'proxy-sign-in',
  api: 1,
  description: 'Signs in users whom an authenticating proxy has identified.',
  options,
  environment,
  migrations: new URL('./migrations/', import.meta.url),
  templates: new URL('./templates/', import.meta.url),
  messages: {
    en: { 'proxy-sign-in.signedInAs': 'Signed in as {name}' },
    ar: { 'proxy-sign-in.signedInAs': 'سُجّل الدخول باسم {name}' },
  },
  authenticators: (app) => [proxyAuthenticator(app)],
  policies: () => [groupPolicy],
  provides: { users: () => users },
  contributes: { 'layout.userMenu': [{ name: 'proxy-sign-in', view: 'proxy-sign-in/user-menu' }] },
});
