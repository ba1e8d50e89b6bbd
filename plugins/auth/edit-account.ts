import { sql } from 'slonik';
import type { Transaction } from '../../core/database/transaction.ts';
import { isTimeZone } from '../../core/model/calendar.ts';
import type { Problem } from '../../core/model/issue.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { Events } from '../../core/write/events.ts';
import {
  type Account,
  accountSubject,
  displayNameIssue,
  parseEmail,
  parseServiceEmail,
  toDisplayName,
} from './account.ts';
import { crossRankIssue } from './authority-guards.ts';
import type { AccountChanged } from './change-account.ts';
import { lockForChange } from './lock-for-change.ts';
import { lookAlikeIssue } from './look-alikes.ts';
import { invalid, rejected } from './outcome.ts';
import { loadPreferences } from './preferences.ts';

/** The fields of an account that do not affect its permissions. Omitted ones do not change. */
export interface AccountEdit {
  readonly email?: string;
  /** The user has opened a link that was sent to the new address. Without it, users cannot change their own address. */
  readonly isEmailProven?: true;
  readonly displayName?: string | null;
  /** A language of the application; null: the default. */
  readonly locale?: string | null;
  /** An IANA time zone; null: the default. */
  readonly timeZone?: string | null;
}

/**
 * Changes the address, name and preferences of the user's own account or of one with a lower role. Recorded as `user_updated`, with
 * only the changed values.
 *
 * @example
 * await editAccount(tx, auditContext(ctx), app.events, userId, { displayName: 'Ana Silva', timeZone: 'Europe/Lisbon' });
 */
export async function editAccount(
  tx: Transaction,
  requestContext: AuditContext,
  events: Events,
  id: number,
  edit: AccountEdit,
): Promise<AccountChanged> {
  const locked = await lockForChange(tx, requestContext, events, id, crossRankIssue);
  if ('outcome' in locked) return locked;
  const { account, context } = locked;
  const before = { email: account.email, displayName: account.displayName, ...(await loadPreferences(tx, id)) };
  const { values: after, problems } = await parsed(tx, account, edit, before);
  if (problems.length > 0) return { outcome: 'invalid', problems };
  const isOwn = context.actor.kind === 'user' && context.actor.id === id;
  // fault: own-address-unproven
  if (after.email !== before.email && isOwn && edit.isEmailProven !== true) return rejected('auth.rejected.ownEmail');
  const changed = FIELDS.filter((name) => after[name] !== before[name]);
  if (changed.length === 0) return { outcome: 'done', changed: false };
  const taken = await tx.exists(sql.unsafe`
    select from rustio_user where lower(email) = lower(${after.email}) and id <> ${id}
  `);
  if (taken) return invalid('email', { key: 'auth.problem.emailTaken' });
  await tx.query(sql.unsafe`
    update rustio_user
    set
      email = ${after.email}, display_name = ${after.displayName}, locale = ${after.locale},
      time_zone = ${after.timeZone}, updated_at = now()
    where id = ${id}
  `);
  const only = (values: typeof before) => Object.fromEntries(changed.map((name) => [name, values[name]]));
  await events.record(tx, context, 'user_updated', {
    subject: accountSubject({ id, email: after.email }),
    data: { before: only(before), after: only(after) },
  });
  return { outcome: 'done', changed: true };
}

const FIELDS = ['email', 'displayName', 'locale', 'timeZone'] as const;
type Values = Required<{ -readonly [N in keyof Omit<AccountEdit, 'isEmailProven'>]: AccountEdit[N] }> & {
  email: string;
};

async function parsed(
  tx: Transaction,
  account: Account,
  edit: AccountEdit,
  before: Values,
): Promise<{ readonly values: Values; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const values: Values = { ...before };
  if (edit.email !== undefined && edit.email.trim() !== account.email) {
    const email = account.service ? parseServiceEmail(edit.email) : parseEmail(edit.email);
    const problem = email.ok ? await lookAlikeIssue(tx, email.value, account.id) : email.issue;
    if (problem) problems.push({ field: 'email', issue: problem });
    if (email.ok) values.email = email.value;
  }
  // Values that the account already has are not validated: they may come from other programs, or from an earlier version of Node.
  if (edit.displayName !== undefined && edit.displayName !== before.displayName) {
    values.displayName = toDisplayName(edit.displayName);
    const problem = displayNameIssue(values.displayName);
    if (problem) problems.push({ field: 'displayName', issue: problem });
  }
  if (edit.locale !== undefined && edit.locale !== before.locale) {
    values.locale = edit.locale || null;
    if (values.locale !== null && !/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(values.locale))
      problems.push({ field: 'locale', issue: { key: 'auth.problem.locale' } });
  }
  if (edit.timeZone !== undefined && edit.timeZone !== before.timeZone) {
    values.timeZone = edit.timeZone || null;
    if (values.timeZone !== null && !isTimeZone(values.timeZone))
      problems.push({ field: 'timeZone', issue: { key: 'auth.problem.timeZone' } });
  }
  return { values, problems };
}
