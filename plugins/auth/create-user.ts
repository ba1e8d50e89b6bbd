import { sql } from 'slonik';
import { z } from 'zod';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Problem } from '../../core/model/issue.ts';
import { toNfc } from '../../core/model/plain-text.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { Events } from '../../core/write/events.ts';
import { accountSubject, parseEmail } from './account.ts';
import { roleCeilingIssue } from './authority-guards.ts';
import { invalid, type Outcome, rejected } from './outcome.ts';
import { hashPassword } from './password-hash.ts';
import { passwordIssue } from './password-policy.ts';
import { isRole, ROLES, type Role } from './roles.ts';
import { accountId } from './user-actor.ts';

/** An account to be created. */
export interface NewUser {
  readonly email: string;
  /** If omitted, the user cannot sign in with a password until one is set. */
  readonly password?: string;
  readonly role: Role;
  readonly displayName?: string | null;
}

const MAX_NAME_LENGTH = 150;
const created = z.object({ id: accountId });

/**
 * Creates an active account and records `user_created`. Users cannot assign a role above their own; the command line can assign
 * any role.
 *
 * @example
 * const created = await createUser(tx, auditContext(ctx), app.events, { email: 'ana@desk.example', password, role: 'staff' });
 */
export async function createUser(
  tx: Transaction,
  requestContext: AuditContext,
  events: Events,
  { email: typed, password, role, displayName: typedName }: NewUser,
): Promise<Outcome<{ readonly id: number }>> {
  const weak = password === undefined ? undefined : passwordIssue(password, typed);
  // Hash before locking the actor's row: hashing is slow and may wait in a queue.
  const hash = password === undefined || weak ? null : await hashPassword(password);
  const context = await events.currentContext(tx, requestContext);
  if (!context) return rejected('auth.rejected.notAllowed');
  const issue = roleCeilingIssue(context.actor, role);
  if (issue) return { outcome: 'rejected', issue };
  const email = parseEmail(typed);
  const displayName = toNfc(typedName?.trim() ?? '') || null;
  const problems: Problem[] = [];
  if (!email.ok) problems.push({ field: 'email', issue: email.issue });
  if (!isRole(role)) problems.push({ field: 'role', issue: unknownRole(role) });
  if ((displayName?.length ?? 0) > MAX_NAME_LENGTH)
    problems.push({ field: 'displayName', issue: { key: 'auth.problem.nameLong', params: { max: MAX_NAME_LENGTH } } });
  if (weak) problems.push({ field: 'password', issue: weak });
  if (!email.ok || problems.length > 0) return { outcome: 'invalid', problems };

  const row = await tx.maybeOne(sql.type(created)`
    insert into rustio_user (email, display_name, password_hash, password_changed_at, role)
    values (${email.value}, ${displayName}, ${hash}, case when ${hash !== null} then now() end, ${role})
    on conflict (lower(email)) do nothing
    returning id
  `);
  if (!row) return invalid('email', { key: 'auth.problem.emailTaken' });
  await events.record(tx, context, 'user_created', {
    subject: accountSubject({ id: row.id, email: email.value }),
    data: { after: { email: email.value, displayName, role, active: true } },
  });
  return { outcome: 'done', id: row.id };
}

export function unknownRole(role: string) {
  return { key: 'auth.problem.role', params: { role, roles: ROLES.join(', ') } };
}
