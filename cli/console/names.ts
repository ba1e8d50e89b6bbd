import { sql } from 'slonik';
import type { App } from '../../core/app.ts';
import type { AnyModel } from '../../core/model/model.ts';
import type { ActingAs } from './acting-as.ts';
import { bindQuery } from './bind-query.ts';
import { bindRecords } from './bind-records.ts';
import { bindWrite, readOnlyWrite } from './bind-write.ts';
import type { ConsoleTransaction } from './console-transaction.ts';
import { markAsText } from './show-value.ts';

export type Names = Readonly<Record<string, PropertyDescriptor>>;

/** The global names of a console. If a model's name is already a global (`Event`), it is available only in `models`. */
export function createNames(app: App, acting: ActingAs, transaction: ConsoleTransaction): Names {
  const { context, isReadOnly } = acting;
  const models = modelsByName(app);
  const values = {
    app,
    models,
    records: bindRecords(app, context.actor, transaction),
    write: isReadOnly ? readOnlyWrite : bindWrite(app, context, transaction),
    query: bindQuery(app, context.actor, transaction),
    sql,
    context,
    ...Object.fromEntries(Object.entries(models).filter(([name]) => !(name in globalThis))),
  };
  // Not shown in full because its environment contains the secret keys.
  markAsText(app, `app: ${Object.keys(app).join(', ')}`);
  markAsText(models, `models: ${Object.keys(models).join(', ')}`);
  for (const { name, model, fields } of app.models.all)
    markAsText(model, `model ${name}: ${[...fields.keys()].join(', ')}`);
  const names = Object.entries(values).map(([name, value]) => [name, { value, writable: true, configurable: true }]);
  return { ...Object.fromEntries(names), tx: { get: () => transaction.tx, configurable: true } };
}

/** The declared models, by the name that they usually have in the project's code: `orderLine` is `OrderLine`. */
export function modelsByName(app: Pick<App, 'models'>): Readonly<Record<string, AnyModel>> {
  return Object.fromEntries(app.models.all.map(({ name, model }) => [toIdentifier(name), model]));
}

export function toIdentifier(modelName: string): string {
  return modelName.charAt(0).toUpperCase() + modelName.slice(1);
}

/** Defines the names globally; returns a function that removes them. */
export function defineNames(names: Names): () => void {
  Object.defineProperties(globalThis, names);
  return () => {
    for (const name of Object.keys(names)) Reflect.deleteProperty(globalThis, name);
  };
}
