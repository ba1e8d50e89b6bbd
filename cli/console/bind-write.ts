import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/pool.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import type { AnyModel } from '../../core/model/model.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { Removed, Values, Written } from '../../core/write/types.ts';
import { checkValues, type Key, resolveModel, toKey } from './arguments.ts';
import type { ConsoleTransaction } from './console-transaction.ts';
import { Rejected, rejectionText, type Verb } from './rejection-text.ts';

/** A record that was written or deleted. */
export interface Done {
  readonly key: string;
  readonly label: string;
}

/**
 * The `write` object of the console: `app.write` in its transaction, with its audit context. It can set fields that code may set,
 * including those that forms only show. Outcomes other than success are thrown as `Rejected`, so that they cannot be overlooked.
 */
export interface BoundWrite {
  create(model: AnyModel, values: Values): Promise<Done>;
  update(model: AnyModel, key: Key, values: Values): Promise<Done>;
  remove(model: AnyModel, key: Key): Promise<Done>;
}

export function bindWrite(app: App, context: AuditContext, transaction: ConsoleTransaction): BoundWrite {
  const change = (verb: Verb, model: ModelInfo, key: string, work: (tx: Transaction) => Promise<Written | Removed>) =>
    transaction.call(async (tx): Promise<Done> => {
      const outcome = await work(tx);
      if (outcome.outcome !== 'done')
        throw new Rejected(rejectionText(app, { verb, model, key, actor: context.actor }, outcome));
      if (!('changed' in outcome) || outcome.changed) transaction.countChange();
      return { key: 'key' in outcome ? outcome.key : key, label: outcome.label };
    });
  return {
    create: async (model, values) =>
      change('create', resolveModel(app, model), '', (tx) => app.write.create(tx, context, model, checkValues(values))),
    update: async (model, key, values) =>
      change('change', resolveModel(app, model), toKey(key), (tx) =>
        app.write.update(tx, context, model, toKey(key), checkValues(values)),
      ),
    remove: async (model, key) =>
      change('delete', resolveModel(app, model), toKey(key), (tx) => app.write.remove(tx, context, model, toKey(key))),
  };
}

/** The `write` object of a console without an account: each call explains how to start one with an account. */
export const readOnlyWrite: BoundWrite = { create: readOnly, update: readOnly, remove: readOnly };

async function readOnly(): Promise<never> {
  throw new Rejected('This console is read-only. To change data, start it with --as EMAIL --reason "…".');
}
