import { createHmac, timingSafeEqual } from 'node:crypto';
import { type App, type Authenticator, type UserActor, z } from 'rustio-admin/plugin';
import { userId } from './users.ts';

export const environment = {
  /** Shared with the proxy, which sends it with every request: nobody else can set the user of a request. */
  PROXY_SECRET: z.string().min(32, 'must have at least 32 characters'),
};

const USER = /^[\w.@-]{1,100}$/;
const MAX_GROUPS = 50;

/**
 * Trusts `X-Forwarded-User` and `X-Forwarded-Groups` of requests that carry the proxy's secret. To the browser the sign-in is
 * ambient: the proxy adds the headers to whatever the browser sends, so changes need CSRF protection.
 */
export function proxyAuthenticator(app: App): Authenticator {
  const { PROXY_SECRET: secret } = app.pluginEnvironment('proxy-sign-in');
  const { groups: permissionsOf } = app.options('proxy-sign-in');
  return {
    scheme: 'proxy',
    ambient: true,
    default: true,
    async authenticate(ctx) {
      const name = ctx.get('x-forwarded-user');
      if (!USER.test(name) || !isSame(secret, ctx.get('x-proxy-secret'))) return undefined;
      const groups = ctx
        .get('x-forwarded-groups')
        .split(',', MAX_GROUPS)
        .map((group) => group.trim());
      const granted = groups.map(
        (group) => (Object.hasOwn(permissionsOf, group) ? permissionsOf[group] : undefined) ?? [],
      );
      const actor: UserActor = {
        kind: 'user',
        id: await userId(app, name),
        name,
        displayName: null,
        role: granted.includes('all') ? 'administrator' : 'staff',
        permissions: new Set(granted.flatMap((each) => (each === 'all' ? [] : each))),
      };
      return { actor, csrfSecret: createHmac('sha256', secret).update(`csrf ${name}`).digest('base64url') };
    },
  };
}

/** Compares hashes, which have one length, in constant time. */
function isSame(secret: string, sent: string): boolean {
  const hash = (text: string): Buffer => createHmac('sha256', 'proxy-sign-in').update(text).digest();
  return timingSafeEqual(hash(secret), hash(sent));
}
