import type { AuditContext, Person } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/pool.ts';
import type { Form } from '../../core/http/form.ts';
import { subjectOf } from '../auth/account.ts';
import { credentialsOf, stillHolds } from '../auth/credentials.ts';
import { verifyPassword } from '../auth/password-hash.ts';
import type { SessionFactor } from './extension-points.ts';
import { rotateSession } from './open-session.ts';
import { attemptRefused, countFailure } from './sign-in-steps.ts';

export type Reauthenticated =
  | { readonly outcome: 'done'; readonly token: string }
  | { readonly outcome: 'refused' }
  /** Too many attempts; another one may be made after so many seconds. */
  | { readonly outcome: 'throttled'; readonly retryAfter: number }
  /** The session has ended meanwhile. */
  | { readonly outcome: 'missing' };

/**
 * Asks a user who is signed in to confirm who they are: the password, and every factor that applies. Then their session has a new
 * token and counts as recent. Success and failure are both recorded.
 */
export async function reauthenticate(
  app: App,
  cause: AuditContext,
  person: Person,
  sessionId: string,
  form: Form,
): Promise<Reauthenticated> {
  const retryAfter = await attemptRefused(app, cause, { email: person.name });
  if (retryAfter !== undefined) return { outcome: 'throttled', retryAfter };
  const credentials = await credentialsOf(app.database, person.id);
  const matches = await verifyPassword(credentials?.password_hash, form.get('password') ?? '');
  return app.database.transaction(async (tx) => {
    const subject = subjectOf({ id: person.id, email: person.name });
    const refuse = async (reason: 'wrong_password' | 'factor'): Promise<Reauthenticated> => {
      await app.events.record(tx, cause, 'reauth_failed', { subject, data: { reason } });
      await countFailure(tx, cause, app, { email: person.name, userId: person.id, reason });
      return { outcome: 'refused' };
    };
    if (!credentials || !matches || !(await stillHolds(tx, credentials))) return refuse('wrong_password');
    for (const factor of await factorsOf(tx, app, person))
      if (!(await factor.proves(tx, cause, person, form))) return refuse('factor');
    const token = await rotateSession(tx, sessionId, { authenticated: true });
    if (token === undefined) return { outcome: 'missing' };
    await app.events.record(tx, cause, 'reauth_succeeded', { subject, data: {} });
    return { outcome: 'done', token };
  });
}

/** The factors that this person has to prove besides the password. */
export function factorsFor(app: App, person: Person): Promise<readonly SessionFactor[]> {
  return app.database.transaction((tx) => factorsOf(tx, app, person));
}

async function factorsOf(tx: Transaction, app: App, person: Person): Promise<readonly SessionFactor[]> {
  const factors: SessionFactor[] = [];
  for (const factor of app.contributions('session.factors')) if (await factor.applies(tx, person)) factors.push(factor);
  return factors;
}
