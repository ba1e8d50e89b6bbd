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
import { preparePassword } from './password-hash.ts';
import { generatePassword } from './password-policy.ts';
import { ADMINISTRATIVE_ROLES } from './roles.ts';

/** Ensures that an administrator exists, and prints the credentials of an account. */
export async function prepareDevelopment(app: App, start: DevelopmentStart): Promise<DevelopmentNotes> {
  const first = await ensureFirstAdministrator(app.database, commandAuditContext(), app.events);
  const created = first === undefined ? start.users : [...start.users, { ...first, role: 'administrator' }];
  return signInNotes(created, await existingAdministrator(app.database), start.command);
}

/**
 * Other accounts come first; the last two lines are the email address and password of an administrator. `existing` is the email
 * address of an active administrator; undefined if there is none.
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
 * Creates an administrator at the first start in development, unless there is an active administrator or developer. Returns the
 * credentials, or undefined if no account was created. The password is generated, shown once, and stored only as a hash.
 */
export async function ensureFirstAdministrator(
  database: App['database'],
  context: AuditContext,
  events: Events,
): Promise<{ readonly email: string; readonly password: string } | undefined> {
  if (await someAdministratorRemains(database)) return undefined;
  const password = generatePassword();
  const prepared = await preparePassword(password);
  return database.transaction(async (tx) => {
    await takeAuthorityLock(tx); // so that two processes starting at the same time create only one account
    if (await someAdministratorRemains(tx)) return undefined;
    const email = await freeEmail(tx);
    const user = { email, password: prepared, role: 'administrator' } as const;
    const { outcome } = await createUser(tx, context, events, user);
    if (outcome !== 'done') throw firstAdministratorFailed({ email, outcome });
    return { email, password };
  });
}

async function freeEmail(tx: Transaction): Promise<string> {
  for (let n = 1; ; n++) {
    const email = n === 1 ? 'admin@example.com' : `admin${n}@example.com`;
    if ((await findAccountByEmail(tx, email)) === null) return email;
  }
}

const emailRow = z.object({ email: z.string() });

/** The email address of the oldest active administrator or developer who is a person; undefined if there is none. */
export async function existingAdministrator(query: Query): Promise<string | undefined> {
  const account = await query.maybeOne(sql.type(emailRow)`
    select email
    from rustio_user
    where active and kind = 'person' and role in ('administrator', 'developer')
    order by role, id
    limit 1
  `);
  return account?.email;
}
