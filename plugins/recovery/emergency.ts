// Emergency commands follow the same rules as the pages, except for ranks: they can also recover accounts that no administrator outranks.

import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { type AuditContext, commandAuditContext } from '../../core/policy/actor.ts';
import { type Account, accountSubject, findAccountById } from '../auth/account.ts';
import { changeRole } from '../auth/change-account.ts';
import { takeAuthorityLock } from '../auth/last-administrator.ts';
import { type Outcome, rejected } from '../auth/outcome.ts';
import { preparePassword } from '../auth/password-hash.ts';
import { generatePassword } from '../auth/password-policy.ts';
import { outranks, type Role } from '../auth/roles.ts';
import { removeFactors } from './factors.ts';
import { notify } from './notice.ts';
import { issueLink, type Recovery, setTemporaryPassword, unlockAccount, withReason } from './recover-account.ts';

/** What an emergency command does in its transaction; `lines` is what it prints. */
export type EmergencyRule = (
  tx: Transaction,
  context: AuditContext,
  app: App,
  recovery: Recovery,
) => Promise<Outcome<{ readonly lines: readonly string[] }>>;

/**
 * Runs an emergency operation in one transaction with its audit entry, `emergency_recovery`. An operation that is refused changes and
 * records nothing.
 */
export function runEmergency(
  app: App,
  { id, email }: Pick<Account, 'id' | 'email'>,
  { operation, reason, rule }: { readonly operation: string; readonly reason: string; readonly rule: EmergencyRule },
): ReturnType<EmergencyRule> {
  const context = commandAuditContext();
  return app.database.transaction(async (tx) => {
    const outcome = await rule(tx, context, app, { userId: id, reason });
    // fault: emergency-without-audit
    if (outcome.outcome === 'done')
      await app.events.record(tx, context, 'emergency_recovery', {
        subject: accountSubject({ id, email }),
        data: { operation, reason, operator: context.actor.name },
      });
    return outcome;
  });
}

/** Sets a generated password, which was hashed before the transaction. */
export async function resetPassword(): Promise<EmergencyRule> {
  const generated = generatePassword();
  const password = await preparePassword(generated);
  return async (tx, context, app, recovery) => {
    const set = await setTemporaryPassword(tx, context, app, { ...recovery, password });
    if (set.outcome !== 'done') return set;
    const hours = app.options('recovery').temporaryPasswordHours;
    return done(
      `Temporary password: ${generated}`,
      `It is valid for ${hours === 1 ? 'one hour' : `${hours} hours`}. The user chooses another one when they sign in.`,
    );
  };
}

export const unlock: EmergencyRule = async (tx, context, app, recovery) => {
  const unlocked = await unlockAccount(tx, context, app, recovery);
  if (unlocked.outcome !== 'done') return unlocked;
  return done(unlocked.changed ? 'The account is unlocked.' : 'The account was not locked.');
};

export const disableMfa: EmergencyRule = async (tx, context, app, recovery) => {
  const removed = await removeFactors(tx, context, app, recovery);
  return removed.outcome === 'done' ? done('The second factor is removed, and all sessions have ended.') : removed;
};

/** Gives an account a higher role. */
export function promoteTo(role: Role): EmergencyRule {
  return async (tx, context, app, recovery) => {
    // Otherwise, another change could raise the role after it was compared.
    await takeAuthorityLock(tx);
    const before = await findAccountById(tx, recovery.userId);
    if (!before) return { outcome: 'missing' };
    if (!before.active || before.erased)
      return rejected(before.erased ? 'auth.rejected.erased' : 'recovery.rejected.inactive');
    if (outranks(before.role, role)) return rejected('recovery.rejected.demotion', { role: before.role });
    const changed = await changeRole(tx, withReason(context, recovery.reason), app.events, recovery.userId, role);
    if (changed.outcome !== 'done') return changed;
    if (!changed.changed) return done(`The account already has the role ${role}.`);
    await notify(tx, context, app, before, { kind: 'roleChanged', role });
    return done(`The account now has the role ${role}.`);
  };
}

/** Prints a link to choose a new password, which can be used once. */
export function linkFor(minutes: number): EmergencyRule {
  return async (tx, context, app, recovery) => {
    const issued = await issueLink(tx, context, app, { ...recovery, minutes });
    if (issued.outcome !== 'done') return issued;
    return done(
      `Link, valid once within ${minutes === 1 ? 'one minute' : `${minutes} minutes`}:`,
      app.urls.toPublic(`/reset-password/${issued.token}`),
    );
  };
}

function done(...lines: readonly string[]): { readonly outcome: 'done'; readonly lines: readonly string[] } {
  return { outcome: 'done', lines };
}
