import type { App } from '../../core/app.ts';
import { auditContext, type Context } from '../../core/http/context.ts';
import { type Credentials, findCredentials, renewHash, stillHolds } from '../auth/credentials.ts';
import { parseEmail } from '../auth/email-address.ts';
import { verifyPassword } from '../auth/password-hash.ts';
import { completeSignIn, recordFailedSignIn } from './complete-sign-in.ts';
import { attemptRefused } from './sign-in-steps.ts';

/** What steps are given of a text that anybody can type. */
const MAX_EMAIL = 254;

export interface PasswordSignIn {
  readonly email: string;
  readonly password: string;
  readonly next: string;
}
export type SignedIn =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'refused' }
  /** Too many attempts; another one may be made after so many seconds. */
  | { readonly outcome: 'throttled'; readonly retryAfter: number };

/**
 * Signs in with e-mail address and password, and gives the browser a new token whatever it had before (fixation). A stranger
 * learns only that it did not work, and after the same time: an unknown, an inactive and a wrong one each cost one verification.
 * Which it was is in the audit trail, written in a transaction of its own.
 */
export async function signIn(ctx: Context, app: App, { email, password, next }: PasswordSignIn): Promise<SignedIn> {
  const context = auditContext(ctx);
  const retryAfter = await attemptRefused(app, context, { email: email.slice(0, MAX_EMAIL) });
  if (retryAfter !== undefined) return { outcome: 'throttled', retryAfter };
  const credentials = parseEmail(email).ok ? await findCredentials(app.database, email) : null;
  const matches = await verifyPassword(credentials?.password_hash, password);
  if (!credentials?.active || !matches) {
    const reason = reasonFor(credentials);
    await app.database.transaction((tx) => recordFailedSignIn(tx, context, app, { email, reason }));
    return { outcome: 'refused' };
  }
  const isSignedIn = await app.database.transaction(async (tx) => {
    // A password changed, or an account shut, since the verification began must not let this session in.
    if (!(await stillHolds(tx, credentials))) return false;
    return completeSignIn(ctx, app, tx, { userId: credentials.id, method: 'password', next });
  });
  if (!isSignedIn) return { outcome: 'refused' };
  await renewHash(app.database, credentials, password);
  return { outcome: 'done' };
}

function reasonFor(credentials: Credentials | null): string {
  if (!credentials) return 'unknown';
  return credentials.active ? 'wrong_password' : 'inactive';
}
