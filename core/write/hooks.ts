import type { Logger } from 'pino';
import type { AuditContext } from '../actor.ts';
import type { Transaction } from '../database/pool.ts';
import type { ExtensionOf, ExtensionValues } from '../model/extend-model.ts';
import type { AnyModel, Row, Update } from '../model/model.ts';
import type { ModelInfo } from '../model/registry.ts';
import type { Problem } from './types.ts';
import type { Values } from './write.ts';

/** A change of one row, as hooks see it. Rows hold every stored field by name, as code has it. */
export interface Change<R = Values, V = Values> {
  readonly context: AuditContext;
  readonly model: ModelInfo;
  readonly action: 'create' | 'update' | 'delete';
  /** The row's key as it is in URLs; undefined while a row is being created. */
  readonly key: string | undefined;
  /** The row as it was, under a lock; undefined for a new one. */
  readonly old: R | undefined;
  /**
   * What the change sets; empty for a deletion. Before validation these are the values as they were given (a form gives all of
   * its fields); in `beforeSave` and `afterCommit` of an update only those that differ from the stored ones.
   */
  readonly values: V;
}

/** What a hook returns: values to set beside those given, or problems that reject the change at their fields. */
export interface HookResult<V = Values, F extends string = string> {
  readonly values?: V;
  readonly problems?: readonly Problem<F>[];
}
type FieldsOf<R, V> = (keyof R | keyof V) & string;
type Answer<R, V> = Promise<HookResult<V, FieldsOf<R, V>> | void> | HookResult<V, FieldsOf<R, V>> | void;
type Objection<R, V> = Pick<HookResult<V, FieldsOf<R, V>>, 'problems'>;

/**
 * What a plugin does around every change of a model's rows, in the transaction of the change. Rows that go along with another one
 * (`onDelete: 'cascade'` and `'setNull'`, pairs of a many-to-many) pass through the same hooks. When the change is refused, what
 * a hook wrote is undone; when a hook throws, the whole transaction is.
 */
export interface ModelHooks<R = Values, V = Values> {
  /**
   * Before values are validated: derive and normalise here. Of an update the old row is locked already. Values that hooks set are
   * validated like given ones, and are not subject to the actor's rights to fields.
   */
  beforeValidate?(tx: Transaction, change: Change<R, V>): Answer<R, V>;
  /**
   * After validation, under the row's lock, before it is written; not for an update that changes nothing. Values that it sets are
   * validated.
   */
  beforeSave?(tx: Transaction, change: Change<R, V>): Answer<R, V>;
  /** Before a row is deleted. Problems keep it, and everything that hangs on it. */
  beforeDelete?(tx: Transaction, change: Change<R, V>): Promise<Objection<R, V> | void> | Objection<R, V> | void;
  /** Once the transaction is committed, for what must not be part of it: mails, other systems. An error is logged. */
  afterCommit?(change: Change<R, V> & { readonly key: string; readonly row: R | undefined }): Promise<void> | void;
}

/** Hooks with the model that they are for; made with `hooksFor`. */
export interface ModelHook {
  readonly model: AnyModel | '*';
  readonly hooks: ModelHooks;
}

/** A hook with the plugin that it is of. */
export interface OwnedHook extends ModelHook {
  readonly owner: string;
  /** Where mistakes of the hook are reported that must not fail the change. */
  readonly log?: Pick<Logger, 'warn'>;
}

/**
 * Hooks for one model, with typed rows, or for every model (`'*'`).
 *
 * @example
 * hooks: () => [
 *   hooksFor(Order, {
 *     beforeSave: (tx, { old, values }) =>
 *       old?.status === 'shipped' && values.address !== undefined
 *         ? { problems: [{ field: 'address', issue: { key: 'orders.problem.shipped' } }] }
 *         : undefined,
 *   }),
 * ],
 */
export function hooksFor<M extends AnyModel>(
  model: M,
  hooks: ModelHooks<Row<M> & ExtensionOf<M>, Update<M> & ExtensionValues<M>>,
): ModelHook;
export function hooksFor(model: '*', hooks: ModelHooks): ModelHook;
export function hooksFor(model: AnyModel | '*', hooks: object): ModelHook {
  // The hooks of a model are only ever called with rows of that model.
  return { model, hooks: hooks as ModelHooks };
}
