import type { Logger } from 'pino';
import type { Transaction } from '../database/pool.ts';
import type { ExtensionOf, ExtensionValues } from '../model/extend-model.ts';
import type { ModelInfo } from '../model/field-type.ts';
import type { Problem } from '../model/issue.ts';
import type { AnyModel, Row, Update } from '../model/model.ts';
import type { AuditContext } from '../policy/actor.ts';
import type { Values } from './types.ts';

/** A change of one row, as hooks see it. Rows hold every stored field by name, decoded. */
export interface Change<R = Values, V = Values> {
  readonly context: AuditContext;
  readonly model: ModelInfo;
  readonly action: 'create' | 'update' | 'delete';
  /** The row's key as used in URLs; undefined while a row is being created. */
  readonly key: string | undefined;
  /** The row before the change, locked; undefined for a new one. */
  readonly old: R | undefined;
  /**
   * The values that the change sets; empty for a deletion. In `beforeValidate`, these are the requested values (a form sends all of
   * its fields); in `beforeSave` and `afterCommit` of an update, only those that differ from the stored ones.
   */
  readonly values: V;
}

/**
 * The result of a hook: values to set in addition to the requested ones, or problems, which reject the change and are shown at
 * their fields.
 */
export interface HookResult<V = Values, F extends string = string> {
  readonly values?: V;
  readonly problems?: readonly Problem<F>[];
}
type FieldsOf<R, V> = (keyof R | keyof V) & string;
type HookReturn<R, V> = Promise<HookResult<V, FieldsOf<R, V>> | void> | HookResult<V, FieldsOf<R, V>> | void;
type DeleteProblems<R, V> = Pick<HookResult<V, FieldsOf<R, V>>, 'problems'>;

/**
 * Hooks that run for every change of a model's rows, in the transaction of the change. They also run for rows that change because
 * of another row (`onDelete: 'cascade'` and `'setNull'`, link rows of a manyToMany). If the change is rejected, whatever hooks have
 * written is rolled back; if a hook throws, the whole transaction is.
 */
export interface ModelHooks<R = Values, V = Values> {
  /**
   * Runs before values are validated. Use it to derive and normalise values. For an update, the old row is already locked. Values
   * that hooks set are validated like requested ones, but the actor's field permissions do not apply to them.
   */
  beforeValidate?(tx: Transaction, change: Change<R, V>): HookReturn<R, V>;
  /**
   * Runs after validation and before the row is written, while the row is locked, but not for an update that changes nothing.
   * Values that it sets are validated.
   */
  beforeSave?(tx: Transaction, change: Change<R, V>): HookReturn<R, V>;
  /** Runs before a row is deleted. Problems prevent the whole deletion, including that of other rows. */
  beforeDelete?(
    tx: Transaction,
    change: Change<R, V>,
  ): Promise<DeleteProblems<R, V> | void> | DeleteProblems<R, V> | void;
  /** Runs after the commit, for what must not be part of the transaction: emails, other systems. Errors are logged. */
  afterCommit?(change: Change<R, V> & { readonly key: string; readonly row: R | undefined }): Promise<void> | void;
}

/** Hooks and the model that they apply to; created with `hooksFor`. */
export interface ModelHook {
  readonly model: AnyModel | '*';
  readonly hooks: ModelHooks;
}

/** A hook and the plugin that it belongs to. */
export interface OwnedHook extends ModelHook {
  readonly owner: string;
  /** Receives warnings about the hook that must not fail the change. */
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
