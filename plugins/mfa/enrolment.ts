import { sql } from 'slonik';
import type { App } from '../../core/app.ts';
import { seal, unseal } from '../../core/base/seal.ts';
import type { UserActor } from '../../core/policy/actor.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { accountSubject, lockAccount } from '../auth/account.ts';
import { rotateSession } from '../sessions/open-session.ts';
import { setSessionCookie } from '../sessions/session-cookie.ts';
import '../sessions/session.ts';
import { replaceBackupCodes } from './backup-codes.ts';
import { endOtherAccess, factorRemoved } from './factor-change.ts';
import { hasFactor, hasTotp } from './factors.ts';
import { notify } from './notice.ts';
import { rulesOf } from './options.ts';
import { hasPasskey } from './passkeys/passkey.ts';
import { startGrace } from './policy.ts';
import { matchingStep, newSecret } from './totp.ts';
import { boundToTotp } from './verify.ts';

declare module '../sessions/session.ts' {
  interface SessionData {
    /** The secret of an enrolment that was begun. It never comes from a form, so that nobody can choose a weak or known one. */
    mfaEnrolment?: { readonly sealed: string; readonly at: number };
  }
}

/** After this time, a new secret is generated. */
const MAX_AGE_MS = 30 * 60_000;

/**
 * The secret of the enrolment in this session: the one that was begun, so that the QR code stays valid when the page is reloaded, or
 * else a new one. Undefined without a session that stores data, or without secret keys.
 */
export async function enrolmentSecret(ctx: Context, app: App, user: UserActor): Promise<string | undefined> {
  const begun = pendingSecret(ctx, app, user);
  if (begun !== undefined) return begun;
  const { session } = ctx.state;
  const { secretKeys } = app.environment;
  if (!ctx.session || !session || secretKeys.length === 0) return undefined;
  const secret = await newSecret();
  const sealed = seal(secretKeys, secret, boundToEnrolment(session.id, user.id)).toString('base64url');
  ctx.session.mfaEnrolment = { sealed, at: Date.now() };
  return secret;
}

/** The secret that a page has shown; undefined if there is none, or if it is too old. */
function pendingSecret(ctx: Context, { environment }: App, user: UserActor): string | undefined {
  const { session } = ctx.state;
  const begun = ctx.session?.mfaEnrolment;
  if (!session || !begun || Date.now() - begun.at > MAX_AGE_MS) return undefined;
  return unseal(environment.secretKeys, Buffer.from(begun.sealed, 'base64url'), boundToEnrolment(session.id, user.id));
}

function boundToEnrolment(sessionId: string, userId: number): string {
  return `mfa enrolment ${sessionId} ${userId}`;
}

export type Enrolled =
  | { readonly outcome: 'done'; readonly codes: readonly string[] }
  /** The code does not belong to the secret. */
  | { readonly outcome: 'rejected' }
  /** The page was open for too long: there is no secret any more. */
  | { readonly outcome: 'expired' }
  /** The user has set up an app meanwhile. */
  | { readonly outcome: 'exists' }
  /** The session has ended. */
  | { readonly outcome: 'missing' };

/**
 * Sets up the authenticator app whose secret the page has shown, if the code proves that the app has it. Generates backup codes, ends
 * the other sessions, which were opened without a second factor, and raises the trust of this one.
 */
export async function enrol(ctx: Context, app: App, user: UserActor, typed: string): Promise<Enrolled> {
  const { session } = ctx.state;
  const secret = pendingSecret(ctx, app, user);
  if (!session || secret === undefined) return { outcome: 'expired' };
  const step = await matchingStep(secret, typed.replace(/\s/g, ''), { lastStep: 0 });
  if (step === undefined) return { outcome: 'rejected' };
  const enrolled = await app.writingFor(user).transaction(async (tx): Promise<Enrolled> => {
    await lockAccount(tx, user.id);
    const context = await app.events.currentContext(tx, auditContext(ctx));
    if (!context) return { outcome: 'missing' };
    if (await hasTotp(tx, user.id)) return { outcome: 'exists' };
    const sealed = seal(app.environment.secretKeys, secret, boundToTotp(user.id));
    // The code of the enrolment cannot be used to sign in.
    // fault: enrolment-code-again
    await tx.query(sql.unsafe`
      insert into rustio_mfa_totp (user_id, secret, last_step) values (${user.id}, ${sql.binary(sealed)}, ${step})
    `);
    const { codes } = await replaceBackupCodes(tx, app, user.id);
    await startGrace(tx, user.id);
    await endOtherAccess(tx, context, app, user, 'mfa_enabled');
    await app.events.record(tx, context, 'mfa_enabled', {
      subject: accountSubject({ id: user.id, email: user.name }),
      data: { method: 'totp', codes: codes.length },
    });
    await notify(tx, context, app, user.id, { kind: 'enabled' });
    const token = await rotateSession(tx, session.id, { trust: 'mfa_verified' });
    if (token === undefined) throw new Error('The session of a locked account has ended.');
    tx.afterCommit(() => setSessionCookie(ctx, app, token));
    return { outcome: 'done', codes };
  });
  if (enrolled.outcome === 'done' && ctx.session) delete ctx.session.mfaEnrolment;
  return enrolled;
}

export type Removed =
  | { readonly outcome: 'done' }
  /** The policy requires a second factor, and the user has no other one. */
  | { readonly outcome: 'required' }
  /** The user has no authenticator app, or the session has ended. */
  | { readonly outcome: 'missing' };

/** Removes the authenticator app of a user, and their backup codes unless they have another factor. */
export function removeTotp(ctx: Context, app: App, user: UserActor): Promise<Removed> {
  const { session } = ctx.state;
  return app.writingFor(user).transaction(async (tx): Promise<Removed> => {
    await lockAccount(tx, user.id);
    const context = await app.events.currentContext(tx, auditContext(ctx));
    if (!session || context?.actor.kind !== 'user' || !(await hasTotp(tx, user.id))) return { outcome: 'missing' };
    const isLast = !(await hasPasskey(tx, user.id));
    // fault: required-factor-removed
    if (isLast && rulesOf(app.options('mfa'), context.actor.role).policy === 'required') return { outcome: 'required' };
    await tx.query(sql.unsafe`delete from rustio_mfa_totp where user_id = ${user.id}`);
    await factorRemoved(tx, context, app, ctx, { user, method: 'totp', isLast });
    await notify(tx, context, app, user.id, { kind: isLast ? 'disabled' : 'appRemoved' });
    return { outcome: 'done' };
  });
}

/** Replaces the backup codes of a user who has a second factor; undefined without one, or if the session has ended. */
export function regenerateBackupCodes(ctx: Context, app: App, user: UserActor): Promise<readonly string[] | undefined> {
  return app.writingFor(user).transaction(async (tx) => {
    await lockAccount(tx, user.id);
    const context = await app.events.currentContext(tx, auditContext(ctx));
    if (!context || !(await hasFactor(tx, user.id))) return undefined;
    const { codes, previous } = await replaceBackupCodes(tx, app, user.id);
    await app.events.record(tx, context, 'backup_codes_regenerated', {
      subject: accountSubject({ id: user.id, email: user.name }),
      data: { previous, generated: codes.length },
    });
    await notify(tx, context, app, user.id, { kind: 'codesRegenerated' });
    return codes;
  });
}
