import type { DeclaredField } from './declared-field.ts';
import type { FieldDraft, ModelDraft } from './draft.ts';
import { kinds } from './kinds/index.ts';
import { humanise, snakeCase } from './naming.ts';

/** A field with everything that does not depend on other models; relations are bound afterwards. */
export function fieldInfo(model: ModelDraft, name: string, declared: DeclaredField): FieldDraft {
  const { kind, options, values } = declared;
  return {
    model,
    name,
    column: kind === 'manyToMany' ? '' : (options.column ?? snakeCase(name)),
    kind,
    spec: kinds[kind],
    label: options.label ?? humanise(name),
    help: options.help ?? '',
    nullable: options.nullable ?? false,
    unique: options.unique ?? false,
    index: options.index ?? kind === 'belongsTo',
    readOnly: options.readOnly ?? kind === 'identity',
    default: options.default,
    min: options.min,
    max: options.max,
    multiline: options.multiline ?? false,
    precision: options.precision,
    scale: options.scale,
    values,
    valueLabels: Object.fromEntries(values.map((value) => [value, options.labels?.[value] ?? humanise(value)])),
    tones: options.tones ?? {},
    schema: declared.schema,
    target: undefined,
    onDelete: options.onDelete ?? 'restrict',
    through: undefined,
  };
}
