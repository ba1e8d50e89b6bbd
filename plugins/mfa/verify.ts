import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import { unseal } from '../../core/base/seal.ts';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { bytea } from '../../core/database/values.ts';
import type { AuditContext, UserActor } from '../../core/policy/actor.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { accountSubject, lockAccount } from '../auth/account.ts';
import { admitAttempt, clearAttempt, duringAttempt } from '../sessions/attempts.ts';
import { rememberDevice } from '../sessions/known-device.ts';
import { rotateSession } from '../sessions/open-session.ts';
import { setSessionCookie } from '../sessions/session-cookie.ts';
import { useBackupCode } from './backup-codes.ts';
import type { FactorMethod } from './events.ts';
import { notify } from './notice.ts';
import { hasDeviceCookie, isRemembered, rememberFactor, setDeviceCookie } from './remembered-device.ts';
import { matchingStep } from './totp.ts';

const storedTotp = sql.type(z.object({ secret: bytea, last_step: z.coerce.number() }));

/** A secret copied into the row of another account cannot be read there. */
export function boundToTotp(userId: number): string {
  return `mfa totp ${userId}`;
}

/**
 * Proves a second factor with a typed code, of the authenticator app or a backup code, and uses it up: of two requests with the same
 * code, one succeeds. Undefined if the code is wrong or was used before, which is recorded; commit the transaction nevertheless.
 *
 * @example
 * proves: async (tx, context, user, form) => (await proveCode(tx, context, app, user, form.get('code') ?? '')) !== undefined,
 */
export async function proveCode(
  tx: Transaction,
  context: AuditContext,
  app: App,
  user: Pick<UserActor, 'id' | 'name'>,
  typed: string,
): Promise<FactorMethod | undefined> {
  const subject = accountSubject({ id: user.id, email: user.name });
  if (await useTotp(tx, app, user.id, typed.replace(/\s/g, ''))) return 'totp';
  const used = await useBackupCode(tx, app, user.id, typed);
  if (used === undefined) {
    await app.events.record(tx, context, 'mfa_failed', {
      subject,
      data: { reason: 'rejected' },
      aggregationKey: 'rejected',
    });
    return undefined;
  }
  const data = { codeId: used.id, remaining: used.remaining };
  await app.events.record(tx, context, 'mfa_code_consumed', { subject, data });
  await notify(tx, context, app, user.id, { kind: 'backupCodeUsed', remaining: used.remaining });
  return 'backup_code';
}

async function useTotp(tx: Transaction, app: App, userId: number, typed: string): Promise<boolean> {
  const row = await tx.maybeOne(storedTotp`select secret, last_step from rustio_mfa_totp where user_id = ${userId}`);
  if (!row) return false;
  const secret = unseal(app.environment.secretKeys, row.secret, boundToTotp(userId));
  if (secret === undefined) {
    app.log.error({ user: userId }, 'the second factor of a user cannot be decrypted: its key was removed');
    return false;
  }
  const step = await matchingStep(secret, typed, { lastStep: row.last_step });
  if (step === undefined) return false;
  // fault: code-used-twice
  const { rowCount } = await tx.query(sql.unsafe`
    update rustio_mfa_totp set last_step = ${step} where user_id = ${userId} and last_step < ${step}
  `);
  return rowCount === 1;
}

/** Returns how the factor was proven; undefined if it was not. */
type Prove = (tx: Transaction, context: AuditContext) => Promise<FactorMethod | 'remembered_device' | undefined>;

export type Verified =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'rejected' }
  /** Too many attempts; seconds until the next one is allowed. */
  | { readonly outcome: 'throttled'; readonly retryAfter: number }
  /** The session has ended. */
  | { readonly outcome: 'missing' };

