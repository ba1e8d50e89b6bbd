import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { RenamedModelSql } from '../../core/migrate/renamed-model.ts';
import type { Problem } from '../../core/model/issue.ts';
import { countCharacters, toNfc } from '../../core/model/plain-text.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import { accountSubject, lockAccount } from '../auth/account.ts';
import { tableOfPermission } from '../auth/grants.ts';
import { invalid, type Outcome, rejected } from '../auth/outcome.ts';
import { renamePermissionsSql } from '../auth/renamed-model.ts';
import { findUserActor } from '../auth/user-actor.ts';
import { usable } from './load-token.ts';
import { newToken } from './token.ts';
import { creationIssue, scopeIssue } from './token-guards.ts';

const MAX_NAME_LENGTH = 100;
/** Not allowed in names, because they are printed in terminals. */
const CONTROL = /\p{C}/u;

/** A token to be created. */
export interface TokenRequest {
  /** The account that the token acts for. */
  readonly userId: number;
  /** What it is used for, such as `Nightly import`. */
  readonly name: string;
  /** The permissions that the token is limited to. Without any, it only identifies its account. */
  readonly permissions: readonly string[];
  /** How long it is valid. @defaultValue the plugin's option `defaultDays` */
  readonly days?: number;
}

/** The parts of an application that tokens need. */
export type TokenApp = Pick<App, 'events' | 'permissions' | 'models' | 'policy' | 'options'>;

const createdRow = z.object({ id: z.string(), expires_at: z.string() });

/**
 * Creates a token and records `token_created`. Users create tokens for themselves, administrators for service accounts with a lower
 * role, the command line for both. Nobody can give a token a permission that they or the account do not hold. `text` is the token,
 * of which the database has only a hash.
 *
 * @example
 * const created = await app.database.transaction((tx) =>
 *   createToken(tx, auditContext(ctx), app, { userId, name: 'Nightly import', permissions: ['order.add'] }),
 * );
 */
export async function createToken(
  tx: Transaction,
  requestContext: AuditContext,
  app: TokenApp,
  { userId, name: typed, permissions: requested, days: chosen }: TokenRequest,
): Promise<Outcome<{ readonly id: string; readonly text: string; readonly expiresAt: string }>> {
  // Concurrent requests create tokens one after the other, so that they cannot exceed the limit together.
  const account = await lockAccount(tx, userId);
  if (!account) return { outcome: 'missing' };
  const context = await app.events.currentContext(tx, requestContext);
  if (!context) return rejected('tokens.rejected.notAllowed');
  const issue = creationIssue(context.actor, account);
  if (issue) return { outcome: 'rejected', issue };
  const owner = await findUserActor(tx, userId);
  if (!owner) return rejected('tokens.rejected.inactive');

  const { defaultDays, maxDays, maxTokens } = app.options('tokens');
  const name = toNfc(typed.trim());
  const days = chosen ?? defaultDays;
  const problems: Problem[] = [];
  // fault: control-characters-in-token-name
  if (name === '' || countCharacters(name) > MAX_NAME_LENGTH || CONTROL.test(name))
    problems.push({ field: 'name', issue: { key: 'tokens.problem.name', params: { max: MAX_NAME_LENGTH } } });
  // fault: token-without-end
  if (!Number.isInteger(days) || days < 1 || days > maxDays)
    problems.push({ field: 'days', issue: { key: 'tokens.problem.days', params: { max: maxDays } } });
  const permissions = [...new Set(requested)].toSorted();
  const scope = scopeIssue(app, context.actor, owner, permissions);
  if (scope) problems.push({ field: 'permission', issue: scope });
  if (problems.length > 0) return { outcome: 'invalid', problems };
  const count = await tx.oneFirst(sql.type(z.object({ count: z.number() }))`
    select count(*)::integer as count from rustio_token t where t.user_id = ${userId} and ${usable}
  `);
  if (count >= maxTokens) return invalid('name', { key: 'tokens.problem.tooMany', params: { max: maxTokens } });

  const token = newToken();
  const created = await tx.one(sql.type(createdRow)`
    insert into rustio_token (public_id, user_id, name, token_hash, expires_at)
    values (${token.id}, ${userId}, ${name}, ${sql.binary(token.hash)}, now() + make_interval(hours => ${24 * days}))
    returning id, to_json(expires_at) #>> '{}' as expires_at
  `);
  const relations = permissions.map((permission) => tableOfPermission(app, permission));
  await tx.query(sql.unsafe`
    insert into rustio_token_permission (token_id, permission, relation)
    select ${created.id}::bigint, given.permission, to_regclass(given.relation)
    from unnest(${sql.array(permissions, 'text')}, ${sql.array(relations, 'text')}) as given (permission, relation)
  `);
  const expiresAt = new Date(created.expires_at).toISOString();
  await app.events.record(tx, context, 'token_created', {
    subject: accountSubject(account),
    data: { id: token.id, name, permissions, expiresAt },
  });
  return { outcome: 'done', id: token.id, text: token.text, expiresAt };
}

/** Renames the permissions of tokens when a model is renamed. */
export const renamedModel: RenamedModelSql = {
  name: 'token-permissions',
  sql: ({ from, to, verbs }) =>
    verbs.length === 0 ? [] : [renamePermissionsSql('rustio_token_permission', 'token_id', { from, to, verbs })],
};
