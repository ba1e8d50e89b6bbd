import { sql } from 'slonik';
import { z } from 'zod';
import type { AuditContext } from '../../core/actor.ts';
import type { Transaction } from '../../core/database/pool.ts';
import type { Events } from '../../core/events.ts';
import { composed } from '../../core/model/composed.ts';
import type { Problem } from '../../core/write/types.ts';
import { subjectOf } from './account.ts';
import { roleCeilingIssue } from './authority-guards.ts';
import { parseEmail } from './email-address.ts';
import { invalid, type Outcome } from './outcome.ts';
import { hashPassword } from './password-hash.ts';
import { passwordIssue } from './password-policy.ts';
import { accountId } from './person.ts';
import { isRole, ROLES, type Role } from './roles.ts';

/** An account to be created. */
export interface NewUser {
  readonly email: string;
  /** Without one, they cannot sign in with a password until one is set. */
  readonly password?: string;
  readonly role: Role;
  readonly displayName?: string | null;
}

const LONGEST_NAME = 150;
const created = z.object({ id: accountId });

/**
 * Creates an active account and records `user_created`. Nobody may give more authority than they have; the command line may give any.
 *
 * @example
 * const created = await createUser(tx, auditContext(ctx), app.events, { email: 'ana@desk.example', password, role: 'staff' });
 */
export async function createUser(
  tx: Transaction,
  cause: AuditContext,
  events: Events,
  { email: typed, password, role, displayName: typedName }: NewUser,
): Promise<Outcome<{ readonly id: number }>> {
  const issue = roleCeilingIssue(cause.actor, role);
  if (issue) return { outcome: 'refused', issue };
  const email = parseEmail(typed);
  const displayName = composed(typedName?.trim() ?? '') || null;
  const problems: Problem[] = [];
  if (!email.ok) problems.push({ field: 'email', issue: email.issue });
  if (!isRole(role)) problems.push({ field: 'role', issue: unknownRole(role) });
  if ((displayName?.length ?? 0) > LONGEST_NAME)
    problems.push({ field: 'displayName', issue: { key: 'auth.problem.nameLong', params: { max: LONGEST_NAME } } });
  const weak = password === undefined ? undefined : passwordIssue(password, typed);
  if (weak) problems.push({ field: 'password', issue: weak });
  if (!email.ok || problems.length > 0) return { outcome: 'invalid', problems };

  const hash = password === undefined ? null : await hashPassword(password);
  const row = await tx.maybeOne(sql.type(created)`
    insert into rustio_user (email, display_name, password_hash, password_changed_at, role)
    values (${email.value}, ${displayName}, ${hash}, case when ${hash !== null} then now() end, ${role})
    on conflict (lower(email)) do nothing
    returning id
  `);
  if (!row) return invalid('email', { key: 'auth.problem.emailTaken' });
  await events.record(tx, cause, 'user_created', {
    subject: subjectOf({ id: row.id, email: email.value }),
    data: { after: { email: email.value, displayName, role, active: true } },
  });
  return { outcome: 'done', id: row.id };
}

export function unknownRole(role: string) {
  return { key: 'auth.problem.role', params: { role, roles: ROLES.join(', ') } };
}
