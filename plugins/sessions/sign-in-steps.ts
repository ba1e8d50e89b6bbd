import type { AuditContext, Person } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/pool.ts';
import type { Contribution } from '../../core/extension-points.ts';
import type { Trust } from './trust.ts';

/** An attempt to sign in, as typed; nothing about it has been verified. */
export interface SignInAttempt {
  readonly email: string;
}

/** A sign-in that failed. `userId`: the account of that address, where there is one. */
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

/** Something more has to be done: the session opens with this trust, and the user is sent to this page. */
export interface PendingSignIn {
  /** Under the mount path. A gate of the plugin keeps the user there until the trust has risen. */
  readonly pending: string;
  readonly trust: Trust;
}

/**
 * What happens around the verification of a sign-in: limits on attempts, a second factor.
 *
 * @example
 * 'signIn.steps': [{
 *   name: 'second-factor',
 *   afterVerify: async (tx, context, person) =>
 *     (await hasSecret(tx, person.id)) ? { pending: '/mfa/code', trust: 'password_only' } : 'done',
 * }],
 */
export interface SignInStep extends Omit<Contribution, 'access'> {
  /**
   * Before the password is verified, also when it is asked for again (`/reauth`). It refuses the attempt by returning after how
   * many seconds another one may be made: the answer is 429. It runs in a transaction of its own that always commits, so what it
   * counts stays.
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
    person: Person,
    verified: VerifiedSignIn,
  ): Promise<'done' | PendingSignIn>;
  /** After a failure, in the transaction that records it. */
  afterFailure?(tx: Transaction, context: AuditContext, failure: FailedSignIn): Promise<void>;
}

/**
 * Whether a step of `signIn.steps` refuses another attempt: after how many seconds one may be made, or undefined. Sign-in methods
 * call it before they verify anything.
 *
 * @example
 * const retryAfter = await attemptRefused(app, auditContext(ctx), { email });
 * if (retryAfter !== undefined) return showThrottled(ctx, retryAfter);
 */
export async function attemptRefused(
  app: App,
  context: AuditContext,
  attempt: SignInAttempt,
): Promise<number | undefined> {
  const steps = app.contributions('signIn.steps').filter((step) => step.beforeVerify !== undefined);
  if (steps.length === 0) return undefined;
  return app.database.transaction(async (tx) => {
    const refusals: number[] = [];
    // Every step counts the attempt, whatever another one has said.
    for (const step of steps) {
      const refused = await step.beforeVerify?.(tx, context, attempt);
      if (refused) refusals.push(refused.retryAfter);
    }
    return refusals.length === 0 ? undefined : Math.max(1, Math.ceil(Math.max(...refusals)));
  });
}

/** What the first step that is not done asks for. */
export async function pendingAfter(
  tx: Transaction,
  context: AuditContext,
  app: App,
  person: Person,
  verified: VerifiedSignIn,
): Promise<PendingSignIn | undefined> {
  for (const step of app.contributions('signIn.steps')) {
    const result = (await step.afterVerify?.(tx, context, person, verified)) ?? 'done';
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
