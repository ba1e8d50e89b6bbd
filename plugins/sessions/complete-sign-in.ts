import { createHash, createHmac } from 'node:crypto';
import { sql } from 'slonik';
import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { safeReturn, seeOther } from '../../core/http/redirect.ts';
import { type AuditContext, getSessionId } from '../../core/policy/actor.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { accountSubject, parseEmail } from '../auth/account.ts';
import { type Credentials, findCredentials } from '../auth/credentials.ts';
import { findUserActor } from '../auth/user-actor.ts';
import { revokeSessions } from './end-sessions.ts';
import { knownDevice, rememberDevice } from './known-device.ts';
import { reportNewDevice } from './new-device.ts';
import { openSession } from './open-session.ts';
import { limitsOf } from './options.ts';
import { setSessionCookie } from './session-cookie.ts';
import { refusingCondition } from './sign-in-conditions.ts';
import { countFailure, type DeniedSignIn, pendingAfter } from './sign-in-steps.ts';
import type { Trust } from './trust.ts';

/** A user who has proven their identity. */
export interface VerifiedUser {
  readonly userId: number;
  /** `password`, or the name of the sign-in method, for the audit trail. */
  readonly method: string;
  /** The trust level proven by the method. @defaultValue 'authenticated' */
  readonly trust?: Trust;
  /** The page to open next. Anything other than a page under the mount path is replaced by the dashboard. */
  readonly next?: string | undefined;
}

/**
 * Signs in a user whose identity a plugin has verified: opens a session (the browser's previous session ends), runs the steps of
 * `signIn.steps` and records `login_succeeded`. After the transaction has committed, sets the cookie and redirects to `next`, or
 * to the page of a pending step.
 *
 * @returns false if the account is inactive or does not exist; then nothing has happened. Also false if a step or condition denies the
 *   sign-in; this has then been recorded as `login_failed`, and `ctx.state.signInRefusal` may be a message for the user.
 * @example
 * const signedIn = await app.database.transaction(async (tx) => {
 *   const userId = await usePasskey(tx, response); // marks its challenge as used
 *   return userId !== undefined && completeSignIn(ctx, app, tx, { userId, method: 'passkey', trust: 'mfa_verified', next });
 * });
 */
export async function completeSignIn(ctx: Context, app: App, tx: Transaction, user: VerifiedUser): Promise<boolean> {
  return (await attemptSignIn(ctx, app, tx, user)) === 'done';
}

/** `completeSignIn` with the reason of a failure: `denied` has been recorded, `inactive` has not. */
export async function attemptSignIn(
  ctx: Context,
  app: App,
  tx: Transaction,
  user: VerifiedUser,
): Promise<'done' | 'inactive' | 'denied'> {
  const browser = {
    userAgent: ctx.get('user-agent'),
    // fault: every-device-is-known
    isNewDevice: knownDevice(ctx, app, user.userId) === undefined,
  };
  const started = await startSession(tx, auditContext(ctx), app, { ...user, ...browser });
  if (started === 'inactive') return started;
  if ('denied' in started) {
    ctx.state.signInRefusal = started.message;
    return 'denied';
  }
  tx.afterCommit(() => {
    setSessionCookie(ctx, app, started.token);
    // With a step pending, somebody may only have guessed the password.
    // fault: device-known-too-early
    if (started.pending === undefined) rememberDevice(ctx, app, user.userId);
    const next = nextPath(user.next, app.urls.to('/'));
    seeOther(ctx, started.pending === undefined ? next : app.urls.to(started.pending, { next }));
  });
  return 'done';
}

interface StartedSession {
  readonly token: string;
  /** The page of the pending step, if any. */
  readonly pending: string | undefined;
}

/** Where a user signs in. */
interface Browser {
  readonly userAgent: string;
  readonly isNewDevice: boolean;
}

