import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Contribution } from '../../core/extension-points.ts';
import type { AuditContext, UserActor } from '../../core/policy/actor.ts';
import type { Trust } from './trust.ts';

/** An attempt to sign in, as typed; not verified yet. */
export interface SignInAttempt {
  readonly email: string;
}

/** A failed sign-in. `userId`: the account of that address, if there is one. */
export interface FailedSignIn extends SignInAttempt {
  readonly userId: number | undefined;
  /** `wrong_password`, `unknown`, `inactive`, or what a sign-in method reports. */
  readonly reason: string;
}

/** How the user proved their identity. */
export interface VerifiedSignIn {
  /** `password`, or the name of the sign-in method. */
  readonly method: string;
  readonly trust: Trust;
}

/** Another step is required: the session opens with this trust, and the user is sent to this page. */
export interface PendingSignIn {
  /** Under the mount path. A gate of the plugin keeps the user there until the trust has been raised. */
  readonly pending: string;
  readonly trust: Trust;
}

/**
 * What happens around the verification of a sign-in: limits on attempts, a second factor.
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
   * Before the password is verified, including on reauthentication (`/reauth`). To reject the attempt, return the seconds until the
   * next one is allowed: the response is 429. It runs in its own transaction that always commits, so what it counts is kept.
   */
  beforeVerify?(
    tx: Transaction,
    context: AuditContext,
    attempt: SignInAttempt,
  ): Promise<{ readonly retryAfter: number } | undefined>;
  /** After the verification, in the transaction that opens the session. The first step that is pending decides. */
  afterVerify?(
    tx: Transaction,
    context: AuditContext,
    user: UserActor,
    verified: VerifiedSignIn,
  ): Promise<'done' | PendingSignIn>;
  /** After a failure, in the transaction that records it. */
  afterFailure?(tx: Transaction, context: AuditContext, failure: FailedSignIn): Promise<void>;
}

/**
 * Whether a step of `signIn.steps` rejects another attempt: the seconds until the next one is allowed, or undefined. Sign-in
 * methods call it before they verify anything.
 *
 * @example
 * const retryAfter = await secondsUntilAllowed(app, auditContext(ctx), { email });
 * if (retryAfter !== undefined) return showThrottled(ctx, retryAfter);
 */
export async function secondsUntilAllowed(
  app: App,
  context: AuditContext,
  attempt: SignInAttempt,
): Promise<number | undefined> {
  const steps = app.contributions('signIn.steps').filter((step) => step.beforeVerify !== undefined);
  if (steps.length === 0) return undefined;
  return app.database.transaction(async (tx) => {
    const rejections: number[] = [];
    // Every step counts the attempt, regardless of the others' results.
    for (const step of steps) {
      const rejected = await step.beforeVerify?.(tx, context, attempt);
      if (rejected) rejections.push(rejected.retryAfter);
    }
    return rejections.length === 0 ? undefined : Math.max(1, Math.ceil(Math.max(...rejections)));
  });
}

/** The requirement of the first pending step. */
export async function pendingAfter(
  tx: Transaction,
  context: AuditContext,
  app: App,
  user: UserActor,
  verified: VerifiedSignIn,
): Promise<PendingSignIn | undefined> {
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
