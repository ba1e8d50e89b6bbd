import type { AuditContext } from '../../core/actor.ts';
import type { Transaction } from '../../core/database/pool.ts';
import { RustioError } from '../../core/errors.ts';
import type { Events } from '../../core/events.ts';
import { findAccountByEmail } from './account.ts';
import { createUser } from './create-user.ts';
import { generatePassword } from './generated-password.ts';
import { someCommanderRemains, takeAuthorityLock } from './last-administrator.ts';

/**
 * For the first start in development: creates an administrator when nobody active is administrator or developer, and gives
 * back what to sign in with. The password is made here, told once, and stored only as a hash. Undefined: somebody is there.
 */
export async function ensureFirstAdministrator(
  tx: Transaction,
  cause: AuditContext,
  events: Events,
): Promise<{ readonly email: string; readonly password: string } | undefined> {
  await takeAuthorityLock(tx); // two processes that start together must make one
  if (await someCommanderRemains(tx)) return undefined;
  const email = await freeEmail(tx);
  const password = generatePassword();
  const made = await createUser(tx, cause, events, { email, password, role: 'administrator' });
  if (made.outcome !== 'done') {
    throw new RustioError('RIO-AUTH-FIRST', {
      problem: 'The first administrator could not be created.',
      why: `Creating ${email} gave the outcome "${made.outcome}".`,
      fix: 'Create one by hand: rustio-admin user create --email … --role administrator',
      retry: 'After that it is no longer needed.',
    });
  }
  return { email, password };
}

async function freeEmail(tx: Transaction): Promise<string> {
  for (let n = 1; ; n++) {
    const email = n === 1 ? 'admin@example.com' : `admin${n}@example.com`;
    if ((await findAccountByEmail(tx, email)) === null) return email;
  }
}
