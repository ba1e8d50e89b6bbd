import { createHash, createHmac } from 'node:crypto';
import { sql } from 'slonik';
import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { safeReturn, seeOther } from '../../core/http/redirect.ts';
import { type AuditContext, getSessionId } from '../../core/policy/actor.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { accountSubject, parseEmail } from '../auth/account.ts';
import { findCredentials } from '../auth/credentials.ts';
import { findUserActor } from '../auth/user-actor.ts';
import { revokeSessions } from './end-sessions.ts';
import { openSession } from './open-session.ts';
import { setSessionCookie } from './session-cookie.ts';
import { countFailure, pendingAfter } from './sign-in-steps.ts';
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
 * @returns false if the account is inactive or does not exist; then nothing has happened.
 * @example
 * const signedIn = await app.database.transaction(async (tx) => {
 *   const userId = await usePasskey(tx, response); // marks its challenge as used
 *   return userId !== undefined && completeSignIn(ctx, app, tx, { userId, method: 'passkey', trust: 'mfa_verified', next });
 * });
 */
export async function completeSignIn(ctx: Context, app: App, tx: Transaction, user: VerifiedUser): Promise<boolean> {
  const started = await startSession(tx, auditContext(ctx), app, { ...user, userAgent: ctx.get('user-agent') });
  if (!started) return false;
  tx.afterCommit(() => {
    setSessionCookie(ctx, app, started.token);
    const next = nextPath(user.next, app.urls.to('/'));
    seeOther(ctx, started.pending === undefined ? next : app.urls.to(started.pending, { next }));
  });
  return true;
}

interface StartedSession {
  readonly token: string;
  /** The page of the pending step, if any. */
  readonly pending: string | undefined;
}

async function startSession(
  tx: Transaction,
  context: AuditContext,
  app: App,
  { userId, method, trust = 'authenticated', userAgent }: VerifiedUser & { readonly userAgent: string },
): Promise<StartedSession | undefined> {
  // Prevents a concurrent deactivation from missing this session.
  await tx.query(sql.unsafe`select from rustio_user where id = ${userId} for share`);
  const user = await findUserActor(tx, userId);
  if (!user) return undefined;
  const pending = await pendingAfter(tx, context, app, user, { method, trust });
  const { id, token } = await openSession(
    tx,
    // fault: second-factor-ignored
    { userId, ip: context.ip, userAgent, trust: pending?.trust ?? trust },
    app.options('sessions'),
  );
  const signedIn = { ...context, actor: user, credential: { scheme: 'session', id } };
  const { actor } = context;
  const before = getSessionId(context);
  if (actor.kind === 'user' && before !== null) {
    const which = { session: before, owner: actor.id };
    await revokeSessions(tx, signedIn, app.events, { which, reason: 'replaced', via: 'single' });
  }
  await app.events.record(tx, signedIn, 'login_succeeded', {
    subject: accountSubject({ id: userId, email: user.name }),
    data: { method, ...(pending && { pending: pending.pending }) },
  });
  return { token, pending: pending?.pending };
}

/** A failed sign-in, for the audit trail and for steps that count failures. */
export interface RejectedSignIn {
  /** As typed; empty if the method does not ask for an address. */
  readonly email: string;
  /** `wrong_password`, `unknown`, `inactive`, or a code defined by the method. */
  readonly reason: string;
  /** @defaultValue 'password' */
  readonly method?: string;
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
  { email, reason, method = 'password' }: RejectedSignIn,
): Promise<void> {
  const typed = parseEmail(email);
  const account = typed.ok ? await findCredentials(tx, email) : null;
  // Not aggregated by the typed address: a sender can choose any number of addresses.
  // fault: failed-sign-ins-one-by-one
  const aggregationKey = `${method} ${reason} ${account?.id ?? ''}`;
  await app.events.record(tx, context, 'login_failed', {
    aggregationKey,
    subject: account ? accountSubject(account) : null,
    data: { reason, method, ...(!account && typed.ok && { emailFingerprint: emailFingerprint(app, typed.value) }) },
  });
  await countFailure(tx, context, app, { email, userId: account?.id, reason });
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
