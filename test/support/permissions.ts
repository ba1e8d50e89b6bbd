import type { AnyModel } from '../../core/model/model.ts';

/** Every permission for these models. */
export function permissionsFor(models: readonly AnyModel[]): readonly string[] {
  return models.flatMap(({ modelName }) =>
    ['view', 'add', 'change', 'delete'].map((action) => `${modelName}.${action}`),
  );
}