async function startSession(
  tx: Transaction,
  context: AuditContext,
  app: App,
  { userId, method, trust = 'authenticated', userAgent, isNewDevice }: VerifiedUser & Browser,
): Promise<StartedSession | DeniedSignIn | 'inactive'> {
  // Prevents a concurrent deactivation from missing this session.
  await tx.query(sql.unsafe`select from rustio_user where id = ${userId} for share`);
  const user = await findUserActor(tx, userId);
  // fault: service-signs-in
  if (!user || user.service) return 'inactive';
  const condition = refusingCondition(app, { user, ip: context.ip, now: new Date(), method });
  // fault: condition-ignored-at-sign-in
  if (condition) {
    const { name, message } = condition;
    await recordFailedSignIn(tx, context, app, { email: user.name, method, reason: 'refused', condition: name });
    return { denied: 'refused', message };
  }
  const pending = await pendingAfter(tx, context, app, user, { method, trust });
  // fault: denied-sign-in-continues
  if (pending && 'denied' in pending) {
    await recordFailedSignIn(tx, context, app, { email: user.name, method, reason: pending.denied });
    return pending;
  }
  const options = app.options('sessions');
  const { maxSessions } = limitsOf(options, user.role);
  // Concurrent sign-ins to the account would not see each other's sessions.
  if (maxSessions !== undefined) await lockSessions(tx, userId);
  const { id, token } = await openSession(
    tx,
    // fault: second-factor-ignored
    { userId, ip: context.ip, userAgent, trust: pending?.trust ?? trust },
    options,
  );
  const signedIn = { ...context, actor: user, credential: { scheme: 'session', id } };
  const { actor } = context;
  const before = getSessionId(context);
  if (actor.kind === 'user' && before !== null) {
    const which = { session: before, owner: actor.id };
    await revokeSessions(tx, signedIn, app.events, { which, reason: 'replaced', via: 'single' });
  }
  if (maxSessions !== undefined) {
    const which = { allOf: userId, newest: maxSessions };
    await revokeSessions(tx, signedIn, app.events, { which, reason: 'newer_sign_in', via: 'others' });
  }
  await app.events.record(tx, signedIn, 'login_succeeded', {
    subject: accountSubject({ id: userId, email: user.name }),
    data: { method, ...(pending && { pending: pending.pending }), ...(isNewDevice && { newDevice: true }) },
  });
  if (isNewDevice) await reportNewDevice(tx, signedIn, app, { isPending: pending !== undefined });
  return { token, pending: pending?.pending };
}

async function lockSessions(tx: Transaction, userId: number): Promise<void> {
  // fault: sessions-counted-without-lock
  await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtextextended(${`rustio sessions of ${userId}`}, 0))`);
}

/** A failed sign-in, for the audit trail and for steps that count failures. */
export interface RejectedSignIn {
  /** As typed; empty if the method does not ask for an address. */
  readonly email: string;
  /** `wrong_password`, `unknown`, `inactive`, `locked`, or a code defined by the method. */
  readonly reason: string;
  /** @defaultValue 'password' */
  readonly method?: string;
  /** The condition that was not met, if the reason is `refused`. */
  readonly condition?: string;
}

/**
 * Records a failed sign-in and lets the steps of `signIn.steps` count it. The user learns only that it failed.
 *
 * @example
 * await app.database.transaction((tx) => recordFailedSignIn(tx, auditContext(ctx), app, { email, method: 'passkey', reason: 'signature' }));
 */
export async function recordFailedSignIn(
  tx: Transaction,
  context: AuditContext,
  app: App,
  rejected: RejectedSignIn,
): Promise<void> {
  const account = await auditFailedSignIn(tx, context, app, rejected);
  await countFailure(tx, context, app, { email: rejected.email, userId: account?.id, reason: rejected.reason });
}

/** Records a failed sign-in in the audit trail only. Returns the account with the address that was typed. */
export async function auditFailedSignIn(
  tx: Transaction,
  context: AuditContext,
  app: App,
  { email, reason, method = 'password', condition }: RejectedSignIn,
): Promise<Credentials | null> {
  const typed = parseEmail(email);
  const account = typed.ok ? await findCredentials(tx, email) : null;
  // Not aggregated by the typed address: a sender can choose any number of addresses.
  // fault: failed-sign-ins-one-by-one
  const aggregationKey = `${method} ${reason} ${condition ?? ''} ${account?.id ?? ''}`;
  await app.events.record(tx, context, 'login_failed', {
    aggregationKey,
    subject: account ? accountSubject(account) : null,
    data: {
      reason,
      method,
      ...(condition !== undefined && { condition }),
      ...(!account && typed.ok && { emailFingerprint: emailFingerprint(app, typed.value) }),
    },
  });
  return account;
}

/**
 * Reveals whether two attempts used the same address without storing the address of someone who has no account. If secret keys
 * are configured, the hash is keyed, so that readers of the trail cannot guess addresses by hashing a list of them.
 */
function emailFingerprint({ environment }: Pick<App, 'environment'>, email: string): string {
  const [key] = environment.secretKeys;
  // fault: fingerprint-without-key
  const hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  return hash.update(`sign-in address ${email.toLowerCase()}`).digest('base64url').slice(0, 8);
}

/**
 * The page to open after sign-in: the requested one if it is under the mount path and is not the sign-in or sign-out page.
 *
 * @example
 * seeOther(ctx, nextPath(form.get('next'), app.urls.to('/')));
 */
export function nextPath(requested: string | undefined, mountPath: string): string {
  const path = safeReturn(requested, mountPath);
  const root = mountPath === '/' ? '' : mountPath;
  return ['/login', '/logout', '/reauth'].some((page) => path.split(/[?#]/, 1)[0] === root + page) ? mountPath : path;
}
