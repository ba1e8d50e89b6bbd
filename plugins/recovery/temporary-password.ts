import { sql } from 'slonik';
import { z } from 'zod';
import type { App, Gate } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Issue } from '../../core/model/issue.ts';
import type { AuditContext, UserActor } from '../../core/policy/actor.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { accountSubject } from '../auth/account.ts';
import { crossRankIssue } from '../auth/authority-guards.ts';
import { setPassword } from '../auth/change-account.ts';
import { findCredentialsById } from '../auth/credentials.ts';
import { lockForChange } from '../auth/lock-for-change.ts';
import { type PreparedPassword, preparePassword, verifyPassword } from '../auth/password-hash.ts';
import { passwordIssue } from '../auth/password-policy.ts';
import { admitAttempt, clearAttempt, duringAttempt } from '../sessions/attempts.ts';
import type { SessionColumnOf } from '../sessions/extension-points.ts';

declare module '../sessions/extension-points.ts' {
  interface SessionColumns {
    /** Whether the user has signed in with a temporary password, and must choose another one. */
    mustChangePassword?: boolean;
  }
}

export const mustChangeColumn: SessionColumnOf<'mustChangePassword'> = {
  name: 'mustChangePassword',
  expression: sql.fragment`u.must_change_password`,
  schema: z.boolean(),
};

export const NEW_PASSWORD_PAGE = '/account/new-password';

/**
 * Users with a temporary password choose another one before anything else: somebody else knows it. They can still see and end their
 * sessions.
 */
export const temporaryPasswordGate: Gate = {
  name: 'temporary-password',
  page: NEW_PASSWORD_PAGE,
  stage: 'password-change',
  // The page requires a recent password, so that a stolen session cannot set one.
  leavesReachable: ['/reauth', '/account/sessions', '/account/sessions/end-others', '/account/sessions/:id/end'],
  // fault: temporary-password-kept
  passes: ({ state: { session } }) => session?.columns.mustChangePassword !== true,
};

export type PasswordReplaced =
  /** `done`, even if it was replaced in another tab. */
  | { readonly outcome: 'done' }
  | { readonly outcome: 'invalid'; readonly issue: Issue }
  /** Too many attempts; seconds until the next one is allowed. */
  | { readonly outcome: 'throttled'; readonly retryAfter: number }
  /** The account or the session has changed in the meantime. */
  | { readonly outcome: 'missing' };

/**
 * Replaces the temporary password of a signed-in user. All other sessions of the account end, and this one gets a new token. The
 * temporary password itself is not accepted again.
 */
export async function replaceTemporaryPassword(
  ctx: Context,
  app: App,
  user: UserActor,
  typed: string,
): Promise<PasswordReplaced> {
  const weak = passwordIssue(typed, user.name, user.displayName);
  if (weak) return { outcome: 'invalid', issue: weak };
  const { ip, session } = ctx.state;
  const attempt = await admitAttempt(ctx, app, { kind: 'new-password', userId: user.id, session: session?.id });
  if (attempt.retryAfter !== undefined) return { outcome: 'throttled', retryAfter: attempt.retryAfter };
  const credentials = await findCredentialsById(app.database, user.id);
  const replaced = await duringAttempt(attempt, async (): Promise<PasswordReplaced> => {
    const isSame = await verifyPassword(credentials?.password_hash, typed, ip);
    // fault: temporary-password-reused
    if (isSame) return { outcome: 'invalid', issue: { key: 'recovery.newPassword.same' } };
    const password = await preparePassword(typed, ip);
    return app.writingFor(user).transaction((tx) => replace(tx, auditContext(ctx), app, user, password));
  });
  if (replaced.outcome === 'done') await clearAttempt(app, attempt);
  return replaced;
}

async function replace(
  tx: Transaction,
  context: AuditContext,
  app: App,
  { id, name }: UserActor,
  password: PreparedPassword,
): Promise<PasswordReplaced> {
  // If two tabs replace the password at the same time, the second one waits here.
  const locked = await lockForChange(tx, context, app.events, id, crossRankIssue);
  if ('outcome' in locked) return { outcome: 'missing' };
  if (!locked.account.mustChangePassword) return { outcome: 'done' };
  const set = await setPassword(tx, context, app.events, id, password);
  switch (set.outcome) {
    case 'done':
      await app.events.record(tx, context, 'forced_password_change_completed', {
        subject: accountSubject({ id, email: name }),
        data: {},
      });
      return set;
    case 'invalid':
      return { outcome: 'invalid', issue: set.problems[0]?.issue ?? { key: 'recovery.newPassword.same' } };
    default:
      return { outcome: 'missing' };
  }
}
