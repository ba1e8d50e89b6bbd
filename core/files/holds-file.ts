import type { FieldInfo, ModelInfo } from '../model/registry.ts';

/** Whether the field's column holds the key of a file. */
export function holdsFile({ spec }: FieldInfo): boolean {
  return spec.references?.table === 'rustio_file';
}

export function fileFields(model: ModelInfo): readonly FieldInfo[] {
  return model.stored.filter(holdsFile);
}
