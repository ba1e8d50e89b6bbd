import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import { BATCH, inBatches } from '../../core/database/batches.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { EventHandlers, Events, Subject } from '../../core/write/events.ts';
import { accountOf, accountSubject, lockAccount } from '../auth/account.ts';
import { type Outcome, rejected } from '../auth/outcome.ts';
import { accountId } from '../auth/user-actor.ts';
import { revocationIssue } from './token-guards.ts';

// The only file that ends tokens.

/** Why a token ended before it had expired. */
export type TokenEnd = 'revoked' | 'deactivated' | 'locked' | 'password_reset_by_other' | 'password_recovered';

const endedRow = z.object({ public_id: z.string(), name: z.string(), user_id: accountId, email: z.string() });

/** Ends the usable tokens of an account, or one of them, and records `token_revoked` for each. Returns their number. */
async function endTokens(
  tx: Transaction,
  context: AuditContext,
  events: Events,
  { userId, id, reason }: { readonly userId: number; readonly id?: string; readonly reason: TokenEnd },
): Promise<number> {
  // `for update` waits until writes of the token have been committed: `currentActor` holds a key share lock.
  // fault: foreign-token
  const ended = await tx.any(sql.type(endedRow)`
    with ending as (
      select t.id
      from rustio_token t
      where t.user_id = ${userId}
        and t.public_id = coalesce(${id ?? null}, t.public_id)
        and t.ended_at is null
        and t.expires_at > now()
      order by t.id
      for update
    )
    update rustio_token t
    set ended_at = now(), ended_reason = ${reason}
    from ending, rustio_user u
    where t.id = ending.id and u.id = t.user_id
    returning t.public_id, t.name, t.user_id, u.email
  `);
  for (const { public_id, name, user_id, email } of ended)
    await events.record(tx, context, 'token_revoked', {
      subject: accountSubject({ id: user_id, email }),
      data: { id: public_id, name, reason },
    });
  return ended.length;
}

/**
 * Revokes a token, by its public id. Users revoke their own; administrators those of accounts with a lower role. `missing` for a token of
 * another account, for an unknown one, and for one that has expired or was revoked before.
 *
 * @example
 * const revoked = await app.database.transaction((tx) => revokeToken(tx, auditContext(ctx), app.events, { userId, id }));
 */
export async function revokeToken(
  tx: Transaction,
  requestContext: AuditContext,
  events: Events,
  { userId, id }: { readonly userId: number; readonly id: string },
): Promise<Outcome> {
  const account = await lockAccount(tx, userId);
  if (!account) return { outcome: 'missing' };
  const context = await events.currentContext(tx, requestContext);
  if (!context) return rejected('tokens.rejected.notAllowed');
  const issue = revocationIssue(context.actor, account);
  if (issue) return { outcome: 'rejected', issue };
  const ended = await endTokens(tx, context, events, { userId, id, reason: 'revoked' });
  return ended === 0 ? { outcome: 'missing' } : { outcome: 'done' };
}

/**
 * Ends the tokens of an account in the transaction that deactivates, locks or erases it, or sets its password, unless its signed-in user
 * sets the password: somebody else may have created the tokens. If the account gets a lower role or fewer permissions, its tokens are
 * kept and lose the same permissions.
 */
export function endOnAuthorityChanges(app: App): EventHandlers {
  const end = (tx: Transaction, context: AuditContext, subject: Subject | null, reason: TokenEnd) =>
    endTokens(tx, context, app.events, { userId: accountOf(subject), reason });
  return {
    async user_updated(tx, { context, subject, data: { after } }) {
      // fault: token-of-deactivated
      if (after.active === false) await end(tx, context, subject, 'deactivated');
    },
    async account_locked(tx, { context, subject }) {
      await end(tx, context, subject, 'locked');
    },
    async password_reset_by_other(tx, { context, subject }) {
      await end(tx, context, subject, 'password_reset_by_other');
    },
    async password_changed_self(tx, { context, subject }) {
      // fault: token-survives-recovery
      if (context.credential?.scheme !== 'session') await end(tx, context, subject, 'password_recovered');
    },
    async user_erased(tx, { subject }) {
      await tx.query(sql.unsafe`delete from rustio_token where user_id = ${accountOf(subject)}`);
    },
  };
}

const RETENTION = '90 days';

/** Deletes tokens that expired or ended long ago; the audit trail keeps their history. */
export async function deleteOldTokens({ database }: Pick<App, 'database'>, signal?: AbortSignal): Promise<void> {
  await inBatches(signal, async () => {
    const { rowCount } = await database.query(sql.unsafe`
      delete from rustio_token
      where id in (
        select id from rustio_token
        where least(expires_at, ended_at) < now() - ${RETENTION}::interval
        limit ${BATCH}
        for update skip locked
      )
    `);
    return rowCount;
  });
}
