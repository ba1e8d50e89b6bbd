import { sql } from 'slonik';
import type { Actor } from '../../core/actor.ts';
import { inetOf } from '../../core/database/inet.ts';
import type { Transaction } from '../../core/database/pool.ts';
import type { RecordedEvent } from '../../core/events.ts';
import { redacted } from './redact.ts';

/**
 * Writes what happened, in the transaction in which it happened: no change without its row, and no row without its change.
 * This is the one statement that writes the trail.
 */
export async function recordEntry(
  tx: Transaction,
  { name, context: cause, subject, data }: RecordedEvent,
): Promise<void> {
  const { before, after, ...rest } = { before: undefined, after: undefined, ...data };
  await tx.query(sql.unsafe`
    insert into rustio_audit (
      event, actor_kind, actor_id, actor_label,
      subject_model, subject_key, subject_label,
      before, after, data,
      correlation_id, credential_scheme, credential_id, address
    )
    values (
      ${name}, ${cause.actor.kind}, ${idOf(cause.actor)}, ${cause.actor.name},
      ${subject?.model ?? null}, ${subject?.key ?? null}, ${subject?.label ?? null},
      ${jsonOf(before)}::jsonb, ${jsonOf(after)}::jsonb, ${jsonOf(Object.keys(rest).length > 0 ? rest : undefined)}::jsonb,
      ${cause.correlationId}, ${cause.credential?.scheme ?? null}, ${cause.credential?.id ?? null}, ${inetOf(cause.ip)}::inet
    )
  `);
}

function idOf(actor: Actor): number | null {
  if (actor.kind === 'person') return actor.id;
  // What a job or token does is found with what the person did who caused it.
  return 'onBehalfOf' in actor ? (actor.onBehalfOf?.id ?? null) : null;
}

function jsonOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(redacted(value));
}
