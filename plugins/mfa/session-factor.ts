import type { App } from '../../core/app.ts';
import type { SessionFactor } from '../sessions/extension-points.ts';
import { hasFactor } from './factors.ts';
import { rulesOf } from './options.ts';
import { canUsePasskey, provesPasskey } from './passkeys/prove.ts';
import { proveCode } from './verify.ts';

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'mfa/reauth-fields': { readonly hasPasskey: boolean };
  }
}

/** Users who have a second factor prove it when they confirm their password. A remembered device is not enough there. */
export function sessionFactor(app: App): SessionFactor {
  return {
    name: 'mfa',
    view: 'mfa/reauth-fields',
    data: async (tx, user) => ({ hasPasskey: await canUsePasskey(tx, app, user.id) }),
    // fault: reauthentication-without-factor
    applies: async (tx, user) =>
      rulesOf(app.options('mfa'), user.role).policy !== 'off' && (await hasFactor(tx, user.id)),
    proves: async (tx, context, user, form) => {
      const sent = form.get('passkey');
      if (sent !== undefined && sent !== '')
        return provesPasskey(tx, context, app, { user, sent, purpose: 'reauthentication' });
      return (await proveCode(tx, context, app, user, form.get('code') ?? '')) !== undefined;
    },
  };
}
