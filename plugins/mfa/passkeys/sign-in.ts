import type { App } from '../../../core/app.ts';
import { auditContext, type Context } from '../../../core/request/context.ts';
import { findAccountById } from '../../auth/account.ts';
import { toNetwork } from '../../auth/hashing-queue.ts';
import { admitAttempt, clearAttempt, duringAttempt, perNetwork } from '../../sessions/attempts.ts';
import { attemptSignIn, auditFailedSignIn, recordFailedSignIn } from '../../sessions/complete-sign-in.ts';
import { perAccount } from '../../sessions/sign-in.ts';
import type { SignInStep } from '../../sessions/sign-in-steps.ts';
import { rulesOf } from '../options.ts';
import { findOwner } from './passkey.ts';
import type { RelyingParty } from './relying-party.ts';
import { parseAssertion } from './response.ts';
import { usePasskey } from './verify.ts';

const METHOD = 'passkey';

/** Denies sign-ins with a passkey to roles for which second factors are off. The response is that of an unknown passkey. */
export function passkeyPolicyStep(app: App): SignInStep {
  return {
    name: 'passkey-policy',
    afterVerify: async (_tx, _context, user, { method }) =>
      // fault: passkey-without-policy
      method === METHOD && rulesOf(app.options('mfa'), user.role).policy === 'off' ? { denied: 'passkey_off' } : 'done',
  };
}

/** A sign-in without a password. */
export interface PasskeySignIn {
  readonly party: RelyingParty;
  /** What the browser returned, as JSON. */
  readonly sent: string | undefined;
  /** The secret of the browser, with which it requested the challenge. */
  readonly browser: string | undefined;
  readonly next: string;
}

export type SignedInWithPasskey =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'rejected' }
  /** The passkey is accepted, but a condition is not met, or a step denies the sign-in with a message: a key or literal text. */
  | { readonly outcome: 'refused'; readonly message: string }
  | { readonly outcome: 'throttled'; readonly retryAfter: number };

/**
 * Signs in with a passkey, which identifies the account. Clients learn only that it failed: unknown passkeys, wrong signatures, and
 * passkeys of inactive, locked and service accounts get the same response. The reason is stored in the audit trail.
 */
export async function signInWithPasskey(
  ctx: Context,
  app: App,
  { party, sent, browser, next }: PasskeySignIn,
): Promise<SignedInWithPasskey> {
  const context = auditContext(ctx);
  const network = { key: toNetwork(ctx.state.ip) };
  const response = parseAssertion(sent);
  const userId =
    response && ((await perNetwork.run(() => findOwner(app.database, response.credentialId), network)) ?? undefined);
  // Not the counters of passwords: nobody can guess a signature, but failures must not prevent signing in with a password.
  // fault: passkey-attempts-without-limit
  const attempt = await admitAttempt(ctx, app, { kind: METHOD, userId });
  if (attempt.retryAfter !== undefined) {
    const throttled = { email: '', method: METHOD, reason: 'throttled' };
    await perNetwork.run(
      () => app.database.transaction((tx) => auditFailedSignIn(tx, context, app, throttled)),
      network,
    );
    return { outcome: 'throttled', retryAfter: attempt.retryAfter };
  }
  const complete = () =>
    app.database.transaction(async (tx) => {
      const fail = async (reason: string, account?: number) => {
        const email = account === undefined ? '' : ((await findAccountById(tx, account))?.email ?? '');
        await recordFailedSignIn(tx, context, app, { email, method: METHOD, reason });
        return false;
      };
      if (!response || browser === undefined) return fail('passkey_malformed');
      const proof = { response, party, purpose: 'sign_in', holder: { browser } } as const;
      const used = await usePasskey(tx, context, app, proof);
      if (!used.verified) return fail(used.reason, used.userId ?? userId);
      const user = { userId: used.userId, method: METHOD, trust: 'mfa_verified', next } as const;
      const result = await attemptSignIn(ctx, app, tx, user);
      return result === 'inactive' ? fail('inactive', used.userId) : result === 'done';
    });
  const isSignedIn = await duringAttempt(attempt, () =>
    userId === undefined ? perNetwork.run(complete, network) : perAccount.run(complete, { key: userId }),
  );
  const message = ctx.state.signInRefusal;
  if (!isSignedIn) return message === undefined ? { outcome: 'rejected' } : { outcome: 'refused', message };
  await clearAttempt(app, attempt);
  return { outcome: 'done' };
}
