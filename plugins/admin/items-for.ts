import type { App } from '../../core/app.ts';
import type { BootProblem } from '../../core/errors/boot.ts';
import type { ExtensionPoints } from '../../core/extension-points.ts';
import { isAllowed } from '../../core/http/layout.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import type { Context } from '../../core/request/context.ts';
import type { ForModels, ModelContribution } from './extension-points.ts';

export const MODEL_POINTS = [
  'record.panels',
  'record.actions',
  'record.tabs',
  'list.columns',
  'list.filters',
  'list.actions',
  'list.links',
  'form.sections',
] as const satisfies readonly (keyof ExtensionPoints)[];
export type ModelPoint = (typeof MODEL_POINTS)[number];

type Items = { readonly [P in ModelPoint]: readonly ExtensionPoints[P][] };
const byModel = new WeakMap<App, Map<ModelInfo, Items>>();

/** The items of all extension points for this model, regardless of the user. Computed once per model. */
export function itemsFor(app: App, model: ModelInfo): Items {
  const cache = byModel.get(app) ?? new Map<ModelInfo, Items>();
  byModel.set(app, cache);
  let items = cache.get(model);
  if (!items) {
    const of = <P extends ModelPoint>(point: P) => app.contributions(point).filter((item) => isFor(item.models, model));
    items = {
      'record.panels': of('record.panels'),
      'record.actions': of('record.actions'),
      'record.tabs': of('record.tabs'),
      'list.columns': of('list.columns'),
      'list.filters': of('list.filters'),
      'list.actions': of('list.actions'),
      'list.links': of('list.links'),
      'form.sections': of('form.sections'),
    };
    cache.set(model, items);
  }
  return items;
}

/** The items that this user can see. `ctx.state.model` is the model of the page. */
export function allowed<I extends ModelContribution>(ctx: Context, app: App, items: readonly I[]): readonly I[] {
  return items.length === 0 ? items : items.filter((item) => isAllowed(ctx, app, item));
}

function isFor(models: ForModels, model: ModelInfo): boolean {
  if (models === 'all') return true;
  return typeof models === 'function' ? models(model) : models.includes(model.model);
}

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Checks rules on items that types cannot express. */
export function itemProblems(app: App): readonly BootProblem[] {
  return MODEL_POINTS.flatMap((point) =>
    app.contributions(point).flatMap((item: ModelContribution): BootProblem[] => {
      const where = `extension point ${point}: ${item.name}`;
      const { models } = item;
      const unknown =
        typeof models === 'object' ? models.filter((each) => app.models.byName(each.modelName)?.model !== each) : [];
      return [
        ...(NAME.test(item.name)
          ? []
          : [{ where, problem: 'Its name must be lowercase words with hyphens, since it is part of URLs.' }]),
        ...unknown.map(({ modelName }) => ({
          where,
          problem: `The model ${modelName} is not part of the application. Add it to \`models\` in rustio.config.ts or of a plugin.`,
        })),
        ...('sql' in item || 'load' in item || point !== 'list.columns' ? [] : [noSource(where)]),
        ...(point === 'list.columns' && 'sql' in item && 'load' in item ? [noSource(where)] : []),
      ];
    }),
  );
}

function noSource(where: string): BootProblem {
  return { where, problem: 'A column must have either `sql` or `load`, not both.' };
}
