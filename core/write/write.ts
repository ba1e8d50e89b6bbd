import type { Transaction } from '../database/pool.ts';
import { isRepresentable } from '../database/representable.ts';
import type { ExtensionValues } from '../model/extend-model.ts';
import type { ModelInfo } from '../model/field-type.ts';
import { parseKey } from '../model/key.ts';
import type { AnyModel, Insert, Update } from '../model/model.ts';
import type { AuditContext } from '../policy/actor.ts';
import { PLAIN_LABEL_FORMAT } from '../query/label-format.ts';
import { createRow } from './create-row.ts';
import { type RequestedChange, recordDeniedChange } from './denied-changes.ts';
import { removeRow } from './remove-row.ts';
import type { Removed, Values, Written } from './types.ts';
import { type RequestedUpdate, updateRow } from './update-row.ts';
import type { Source, WriteDependencies } from './writer.ts';

/**
 * Changes rows for an actor: re-reads the actor, validates, checks permissions for the model, the fields and the old and new row,
 * compares the version, runs hooks, writes, and records the event, all in the caller's transaction. The value of a manyToMany is an
 * array of keys.
 *
 * @example
 * const written = await app.write.update(tx, auditContext(ctx), Order, key, { status: 'shipped' }, version);
 * if (written.outcome === 'conflict') showConflict(ctx, written.fields);
 */
export interface Write {
  create<M extends AnyModel>(
    tx: Transaction,
    context: AuditContext,
    model: M,
    values: Insert<M> & ExtensionValues<M>,
  ): Promise<Written>;
  update<M extends AnyModel>(
    tx: Transaction,
    context: AuditContext,
    model: M,
    key: string,
    values: Update<M> & ExtensionValues<M>,
    version?: string,
  ): Promise<Written>;
  remove(tx: Transaction, context: AuditContext, model: AnyModel, key: string, version?: string): Promise<Removed>;
  /** Creates a row for code that knows the model only at run time: forms, imports. */
  createAny(tx: Transaction, context: AuditContext, model: ModelInfo, values: Values): Promise<Written>;
  updateAny(
    tx: Transaction,
    context: AuditContext,
    model: ModelInfo,
    key: string,
    values: Values,
    version?: string,
  ): Promise<Written>;
}

/** The implementation of `Write`. */
export function createWrite(dependencies: WriteDependencies): Write {
  const { models, events, labelFormat = PLAIN_LABEL_FORMAT } = dependencies;
  /** Every write uses the current permissions of its actor, not those at the beginning of the request. */
  const withCurrentActor = async <Outcome extends Written | Removed>(
    tx: Transaction,
    context: AuditContext,
    requested: RequestedChange,
    work: (current: AuditContext) => Promise<Outcome>,
  ): Promise<Outcome | { readonly outcome: 'forbidden' | 'missing' }> => {
    // A key with a character that the database encoding does not support cannot match any row, and cannot be stored in the audit trail.
    const key = requested.key === undefined ? '' : (parseKey(requested.model, requested.key) ?? []).join('');
    // fault: write-of-unrepresentable-key
    if (!(await isRepresentable(tx, key))) return { outcome: 'missing' };
    // fault: write-with-old-rights
    const current = await events.currentContext(tx, context);
    const outcome = current === undefined ? ({ outcome: 'forbidden' } as const) : await work(current);
    recordDeniedChange(dependencies, tx, context, outcome, requested);
    return outcome.outcome === 'done' ? { ...outcome, label: labelFormat.format(outcome.label) } : outcome;
  };
  const add = (tx: Transaction, context: AuditContext, model: ModelInfo, values: Values, source: Source) =>
    withCurrentActor<Written>(tx, context, { action: 'add', model }, (current) =>
      createRow(dependencies, tx, current, { model, values, source }),
    );
  const change = (tx: Transaction, context: AuditContext, update: RequestedUpdate) =>
    withCurrentActor<Written>(tx, context, { action: 'change', model: update.model, key: update.key }, (current) =>
      updateRow(dependencies, tx, current, update),
    );
  return {
    create: (tx, context, model, values) => add(tx, context, models.of(model), { ...values }, 'code'),
    update: (tx, context, model, key, values, version) =>
      change(tx, context, { model: models.of(model), key, version, values: { ...values }, source: 'code' }),
    remove: (tx, context, model, key, version) =>
      withCurrentActor<Removed>(tx, context, { action: 'delete', model: models.of(model), key }, (current) =>
        removeRow(dependencies, tx, current, models.of(model), { key, version }),
      ),
    createAny: (tx, context, model, values) => add(tx, context, model, values, 'form'),
    updateAny: (tx, context, model, key, values, version) =>
      change(tx, context, { model, key, version, values, source: 'form' }),
  };
}
