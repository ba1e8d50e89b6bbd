import { createHash } from 'node:crypto';
import { sql } from 'slonik';
import { type AuditContext, sessionIdOf } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/pool.ts';
import { subjectOf } from '../auth/account.ts';
import { type Credentials, findCredentials, renewHash, stillHolds } from '../auth/credentials.ts';
import { parseEmail } from '../auth/email-address.ts';
import { verifyPassword } from '../auth/password-hash.ts';
import { personOf, personRow } from '../auth/person.ts';
import { personColumns } from '../auth/person-columns.ts';
import { endSessions } from './end-sessions.ts';
import { openSession } from './open-session.ts';
import { optionsOf } from './options.ts';

export interface SignIn {
  readonly email: string;
  readonly password: string;
  readonly userAgent: string;
}
export type SignedIn = { readonly outcome: 'done'; readonly token: string } | { readonly outcome: 'refused' };

/**
 * Signs in with e-mail address and password, and answers with a new token whatever the browser had before (fixation). A
 * stranger learns one thing only, that it did not work, and after the same time: an unknown, an inactive and a wrong one each
 * cost one verification. Which it was stands in the audit trail, in a transaction of its own.
 */
export async function signIn(app: App, cause: AuditContext, { email, password, userAgent }: SignIn): Promise<SignedIn> {
  const credentials = parseEmail(email).ok ? await findCredentials(app.database, email) : null;
  const matches = await verifyPassword(credentials?.password_hash, password);
  if (!credentials?.active || !matches) {
    await app.database.transaction((tx) => recordFailure(tx, app, cause, email, credentials));
    return { outcome: 'refused' };
  }
  const token = await app.database.transaction((tx) => open(tx, app, cause, credentials, userAgent));
  if (token === undefined) return { outcome: 'refused' };
  await renewHash(app.database, credentials, password);
  return { outcome: 'done', token };
}

async function open(
  tx: Transaction,
  app: App,
  cause: AuditContext,
  credentials: Credentials,
  userAgent: string,
): Promise<string | undefined> {
  // A password changed, or an account shut, since the verification began must not let this session in.
  if (!(await stillHolds(tx, credentials))) return undefined;
  const { actor } = cause;
  const before = sessionIdOf(cause);
  if (actor.kind === 'person' && before !== null)
    await endSessions(tx, { session: before, owner: actor.id }, 'replaced');
  const { id, token } = await openSession(tx, { userId: credentials.id, address: cause.ip, userAgent }, optionsOf(app));
  const person = await tx.one(sql.type(personRow)`
    select ${personColumns} from rustio_user u where u.id = ${credentials.id}
  `);
  await app.events.record(
    tx,
    { ...cause, actor: personOf(person), credential: { scheme: 'session', id } },
    'login_succeeded',
    {
      subject: subjectOf(credentials),
      data: { method: 'password' },
    },
  );
  return token;
}

async function recordFailure(
  tx: Transaction,
  app: App,
  cause: AuditContext,
  email: string,
  credentials: Credentials | null,
): Promise<void> {
  if (credentials) {
    const reason = credentials.active ? 'wrong_password' : 'inactive';
    await app.events.record(tx, cause, 'login_failed', { subject: subjectOf(credentials), data: { reason } });
    return;
  }
  const typed = parseEmail(email);
  await app.events.record(tx, cause, 'login_failed', {
    subject: null,
    data: { reason: 'unknown', ...(typed.ok && { emailFingerprint: fingerprintOf(typed.value) }) },
  });
}

/** Tells whether two tries named the same address, without keeping the address of somebody who has no account here. */
function fingerprintOf(email: string): string {
  return createHash('sha256').update(email.toLowerCase()).digest('base64url').slice(0, 8);
}
