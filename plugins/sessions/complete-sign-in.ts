import { createHash } from 'node:crypto';
import { sql } from 'slonik';
import { type AuditContext, sessionIdOf } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/pool.ts';
import { auditContext, type Context } from '../../core/http/context.ts';
import { seeOther } from '../../core/http/see-other.ts';
import { subjectOf } from '../auth/account.ts';
import { findCredentials } from '../auth/credentials.ts';
import { parseEmail } from '../auth/email-address.ts';
import { personById } from '../auth/person-by-id.ts';
import { endSessions } from './end-sessions.ts';
import { nextPath } from './next-path.ts';
import { openSession } from './open-session.ts';
import { setSessionCookie } from './session-cookie.ts';
import { countFailure, pendingAfter } from './sign-in-steps.ts';
import type { Trust } from './trust.ts';

/** Somebody who has proven who they are. */
export interface VerifiedUser {
  readonly userId: number;
  /** `password`, or the name of the sign-in method, for the audit trail. */
  readonly method: string;
  /** What the method has proven. @defaultValue 'authenticated' */
  readonly trust?: Trust;
  /** Where the user wanted to go. Anything but a page under the mount path leads to the start page. */
  readonly next?: string | undefined;
}

/**
 * Signs a user in who has proven who they are in a way of the plugin's own: opens a session (the one that the browser had ends),
 * runs the steps of `signIn.steps`, and records `login_succeeded`. Once the transaction has committed, it sends the cookie and
 * redirects to `next`, or to the page of a step that is pending.
 *
 * @returns false when the account is inactive or does not exist; then nothing has happened.
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
  /** The page of a step that is pending. */
  readonly pending: string | undefined;
}

async function startSession(
  tx: Transaction,
  context: AuditContext,
  app: App,
  { userId, method, trust = 'authenticated', userAgent }: VerifiedUser & { readonly userAgent: string },
): Promise<StartedSession | undefined> {
  // A deactivation that is under way must not miss this session.
  await tx.query(sql.unsafe`select from rustio_user where id = ${userId} for share`);
  const person = await personById(tx, userId);
  if (!person) return undefined;
  const { actor } = context;
  const before = sessionIdOf(context);
  if (actor.kind === 'person' && before !== null)
    await endSessions(tx, { session: before, owner: actor.id }, 'replaced');
  const pending = await pendingAfter(tx, context, app, person, { method, trust });
  const { id, token } = await openSession(
    tx,
    { userId, ip: context.ip, userAgent, trust: pending?.trust ?? trust },
    app.options('sessions'),
  );
  const signedIn = { ...context, actor: person, credential: { scheme: 'session', id } };
  await app.events.record(tx, signedIn, 'login_succeeded', {
    subject: subjectOf({ id: userId, email: person.name }),
    data: { method, ...(pending && { pending: pending.pending }) },
  });
  return { token, pending: pending?.pending };
}

/** A sign-in that failed, for the audit trail and for the steps that count failures. */
export interface RejectedSignIn {
  /** As typed; empty where the method asks for none. */
  readonly email: string;
  /** Why: `wrong_password`, `unknown`, `inactive`, or a word of the method's own. */
  readonly reason: string;
  /** @defaultValue 'password' */
  readonly method?: string;
}

/**
 * Records that a sign-in has failed, and lets the steps of `signIn.steps` count it. The user learns only that it failed.
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
  await app.events.record(tx, context, 'login_failed', {
    subject: account ? subjectOf(account) : null,
    data: { reason, method, ...(!account && typed.ok && { emailFingerprint: fingerprintOf(typed.value) }) },
  });
  await countFailure(tx, context, app, { email, userId: account?.id, reason });
}

/** Shows whether two attempts used the same address, without storing the address of somebody who has no account here. */
function fingerprintOf(email: string): string {
  return createHash('sha256').update(email.toLowerCase()).digest('base64url').slice(0, 8);
}
