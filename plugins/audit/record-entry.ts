import { sql } from 'slonik';
import type { Actor } from '../../core/actor.ts';
import type { Transaction } from '../../core/database/pool.ts';
import type { RecordedEvent } from '../../core/events.ts';
import { inetOf } from '../auth/inet.ts';
import { redacted } from './redact.ts';

/**
 * Writes what happened, in the transaction in which it happened: no change without its row, and no row without its change.
 * This is the one statement that writes the trail.
 */
export async function recordEntry(tx: Transaction, { name, cause, subject, data }: RecordedEvent): Promise<void> {
  const { before, after, ...rest } = { before: undefined, after: undefined, ...data };
  await tx.query(sql.unsafe`
    insert into rustio_audit (
      event, actor_kind, actor_id, actor_label,
      subject_model, subject_key, subject_label,
      before, after, data,
      correlation_id, session_id, address
    )
    values (
      ${name}, ${cause.actor.kind}, ${idOf(cause.actor)}, ${cause.actor.name},
      ${subject?.model ?? null}, ${subject?.key ?? null}, ${subject?.label ?? null},
      ${jsonOf(before)}::jsonb, ${jsonOf(after)}::jsonb, ${jsonOf(Object.keys(rest).length > 0 ? rest : undefined)}::jsonb,
      ${cause.correlationId}, ${cause.sessionId}::uuid, ${inetOf(cause.address)}::inet
    )
  `);
}

function idOf(actor: Actor): number | null {
  return actor.kind === 'person' ? actor.id : null;
}

function jsonOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(redacted(value));
}
