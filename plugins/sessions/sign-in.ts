import type { App } from '../../core/app.ts';
import { Limiter } from '../../core/base/limiter.ts';
import { tooManyChanges } from '../../core/errors/http.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { parseEmail } from '../auth/account.ts';
import { type Credentials, findCredentials, renewHash, stillHolds } from '../auth/credentials.ts';
import { toNetwork } from '../auth/hashing-queue.ts';
import { verifyPassword } from '../auth/password-hash.ts';
import { admitAttempt, clearAttempt, duringAttempt, perNetwork } from './attempts.ts';
import { attemptSignIn, auditFailedSignIn, recordFailedSignIn } from './complete-sign-in.ts';

/**
 * Limits concurrent sign-ins per account: while another program locks the account's row, sign-ins that wait for it must not use
 * up all connections. Sign-ins to different accounts are already limited by the hashing queue.
 */
// fault: sign-ins-take-every-connection
export const perAccount = new Limiter<number>({
  concurrency: 2,
  maxWaiting: 200,
  maxWaitMs: 10_000,
  whenFull: tooManyChanges,
});

/** Max length of an email address passed to steps. */
const MAX_EMAIL = 254;

export interface PasswordSignIn {
  readonly email: string;
  readonly password: string;
  readonly next: string;
}
export type SignedIn =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'rejected' }
  /** The password is correct, but a condition is not met, or a step denies the sign-in with a message: a key or literal text. */
  | { readonly outcome: 'refused'; readonly message: string }
  /** Too many attempts; seconds until the next one is allowed. */
  | { readonly outcome: 'throttled'; readonly retryAfter: number };

/**
 * Signs in with an email address and password, and always issues a new token (prevents session fixation). Clients learn only that
 * a sign-in failed, and the time does not differ: unknown, inactive and locked accounts and wrong passwords each cost one
 * verification and one transaction. The reason is stored in the audit trail.
 */
export async function signIn(ctx: Context, app: App, { email, password, next }: PasswordSignIn): Promise<SignedIn> {
  const context = auditContext(ctx);
  const network = { key: toNetwork(context.ip ?? '') };
  const credentials = parseEmail(email).ok
    ? await perNetwork.run(() => findCredentials(app.database, email), network)
    : null;
  const subject = { kind: 'sign-in', email: email.slice(0, MAX_EMAIL), userId: credentials?.id };
  const attempt = await admitAttempt(ctx, app, subject);
  if (attempt.retryAfter !== undefined) {
    await perNetwork.run(() => auditThrottled(context, app, email), network);
    return { outcome: 'throttled', retryAfter: attempt.retryAfter };
  }
  const isCorrect = await duringAttempt(attempt, () =>
    verifyPassword(credentials?.password_hash, password, context.ip ?? ''),
  );
  const complete = () =>
    app.database.transaction(async (tx) => {
      // The password may have been changed, or the account deactivated, since verification began.
      if (isCorrect && credentials?.active && (await stillHolds(tx, credentials))) {
        const result = await attemptSignIn(ctx, app, tx, { userId: credentials.id, method: 'password', next });
        if (result !== 'inactive') return result === 'done';
      }
      await recordFailedSignIn(tx, context, app, { email, reason: reasonFor(credentials) });
      return false;
    });
  const isSignedIn =
    isCorrect && credentials?.active
      ? await perAccount.run(complete, { key: credentials.id })
      : await perNetwork.run(complete, network);
  const message = ctx.state.signInRefusal;
  if (!isSignedIn && message !== undefined) return { outcome: 'refused', message };
  if (!isSignedIn || !credentials) return { outcome: 'rejected' };
  // The session is already open; if any of this fails, the next sign-in tries again. Rehashing is not awaited, so that signing in takes
  // no longer with an outdated hash.
  await clearAttempt(app, attempt);
  void renewHash(app.database, credentials, password).catch((error: unknown) => {
    app.log.warn({ err: error }, 'a password could not be rehashed');
  });
  return { outcome: 'done' };
}

/** Steps do not count it: nothing was verified. */
function auditThrottled(context: AuditContext, app: App, email: string): Promise<unknown> {
  return app.database.transaction((tx) => auditFailedSignIn(tx, context, app, { email, reason: 'throttled' }));
}

function reasonFor(credentials: Credentials | null): string {
  if (!credentials) return 'unknown';
  if (credentials.active) return 'wrong_password';
  return credentials.locked ? 'locked' : 'inactive';
}
