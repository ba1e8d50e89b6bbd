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
 * Limits concurrent sign-ins per account: while another program locks the account's row, sign-ins that wait for it must not use
 * up all connections. Sign-ins to different accounts are already limited by the hashing queue.
 */
// fault: sign-ins-take-every-connection
const perAccount = new Limiter<number>({
  concurrency: 2,
  maxWaiting: 200,
  maxWaitMs: 10_000,
  whenFull: tooManyChanges,
});

/** Max length of an email address passed to steps. */
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
 * Signs in with an email address and password, and always issues a new token (prevents session fixation). Clients learn only that
 * a sign-in failed, and the time does not differ: unknown accounts, inactive accounts and wrong passwords each cost one
 * verification. The reason is stored in the audit trail, in a transaction of its own.
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
      // The password may have been changed, or the account deactivated, since verification began.
      if (!(await stillHolds(tx, credentials))) return false;
      return completeSignIn(ctx, app, tx, { userId: credentials.id, method: 'password', next });
    });
  const isSignedIn = await perAccount.run(begin, { key: credentials.id });
  if (!isSignedIn) return { outcome: 'rejected' };
  // The session is already open; if this fails, the next sign-in tries again.
  await renewHash(app.database, credentials, password).catch((error: unknown) => {
    app.log.warn({ err: error }, 'a password could not be rehashed');
  });
  return { outcome: 'done' };
}

function reasonFor(credentials: Credentials | null): string {
  if (!credentials) return 'unknown';
  return credentials.active ? 'wrong_password' : 'inactive';
}
