import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { givenLinks } from './given-values.ts';
import type { Values } from './write.ts';

/** The rows that values point to, by field, as PostgreSQL's text. */
export function pointingTo(model: ModelInfo, values: Values): ReadonlyMap<FieldInfo, readonly string[]> {
  const pointing = new Map(givenLinks(model, values));
  for (const field of model.stored) {
    const value = Object.hasOwn(values, field.name) ? values[field.name] : undefined;
    if (field.target === undefined || value === undefined || value === null) continue;
    pointing.set(field, [String(field.spec.encode(value))]);
  }
  return pointing;
}
