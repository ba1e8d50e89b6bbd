import { sql } from 'slonik';
import { z } from 'zod';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Problem } from '../../core/model/issue.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { Events } from '../../core/write/events.ts';
import { accountSubject, displayNameIssue, parseEmail, parseServiceEmail, toDisplayName } from './account.ts';
import { roleCeilingIssue } from './authority-guards.ts';
import { lookAlikeIssue } from './look-alikes.ts';
import { invalid, type Outcome, rejected } from './outcome.ts';
import type { PreparedPassword } from './password-hash.ts';
import { isRole, ROLES, type Role } from './roles.ts';
import { accountId } from './user-actor.ts';

/** An account to be created. */
export interface NewUser {
  readonly email: string;
  /** See `preparePassword`. If omitted, the user cannot sign in with a password until one is set. */
  readonly password?: PreparedPassword;
  /** Whether the user must choose another password when they sign in with this one: somebody else knows it. @defaultValue false */
  readonly temporary?: boolean;
  readonly role: Role;
  readonly displayName?: string | null;
  /**
   * Creates a service account: a program, which has tokens and never signs in. Its address is in the domain `service.invalid`, which
   * is added if there is none.
   *
   * @defaultValue false
   */
  readonly service?: boolean;
}

const created = z.object({ id: accountId });

/**
 * Creates an active account and records `user_created`. Users cannot assign a role above their own; the command line can assign
 * any role.
 *
 * @example
 * const password = await preparePassword(typed);
 * const created = await app.database.transaction((tx) =>
 *   createUser(tx, auditContext(ctx), app.events, { email: 'ana@desk.example', password, role: 'staff' }),
 * );
 */
export async function createUser(
  tx: Transaction,
  requestContext: AuditContext,
  events: Events,
  { email: typed, password, temporary = false, role, displayName: typedName, service = false }: NewUser,
): Promise<Outcome<{ readonly id: number; readonly email: string }>> {
  // fault: service-with-password
  if (service && password !== undefined) return rejected('auth.rejected.service');
  const context = await events.currentContext(tx, requestContext);
  if (!context) return rejected('auth.rejected.notAllowed');
  const issue = roleCeilingIssue(context.actor, role);
  if (issue) return { outcome: 'rejected', issue };
  const email = service ? parseServiceEmail(typed) : parseEmail(typed);
  const displayName = toDisplayName(typedName);
  const problems: Problem[] = [];
  if (!email.ok) problems.push({ field: 'email', issue: email.issue });
  if (!isRole(role)) problems.push({ field: 'role', issue: unknownRole(role) });
  const longName = displayNameIssue(displayName);
  if (longName) problems.push({ field: 'displayName', issue: longName });
  const hash = password?.hashFor(typed, displayName);
  if (hash?.ok === false) problems.push({ field: 'password', issue: hash.issue });
  if (!email.ok || hash?.ok === false || problems.length > 0) return { outcome: 'invalid', problems };

  const lookAlike = await lookAlikeIssue(tx, email.value);
  if (lookAlike) return invalid('email', lookAlike);
  const row = await tx.maybeOne(sql.type(created)`
    insert into rustio_user (email, display_name, password_hash, password_changed_at, must_change_password, role, kind)
    values (
      ${email.value}, ${displayName}, ${hash?.value ?? null}, case when ${hash !== undefined} then now() end,
      ${temporary && hash !== undefined}, ${role}, ${service ? 'service' : 'person'}
    )
    on conflict (lower(email)) do nothing
    returning id
  `);
  if (!row) return invalid('email', { key: 'auth.problem.emailTaken' });
  await events.record(tx, context, 'user_created', {
    subject: accountSubject({ id: row.id, email: email.value }),
    data: { after: { email: email.value, displayName, role, active: true, ...(service && { kind: 'service' }) } },
  });
  return { outcome: 'done', id: row.id, email: email.value };
}

export function unknownRole(role: string) {
  return { key: 'auth.problem.role', params: { role, roles: ROLES.join(', ') } };
}
