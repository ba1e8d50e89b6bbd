import type { Transaction } from '../database/transaction.ts';
import type { ModelInfo } from '../model/field-type.ts';
import type { AuditContext } from '../policy/actor.ts';
import type { Removed, Written } from './types.ts';
import type { WriteAction, WriteDependencies } from './writer.ts';

/** A requested change. */
export interface RequestedChange {
  readonly action: WriteAction;
  readonly model: ModelInfo;
  /** Undefined for a new row. */
  readonly key?: string;
}

/**
 * Records `change_denied` if the change failed for lack of permission. The event is written after the transaction of the change,
 * which is usually rolled back. Anonymous actors are not recorded, because anyone can send such requests.
 */
export function recordDeniedChange(
  { database, events }: Pick<WriteDependencies, 'database' | 'events'>,
  tx: Transaction,
  context: AuditContext,
  outcome: Written | Removed,
  { action, model: { name: model }, key }: RequestedChange,
): void {
  // fault: denied-change-not-recorded
  if (database === undefined || context.actor.kind === 'anonymous' || !isDenied(outcome)) return;
  const subject = key === undefined ? null : { model, key, label: key };
  const event = { subject, data: { action, model }, aggregationKey: `${action} ${model} ${key ?? ''}` };
  tx.afterEnd(() => database.transaction((own) => events.record(own, context, 'change_denied', event)));
}

function isDenied(outcome: Written | Removed): boolean {
  if (outcome.outcome === 'forbidden') return true;
  return outcome.outcome === 'invalid' && outcome.problems.some(({ issue }) => issue.key === 'problem.forbidden');
}
