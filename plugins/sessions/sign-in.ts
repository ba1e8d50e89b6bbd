import type { App } from '../../core/app.ts';
import { Limiter } from '../../core/base/limiter.ts';
import { tooManyChanges } from '../../core/errors/http.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { parseEmail } from '../auth/account.ts';
import { type Credentials, findCredentials, renewHash, stillHolds } from '../auth/credentials.ts';
import { verifyPassword } from '../auth/password-hash.ts';
import { completeSignIn, recordFailedSignIn } from './complete-sign-in.ts';
import { secondsUntilAllowed } from './sign-in-steps.ts';

/**
 * For one account: sign-ins that wait for its row, which another program has locked, must not take the connections of all others.
 * Those of different accounts are limited by the time that their passwords take.
 */
// fault: sign-ins-take-every-connection
const perAccount = new Limiter<number>({
  concurrency: 2,
  maxWaiting: 200,
  maxWaitMs: 10_000,
  whenFull: tooManyChanges,
});

/** Max length of typed values that steps receive. */
const MAX_EMAIL = 254;

export interface PasswordSignIn {
  readonly email: string;
  readonly password: string;
  readonly next: string;
}
export type SignedIn =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'rejected' }
  /** Too many attempts; seconds until the next one is allowed. */
  | { readonly outcome: 'throttled'; readonly retryAfter: number };

/**
 * Signs in with email address and password, and always gives the browser a new token (session fixation). Strangers learn only
 * that it failed, and after the same time: an unknown, an inactive and a wrong one each cost one verification. The reason is in
 * the audit trail, written in its own transaction.
 */
export async function signIn(ctx: Context, app: App, { email, password, next }: PasswordSignIn): Promise<SignedIn> {
  const context = auditContext(ctx);
  const retryAfter = await secondsUntilAllowed(app, context, { email: email.slice(0, MAX_EMAIL) });
  if (retryAfter !== undefined) return { outcome: 'throttled', retryAfter };
  const credentials = parseEmail(email).ok ? await findCredentials(app.database, email) : null;
  const matches = await verifyPassword(credentials?.password_hash, password, context.ip ?? '');
  if (!credentials?.active || !matches) {
    const reason = reasonFor(credentials);
    await app.database.transaction((tx) => recordFailedSignIn(tx, context, app, { email, reason }));
    return { outcome: 'rejected' };
  }
  const begin = () =>
    app.database.transaction(async (tx) => {
      // A password change or deactivation since the verification began must prevent this session.
      if (!(await stillHolds(tx, credentials))) return false;
      return completeSignIn(ctx, app, tx, { userId: credentials.id, method: 'password', next });
    });
  const isSignedIn = await perAccount.run(begin, { key: credentials.id });
  if (!isSignedIn) return { outcome: 'rejected' };
  // The session has begun; the next sign-in tries again.
  await renewHash(app.database, credentials, password).catch((error: unknown) => {
    app.log.warn({ err: error }, 'a password could not be rehashed');
  });
  return { outcome: 'done' };
}

function reasonFor(credentials: Credentials | null): string {
  if (!credentials) return 'unknown';
  return credentials.active ? 'wrong_password' : 'inactive';
}
