import type { AuditContext } from '../actor.ts';
import type { Transaction } from '../database/pool.ts';
import type { ExtensionValues } from '../model/extend-model.ts';
import type { AnyModel, Insert, Update } from '../model/model.ts';
import type { ModelInfo } from '../model/registry.ts';
import type { Removed, Written } from './types.ts';

/** Values by field name, as code has them (typed by the model for those who write code, plain for forms). */
export type Values = Readonly<Record<string, unknown>>;

/**
 * Changes rows for an actor: validates, checks the right to the model, the fields, the old and the new row, compares the version,
 * runs hooks, writes, and records the event, all in the caller's transaction. A manyToMany takes an array of keys.
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
  /** The same for code that knows the model only at run time: forms, imports. */
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
