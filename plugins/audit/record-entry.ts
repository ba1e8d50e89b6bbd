import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { databaseError, isPermissionMissing, isTemporary } from '../../core/database/errors.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { toInet } from '../../core/database/values.ts';
import type { Models } from '../../core/model/field-type.ts';
import type { Actor } from '../../core/policy/actor.ts';
import type { RecordedEvent } from '../../core/write/events.ts';
import { countRepetition, linkEntry } from './count-repetitions.ts';
import { eraseEntries } from './erase-entries.ts';
import { entryNotStored } from './errors.ts';
import { redacted, redactedRow } from './redact.ts';
import { storedJson, storedSql } from './stored-values.ts';

const idRow = z.object({ id: z.string() });

/**
 * Writes an audit entry in the transaction of the change: neither is stored without the other. Of a repeatable event, only the
 * first occurrence within a minute is written; the others are counted.
 */
export async function recordEntry(
  tx: Transaction,
  event: RecordedEvent,
  models: Pick<Models, 'byName'>,
): Promise<void> {
  const { subject, erases } = event;
  if (event.aggregationKey === undefined) {
    await writeEntry(tx, event, models);
    // fault: trail-keeps-erased-data
    if (subject && erases) await eraseEntries(tx, subject, erases);
    return;
  }
  const first = await countRepetition(tx, event);
  if (first === undefined) return;
  const isShared = first.target === '' && event.aggregationKey !== '';
  const entry = isShared ? { ...event, subject: null, data: { several: true } } : event;
  const id = await writeEntry(tx, entry, models, sql.fragment`returning id`);
  if (id !== undefined) await linkEntry(tx, first, id);
}

/**
 * The only statement that writes the audit trail. It uses `returning` only where the id is needed, because PostgreSQL does not
 * support it on tables with some rules.
 */
async function writeEntry(
  tx: Transaction,
  { name, context, subject, data }: Pick<RecordedEvent, 'name' | 'context' | 'subject'> & { readonly data: object },
  models: Pick<Models, 'byName'>,
  returning = sql.fragment``,
): Promise<string | undefined> {
  const { before, after, ...rest } = { before: undefined, after: undefined, ...context.details, ...data };
  const fields = models.byName(subject?.model ?? '')?.fields;
  const insert = sql.type(idRow)`
    insert into rustio_audit (
      event, actor_kind, actor_id, actor_label,
      subject_model, subject_key, subject_label,
      before, after, data,
      correlation_id, credential_scheme, credential_id, address
    )
    values (
      ${name}, ${context.actor.kind}, ${actorId(context.actor)}, ${context.actor.name},
      ${subject?.model ?? null}, ${subject?.key ?? null}, ${subject?.label ?? null},
      ${snapshotSql(redactedRow(before, fields))}, ${snapshotSql(redactedRow(after, fields))},
      ${snapshotSql(redacted(Object.keys(rest).length > 0 ? rest : undefined))},
      ${context.correlationId}, ${context.credential?.scheme ?? null}, ${context.credential?.id ?? null}, ${toInet(context.ip)}::inet
    )
    ${returning}
  `;
  const { rowCount, rows } = await tx.query(insert).catch((cause: unknown) => {
    // A rejection by this table is not a problem of the submitted form.
    // fault: rejected-entry-blamed-on-form
    if (databaseError(cause) === undefined || isTemporary(cause) || isPermissionMissing(cause)) throw cause;
    throw entryNotStored({ cause, details: [`event: ${name}`] });
  });
  // A rule or a trigger can discard the row without an error.
  // fault: audit-row-swallowed
  if (rowCount !== 1) throw entryNotStored({ details: [`event: ${name}; a rule or a trigger discarded the row`] });
  return rows[0]?.id;
}

function actorId(actor: Actor): number | null {
  if (actor.kind === 'user') return actor.id;
  // Actions of jobs and tokens are attributed to the user who caused them.
  return 'onBehalfOf' in actor ? (actor.onBehalfOf?.id ?? null) : null;
}

function snapshotSql(value: unknown): FragmentSqlToken {
  return storedSql(value === undefined ? null : storedJson(value));
}
