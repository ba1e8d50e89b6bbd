import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type App,
  type AuditContext,
  bytea,
  getSessionId,
  type Query,
  sql,
  type Transaction,
  type UserActor,
  z,
} from 'rustio-admin/plugin';
import { revokeSessions } from 'rustio-admin/sessions';

declare module 'rustio-admin/plugin' {
  interface EventData {
    second_factor_enabled: Readonly<Record<never, never>>;
    second_factor_failed: Readonly<Record<never, never>>;
  }
}
declare module 'rustio-admin/sessions' {
  interface SessionColumns {
    hasSecondFactor?: boolean;
  }
  interface TrustLevels {
    code_pending: true;
  }
  interface EndReasons {
    second_factor_enabled: true;
  }
}

export const MAX_FAILURES = 5;
const row = sql.type(z.object({ code_hash: bytea, failures: z.number() }));

const hashOf = (code: string): Buffer => createHash('sha256').update(code).digest();

export function hasCode(query: Query, userId: number): Promise<boolean> {
  return query.exists(sql.unsafe`select from second_factor_code where user_id = ${userId}`);
}

/** Enables the factor. All other sessions of the user end, since they were opened without it. */
export async function enable(
  tx: Transaction,
  context: AuditContext,
  app: App,
  user: UserActor,
  code: string,
): Promise<void> {
  await tx.query(sql.unsafe`
    insert into second_factor_code (user_id, code_hash) values (${user.id}, ${sql.binary(hashOf(code))})
    on conflict (user_id) do update set code_hash = excluded.code_hash, failures = 0
  `);
  const which = { allOf: user.id, except: getSessionId(context) };
  await revokeSessions(tx, context, app.events, { which, reason: 'second_factor_enabled', via: 'others' });
  await app.events.record(tx, context, 'second_factor_enabled', { subject: subjectOf(user), data: {} });
}

/** Checks a code under a lock: after five wrong ones no code is accepted. A wrong one is an outcome, so its count is committed. */
export async function proves(
  tx: Transaction,
  context: AuditContext,
  app: App,
  user: UserActor,
  code: string,
): Promise<boolean> {
  const stored = await tx.maybeOne(row`
    select code_hash, failures from second_factor_code where user_id = ${user.id} for update
  `);
  if (stored === null) return false;
  const hash = hashOf(code);
  const matches = stored.failures < MAX_FAILURES && timingSafeEqual(hash, stored.code_hash);
  await tx.query(sql.unsafe`
    update second_factor_code set failures = ${matches ? 0 : stored.failures + 1} where user_id = ${user.id}
  `);
  if (!matches) await app.events.record(tx, context, 'second_factor_failed', { subject: subjectOf(user), data: {} });
  return matches;
}

function subjectOf(user: UserActor) {
  return { model: 'user', key: String(user.id), label: user.name };
}
