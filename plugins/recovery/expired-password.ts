import { sql } from 'slonik';
import type { App } from '../../core/app.ts';
import type { SignInStep } from '../sessions/sign-in-steps.ts';
import './options.ts';

/**
 * Denies a sign-in with a temporary password that was set too long ago: others may still have it, in a message for example. Only the right
 * password reveals this. Its user can request a link, and an administrator can set another temporary password.
 */
export function expiredPasswordStep(app: App): SignInStep {
  const { temporaryPasswordHours: hours } = app.options('recovery');
  return {
    name: 'temporary-password',
    async afterVerify(tx, _context, user, { method }) {
      if (method !== 'password') return 'done';
      const isExpired = await tx.exists(sql.unsafe`
        select from rustio_user
        where id = ${user.id} and must_change_password and password_changed_at <= now() - make_interval(hours => ${hours})
      `);
      // fault: temporary-password-forever
      return isExpired
        ? { denied: 'temporary_password_expired', message: 'recovery.temporaryPassword.expired' }
        : 'done';
    },
  };
}
