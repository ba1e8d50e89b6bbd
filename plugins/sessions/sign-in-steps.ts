import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Contribution } from '../../core/extension-points.ts';
import type { AuditContext, UserActor } from '../../core/policy/actor.ts';
import type { Trust } from './trust.ts';

/** An attempt to sign in, as typed; not verified yet. */
export interface SignInAttempt {
  readonly email: string;
}

/** A failed sign-in. `userId` is the account with this address, if there is one. */
export interface FailedSignIn extends SignInAttempt {
  readonly userId: number | undefined;
  /** `wrong_password`, `unknown`, `inactive`, `locked`, `refused`, or a code defined by the sign-in method. */
  readonly reason: string;
}

/** How the user proved their identity. */
export interface VerifiedSignIn {
  /** `password`, or the name of the sign-in method. */
  readonly method: string;
  readonly trust: Trust;
}

/** Another step is required: the session is opened with this trust level, and the user is redirected to this page. */
export interface PendingSignIn {
  /** Relative to the mount path. A gate of the plugin must keep the user there until the trust has been raised. */
  readonly pending: string;
  readonly trust: Trust;
}

/** The sign-in is not allowed although the proof was valid. */
export interface DeniedSignIn {
  /** A code for the audit trail: `not_invited`. */
  readonly denied: string;
  /** Shown to the user: a message key or literal text. @defaultValue the response is that of a wrong password */
  readonly message?: string;
}

/**
 * A step before or after the verification of a sign-in: a limit on attempts, a second factor.
 *
 * @example
 * 'signIn.steps': [{
 *   name: 'second-factor',
 *   afterVerify: async (tx, context, user) =>
 *     (await hasSecret(tx, user.id)) ? { pending: '/mfa/code', trust: 'password_only' } : 'done',
 * }],
 */
export interface SignInStep extends Omit<Contribution, 'access'> {
  /**
   * Called before the password is verified, including on reauthentication (`/reauth`). To reject the attempt, return the number
   * of seconds until the next one is allowed; the response is 429. It runs in its own transaction, which always commits, so that
   * counters are kept.
   */
  beforeVerify?(
    tx: Transaction,
    context: AuditContext,
    attempt: SignInAttempt,
  ): Promise<{ readonly retryAfter: number } | undefined>;
  /**
   * Called after verification, in the transaction that opens the session. The first step that is pending or denies the sign-in
   * decides.
   */
  afterVerify?(
    tx: Transaction,
    context: AuditContext,
    user: UserActor,
    verified: VerifiedSignIn,
  ): Promise<'done' | PendingSignIn | DeniedSignIn>;
  /** Called after a failure, in the transaction that records it. */
  afterFailure?(tx: Transaction, context: AuditContext, failure: FailedSignIn): Promise<void>;
}

/** Asks the steps of `signIn.steps` whether another attempt is allowed. Returns the number of seconds to wait, or undefined. */
export async function secondsUntilAllowed(
  app: App,
  context: AuditContext,
  attempt: SignInAttempt,
): Promise<number | undefined> {
  const steps = app.contributions('signIn.steps').filter((step) => step.beforeVerify !== undefined);
  if (steps.length === 0) return undefined;
  return app.database.transaction(async (tx) => {
    const rejections: number[] = [];
    // Every step counts the attempt, whatever the others return.
    for (const step of steps) {
      const rejected = await step.beforeVerify?.(tx, context, attempt);
      if (rejected) rejections.push(rejected.retryAfter);
    }
    return rejections.length === 0 ? undefined : Math.max(1, Math.ceil(Math.max(...rejections)));
  });
}

/** The result of the first step that is pending or denies the sign-in. */
export async function pendingAfter(
  tx: Transaction,
  context: AuditContext,
  app: App,
  user: UserActor,
  verified: VerifiedSignIn,
): Promise<PendingSignIn | DeniedSignIn | undefined> {
  for (const step of app.contributions('signIn.steps')) {
    const result = (await step.afterVerify?.(tx, context, user, verified)) ?? 'done';
    if (result !== 'done') return result;
  }
  return undefined;
}

/** Lets every step count a failure. */
export async function countFailure(
  tx: Transaction,
  context: AuditContext,
  app: App,
  failure: FailedSignIn,
): Promise<void> {
  for (const step of app.contributions('signIn.steps')) await step.afterFailure?.(tx, context, failure);
}
