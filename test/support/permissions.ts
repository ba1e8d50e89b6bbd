import type { AnyModel } from '../../core/model/model.ts';
import { modelPermissions } from '../../core/policy/policy.ts';

/** All permissions for these models. */
export function permissionsFor(models: readonly AnyModel[]): readonly string[] {
  return models.flatMap(({ modelName }) => modelPermissions(modelName));
}
