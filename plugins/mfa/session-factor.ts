import type { App } from '../../core/app.ts';
import type { SessionFactor } from '../sessions/extension-points.ts';
import { hasTotp } from './factors.ts';
import { rulesOf } from './options.ts';
import { proveCode } from './verify.ts';

/** Users who have an authenticator app enter a code when they confirm their password. A remembered device is not enough there. */
export function sessionFactor(app: App): SessionFactor {
  return {
    name: 'mfa',
    view: 'mfa/code-field',
    // fault: reauthentication-without-factor
    applies: async (tx, user) =>
      rulesOf(app.options('mfa'), user.role).policy !== 'off' && (await hasTotp(tx, user.id)),
    proves: async (tx, context, user, form) =>
      (await proveCode(tx, context, app, user, form.get('code') ?? '')) !== undefined,
  };
}
