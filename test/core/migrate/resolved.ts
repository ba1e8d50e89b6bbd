import type { ModelInfo } from '../../../core/model/field-type.ts';
import type { AnyModel } from '../../../core/model/model.ts';
import { buildModels } from '../../../core/model/resolve.ts';

/** Models in their resolved form; an invalid model fails the test. */
export function resolved(...models: readonly AnyModel[]): readonly ModelInfo[] {
  const { models: registry, problems } = buildModels(models.map((model) => ({ owner: 'project', model })));
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return registry.all;
}
