import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type App,
  type AuditContext,
  bytea,
  type Person,
  type Query,
  sessionIdOf,
  sql,
  type Transaction,
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
}

export const MAX_FAILURES = 5;
const row = sql.type(z.object({ code_hash: bytea, failures: z.number() }));

const hashOf = (code: string): Buffer => createHash('sha256').update(code).digest();

export function hasCode(query: Query, userId: number): Promise<boolean> {
  return query.exists(sql.unsafe`select from second_factor_code where user_id = ${userId}`);
}

/** Switches the factor on. Every other session of the person ends: who is in without it must not stay in. */
export async function enable(
  tx: Transaction,
  context: AuditContext,
  app: App,
  person: Person,
  code: string,
): Promise<void> {
  await tx.query(sql.unsafe`
    insert into second_factor_code (user_id, code_hash) values (${person.id}, ${sql.binary(hashOf(code))})
    on conflict (user_id) do update set code_hash = excluded.code_hash, failures = 0
  `);
  const which = { allOf: person.id, except: sessionIdOf(context) };
  await revokeSessions(tx, context, app.events, { which, reason: 'mfa_enabled', via: 'second_factor' });
  await app.events.record(tx, context, 'second_factor_enabled', { subject: subjectOf(person), data: {} });
}

/** Checks a code under a lock: five wrong ones and no further code counts. A wrong one is an outcome, so its count is committed. */
export async function proves(
  tx: Transaction,
  context: AuditContext,
  app: App,
  person: Person,
  code: string,
): Promise<boolean> {
  const stored = await tx.maybeOne(row`
    select code_hash, failures from second_factor_code where user_id = ${person.id} for update
  `);
  if (stored === null) return false;
  const given = hashOf(code);
  const matches = stored.failures < MAX_FAILURES && timingSafeEqual(given, stored.code_hash);
  await tx.query(sql.unsafe`
    update second_factor_code set failures = ${matches ? 0 : stored.failures + 1} where user_id = ${person.id}
  `);
  if (!matches) await app.events.record(tx, context, 'second_factor_failed', { subject: subjectOf(person), data: {} });
  return matches;
}

function subjectOf(person: Person) {
  return { model: 'user', key: String(person.id), label: person.name };
}
