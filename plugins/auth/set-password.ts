import { sql } from 'slonik';
import type { AuditContext } from '../../core/actor.ts';
import type { Transaction } from '../../core/database/pool.ts';
import type { Events } from '../../core/events.ts';
import { lockAccount, subjectOf } from './account.ts';
import { crossRankIssue } from './authority-guards.ts';
import { invalid, type Outcome } from './outcome.ts';
import { hashPassword } from './password-hash.ts';
import { passwordIssue } from './password-policy.ts';

/**
 * Sets a password that meets the policy. One's own is recorded as `password_changed_self`, anybody else's as
 * `password_reset_by_other`; the plugin sessions ends sessions on these events. The caller has verified the old password of a user
 * who changes their own.
 *
 * @example
 * const set = await app.database.transaction((tx) => setPassword(tx, context, app.events, userId, password));
 */
export async function setPassword(
  tx: Transaction,
  cause: AuditContext,
  events: Events,
  id: number,
  password: string,
): Promise<Outcome> {
  const account = await lockAccount(tx, id);
  if (!account) return { outcome: 'missing' };
  const issue = crossRankIssue(cause.actor, account);
  if (issue) return { outcome: 'refused', issue };
  const weak = passwordIssue(password, account.email);
  if (weak) return invalid('password', weak);

  const hash = await hashPassword(password);
  await tx.query(sql.unsafe`
    update rustio_user
    set password_hash = ${hash}, password_changed_at = now(), updated_at = now()
    where id = ${id}
  `);
  const own = cause.actor.kind === 'person' && cause.actor.id === id;
  await events.record(tx, cause, own ? 'password_changed_self' : 'password_reset_by_other', {
    subject: subjectOf(account),
    data: {},
  });
  return { outcome: 'done' };
}
