import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Form } from '../../core/form/form.ts';
import type { UserActor } from '../../core/policy/actor.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import type { ViewData } from '../../core/request/views.ts';
import { accountSubject } from '../auth/account.ts';
import { findCredentialsById, stillHolds } from '../auth/credentials.ts';
import { verifyPassword } from '../auth/password-hash.ts';
import { admitAttempt, clearAttempt, duringAttempt } from './attempts.ts';
import type { SessionFactor } from './extension-points.ts';
import { rotateSession } from './open-session.ts';
import { refusingCondition } from './sign-in-conditions.ts';
import { countFailure } from './sign-in-steps.ts';

export type Reauthenticated =
  | { readonly outcome: 'done'; readonly token: string }
  | { readonly outcome: 'rejected' }
  /** The proof is valid, but a condition is not met: a message key or literal text. */
  | { readonly outcome: 'refused'; readonly message: string }
  /** Too many attempts; seconds until the next one is allowed. */
  | { readonly outcome: 'throttled'; readonly retryAfter: number }
  /** The session has ended. */
  | { readonly outcome: 'missing' };

/**
 * Verifies the password of a signed-in user, and every factor that applies. On success the session gets a new token and counts as
 * recent. Success and failure are both recorded.
 */
export async function reauthenticate(
  ctx: Context,
  app: App,
  user: UserActor,
  sessionId: string,
  form: Form,
): Promise<Reauthenticated> {
  const context = auditContext(ctx);
  const proof = { kind: 'reauthentication', email: user.name, userId: user.id, session: sessionId };
  const attempt = await admitAttempt(ctx, app, proof);
  const subject = accountSubject({ id: user.id, email: user.name });
  const throttled = async (retryAfter: number): Promise<Reauthenticated> => {
    await app.database.transaction((tx) =>
      app.events.record(tx, context, 'reauth_failed', {
        subject,
        data: { reason: 'throttled' },
        aggregationKey: 'throttled',
      }),
    );
    return { outcome: 'throttled', retryAfter };
  };
  if (attempt.retryAfter !== undefined) return throttled(attempt.retryAfter);
  // Also in the case of a wrong password, or the response would reveal that it is right.
  const factorProof = { kind: 'reauthentication-factor', userId: user.id, allSessions: true };
  const factorAttempt = await duringAttempt(attempt, () => admitAttempt(ctx, app, factorProof));
  if (factorAttempt.retryAfter !== undefined) {
    await attempt.withdrawn();
    return throttled(factorAttempt.retryAfter);
  }
  let isFactorWrong = false;
  const credentials = await findCredentialsById(app.database, user.id);
  const matches = await duringAttempt(factorAttempt, () =>
    duringAttempt(attempt, () =>
      verifyPassword(credentials?.password_hash, form.get('password') ?? '', context.ip ?? ''),
    ),
  );
  const result = await app.writingFor(user).transaction(async (tx): Promise<Reauthenticated> => {
    const reject = async (reason: 'wrong_password' | 'factor'): Promise<Reauthenticated> => {
      isFactorWrong = reason === 'factor';
      await app.events.record(tx, context, 'reauth_failed', { subject, data: { reason }, aggregationKey: '' });
      await countFailure(tx, context, app, { email: user.name, userId: user.id, reason });
      return { outcome: 'rejected' };
    };
    if (!credentials || !matches || !(await stillHolds(tx, credentials))) return reject('wrong_password');
    for (const factor of await loadFactors(tx, app, user))
      if (!(await factor.proves(tx, context, user, form))) return reject('factor');
    const condition = refusingCondition(app, { user, ip: context.ip, now: new Date(), method: 'password' });
    // fault: condition-ignored-at-reauthentication
    if (condition) {
      const data = { reason: 'refused', condition: condition.name } as const;
      await app.events.record(tx, context, 'reauth_failed', { subject, data, aggregationKey: condition.name });
      return { outcome: 'refused', message: condition.message };
    }
    const token = await rotateSession(tx, sessionId, { authenticated: true });
    if (token === undefined) return { outcome: 'missing' };
    await app.events.record(tx, context, 'reauth_succeeded', { subject, data: {} });
    return { outcome: 'done', token };
  });
  if (result.outcome === 'done') {
    await clearAttempt(app, attempt);
    await clearAttempt(app, factorAttempt);
  } else if (!isFactorWrong) await factorAttempt.withdrawn();
  return result;
}

/** The views of the additional factors that this user must prove. */
export function factorsFor(
  app: App,
  user: UserActor,
): Promise<readonly { readonly view: string; readonly data: ViewData }[]> {
  return app.database.transaction(async (tx) => {
    const views: { view: string; data: ViewData }[] = [];
    for (const factor of await loadFactors(tx, app, user))
      views.push({ view: factor.view, data: (await factor.data?.(tx, user)) ?? {} });
    return views;
  });
}

async function loadFactors(tx: Transaction, app: App, user: UserActor): Promise<readonly SessionFactor[]> {
  const factors: SessionFactor[] = [];
  for (const factor of app.contributions('session.factors')) if (await factor.applies(tx, user)) factors.push(factor);
  return factors;
}
