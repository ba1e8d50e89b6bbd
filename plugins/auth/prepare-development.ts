import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { DevelopmentNotes, DevelopmentStart, SeededUser } from '../../core/development.ts';
import { type AuditContext, commandAuditContext } from '../../core/policy/actor.ts';
import type { Events } from '../../core/write/events.ts';
import { findAccountByEmail } from './account.ts';
import { createUser } from './create-user.ts';
import { firstAdministratorFailed } from './errors.ts';
import { someAdministratorRemains, takeAuthorityLock } from './last-administrator.ts';
import { generatePassword } from './password-policy.ts';
import { ADMINISTRATIVE_ROLES } from './roles.ts';

/** Ensures that there is an administrator, and prints an account that can sign in. */
export async function prepareDevelopment(app: App, start: DevelopmentStart): Promise<DevelopmentNotes> {
  const first = await app.database.transaction((tx) => ensureFirstAdministrator(tx, commandAuditContext(), app.events));
  const created = first === undefined ? start.users : [...start.users, { ...first, role: 'administrator' }];
  return signInNotes(created, await existingAdministrator(app.database), start.command);
}

/**
 * Other accounts come first; then, as the last two lines, email and password of an administrator. `existing`: the email
 * address of an active administrator, undefined if there is none.
 */
export function signInNotes(
  created: readonly SeededUser[],
  existing: string | undefined,
  command: DevelopmentStart['command'],
): Required<DevelopmentNotes> {
  const administrator = created.find(({ role }) => ADMINISTRATIVE_ROLES.some((each) => each === role));
  const others = created.filter((user) => user !== administrator);
  return {
    aboveAddress: [
      ...(others.length === 0 ? [] : ['Other users:']),
      ...others.map(({ email, password, role }) => `${email} (${role})  ${password}`),
    ],
    belowAddress: administrator
      ? [`Email: ${administrator.email}`, `Password: ${administrator.password}`]
      : withoutPassword(existing, command),
  };
}

function withoutPassword(email: string | undefined, command: DevelopmentStart['command']): readonly string[] {
  if (email === undefined) {
    return [
      'Email: none; there is no active administrator',
      `Password: create one with: ${command('user create --email you@example.org --role administrator')}`,
    ];
  }
  return [`Email: ${email}`, `Password: unchanged; set a new one with: ${command(`user password ${email}`)}`];
}

/**
 * For the first start in development: creates an administrator if there is no active administrator or developer, and returns
 * the credentials. The password is generated here, shown once, and stored only as a hash. Undefined if there is one already.
 */
export async function ensureFirstAdministrator(
  tx: Transaction,
  context: AuditContext,
  events: Events,
): Promise<{ readonly email: string; readonly password: string } | undefined> {
  await takeAuthorityLock(tx); // two processes that start together must create one
  if (await someAdministratorRemains(tx)) return undefined;
  const email = await freeEmail(tx);
  const password = generatePassword();
  const { outcome } = await createUser(tx, context, events, { email, password, role: 'administrator' });
  if (outcome !== 'done') throw firstAdministratorFailed({ email, outcome });
  return { email, password };
}

async function freeEmail(tx: Transaction): Promise<string> {
  for (let n = 1; ; n++) {
    const email = n === 1 ? 'admin@example.com' : `admin${n}@example.com`;
    if ((await findAccountByEmail(tx, email)) === null) return email;
  }
}

const emailRow = z.object({ email: z.string() });

/** The email address of the oldest active administrator or developer; undefined if there is none. */
export async function existingAdministrator(query: Query): Promise<string | undefined> {
  const account = await query.maybeOne(sql.type(emailRow)`
    select email
    from rustio_user
    where active and role in ('administrator', 'developer')
    order by role, id
    limit 1
  `);
  return account?.email;
}