/** Completes a sign-in with a code. With `remember`, this browser needs no code for some days. */
export function verifyCode(
  ctx: Context,
  app: App,
  user: UserActor,
  { code, remember }: { readonly code: string; readonly remember: boolean },
): Promise<Verified> {
  return verifyFactor(ctx, app, user, async (tx, context) => {
    const method = await proveCode(tx, context, app, user, code);
    if (method === undefined || !remember) return method;
    const device = await rememberFactor(tx, context, app, ctx);
    if (device) tx.afterCommit(() => setDeviceCookie(ctx, app, device));
    return method;
  });
}

/**
 * Completes a sign-in with a factor that `prove` verifies: the session gets the trust level `mfa_verified` and a new token. Attempts are
 * limited, for all kinds of factors together.
 */
export async function verifyFactor(ctx: Context, app: App, user: UserActor, prove: Prove): Promise<Verified> {
  // Without the session: somebody who knows the password can open any number of them.
  const attempt = await admitAttempt(ctx, app, { kind: 'second-factor', userId: user.id });
  // fault: codes-unlimited
  if (attempt.retryAfter !== undefined) {
    await app.database.transaction((tx) =>
      app.events.record(tx, auditContext(ctx), 'mfa_failed', {
        subject: accountSubject({ id: user.id, email: user.name }),
        data: { reason: 'throttled' },
        aggregationKey: 'throttled',
      }),
    );
    return { outcome: 'throttled', retryAfter: attempt.retryAfter };
  }
  const verified = await duringAttempt(attempt, () => completeVerification(ctx, app, user, prove));
  if (verified.outcome === 'done') await clearAttempt(app, attempt);
  return verified;
}

/** Completes a sign-in without a code if the browser is remembered for the user. */
export async function verifyRememberedDevice(ctx: Context, app: App, user: UserActor): Promise<boolean> {
  if (!hasDeviceCookie(ctx, app)) return false;
  const verified = await completeVerification(ctx, app, user, async (tx, context) =>
    (await isRemembered(tx, context, app, ctx)) ? 'remembered_device' : undefined,
  );
  return verified.outcome === 'done';
}

/**
 * Raises the trust of the session to `mfa_verified`, if `prove` returns how the factor was proven. For every kind of factor.
 *
 * @example
 * await completeVerification(ctx, app, user, async (tx, context) => ((await passkeyProves(tx, response)) ? 'passkey' : undefined));
 */
export async function completeVerification(
  ctx: Context,
  app: App,
  user: UserActor,
  prove: Prove,
): Promise<Exclude<Verified, { readonly outcome: 'throttled' }>> {
  const { session } = ctx.state;
  if (!session) return { outcome: 'missing' };
  return app.writingFor(user).transaction(async (tx) => {
    // Requests of one account wait here for each other, so that those with the same session or code cannot deadlock later.
    await lockAccount(tx, user.id);
    const context = await app.events.currentContext(tx, auditContext(ctx));
    if (!context) return { outcome: 'missing' };
    // A second click: the first one has already completed the sign-in, and its response has the new token.
    if (await isVerified(tx, session.id)) return { outcome: 'done' };
    const method = await prove(tx, context);
    if (method === undefined) return { outcome: 'rejected' };
    const token = await rotateSession(tx, session.id, {
      trust: 'mfa_verified',
      // What requires a recent password also requires the factor, which was not proven now: somebody with the password and this device could
      // otherwise remove it.
      // fault: remembered-device-counts-as-recent
      ...(method === 'remembered_device' && { authenticated: false }),
    });
    if (token === undefined) return { outcome: 'missing' };
    await app.events.record(tx, context, 'mfa_succeeded', {
      subject: accountSubject({ id: user.id, email: user.name }),
      data: { method },
    });
    tx.afterCommit(() => {
      setSessionCookie(ctx, app, token);
      rememberDevice(ctx, app, user.id);
    });
    return { outcome: 'done' };
  });
}

function isVerified(query: Query, sessionId: string): Promise<boolean> {
  return query.exists(sql.unsafe`
    select from rustio_session where id = ${sessionId}::uuid and trust = 'mfa_verified' and ended_at is null
  `);
}
