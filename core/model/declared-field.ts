import { z } from 'zod';
import { didYouMean } from '../base/nearest.ts';
import type { AnyField, FieldTypeName } from './field.ts';
import type { Tone } from './field-options.ts';
import type { BaseFieldType, FieldInfo } from './field-type.ts';
import { BUILT_IN, type FieldTypeRegistry } from './field-type-registry.ts';

const bound = z.union([z.number(), z.bigint(), z.string()]);
const tones = ['neutral', 'info', 'good', 'warn', 'bad'] as const satisfies readonly Tone[];

/**
 * The options of all field types. The TypeScript types define which type takes which option; this schema finds wrong names and
 * types.
 */
const options = z.object({
  nullable: z.boolean().optional(),
  default: z.unknown().optional(),
  unique: z.boolean().optional(),
  index: z.union([z.boolean(), z.literal('search')]).optional(),
  label: z.string().optional(),
  help: z.string().optional(),
  column: z.string().optional(),
  sqlType: z.string().optional(),
  readOnly: z.boolean().optional(),
  secret: z.boolean().optional(),
  min: bound.optional(),
  max: bound.optional(),
  multiline: z.boolean().optional(),
  precision: z.number().optional(),
  scale: z.number().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  tones: z.record(z.string(), z.enum(tones)).optional(),
  onDelete: z.enum(['restrict', 'cascade', 'setNull']).optional(),
  from: z.string().optional(),
  currency: z.string().optional(),
  types: z.array(z.string()).optional(),
  pixels: z.number().optional(),
});
const OPTIONS = Object.keys(options.shape);

const schema = z.custom<NonNullable<FieldInfo['schema']>>(
  (value) => isObject(value) && '~standard' in value && isObject(value['~standard']),
);
const arrow = z.custom<() => unknown>((value) => typeof value === 'function');

export type DeclaredOptions = z.infer<typeof options>;
/** A field as declared, without the properties that exist only at compile time. */
export interface DeclaredField {
  readonly typeName: FieldTypeName;
  readonly type: BaseFieldType;
  readonly options: DeclaredOptions;
  readonly values: readonly string[];
  readonly schema: FieldInfo['schema'];
  /** The items of an array; undefined if they are missing or invalid, which has already been reported. */
  readonly item: DeclaredField | undefined;
  readonly target: (() => unknown) | undefined;
  readonly through: (() => unknown) | undefined;
}

/** Reads a field of a model and reports every problem; undefined if the value is not a field. */
export function readField(
  field: unknown,
  types: FieldTypeRegistry,
  report: (problem: string) => void,
): DeclaredField | undefined {
  if (!isField(field)) {
    report('This is not a field. Create one with `field`, such as field.text().');
    return undefined;
  }
  const type = typeOf(field, types, report);
  if (type === undefined) return undefined;
  return {
    typeName: field.typeName,
    type,
    options: readOptions(field.options, report),
    values: readValues(field, report),
    schema: schema.safeParse(Reflect.get(field, 'schema')).data,
    item: field.typeName === 'array' ? readItem(Reflect.get(field, 'item'), types, report) : undefined,
    target: arrow.safeParse(Reflect.get(field, 'target')).data,
    through: arrow.safeParse(Reflect.get(field, 'through')).data,
  };
}

const ITEM_TYPES: readonly FieldTypeName[] = ['text', 'integer', 'choice'];
const ITEM_OPTIONS = ['min', 'max', 'labels', 'tones'];

function readItem(
  value: unknown,
  types: FieldTypeRegistry,
  report: (problem: string) => void,
): DeclaredField | undefined {
  const item = readField(value, types, (problem) => report(`Array items: ${problem}`));
  if (item === undefined) return undefined;
  if (!ITEM_TYPES.includes(item.typeName)) {
    report(`Arrays support items of type ${ITEM_TYPES.join(', ')}, not ${item.typeName}.`);
    return undefined;
  }
  const unsupported = Object.keys(item.options).find((name) => !ITEM_OPTIONS.includes(name));
  if (unsupported !== undefined)
    report(`Items support ${ITEM_OPTIONS.join(', ')}; set ${unsupported} on the array itself.`);
  if (item.values.some((value) => value.includes('\n')))
    report('The values of a choice in an array cannot contain line breaks.');
  return item;
}

function isField(field: unknown): field is AnyField {
  return isObject(field) && typeof field.typeName === 'string' && isObject(field.options);
}

/**
 * The field type of a declaration. `field.custom` is only for plugins' types: the options of a built-in type are checked only by
 * its own function.
 */
function typeOf(
  field: AnyField,
  types: FieldTypeRegistry,
  report: (problem: string) => void,
): BaseFieldType | undefined {
  const type = types.get(field.typeName);
  const isCustom = Reflect.get(field, 'custom') === true;
  const custom = [...types.keys()].filter((name) => !BUILT_IN.has(name));
  if (type === undefined) {
    report(
      `There is no field type "${field.typeName}".${didYouMean(field.typeName, isCustom ? custom : types.keys())} ` +
        'Field types of a plugin are available only while the plugin is enabled.',
    );
    return undefined;
  }
  if (isCustom && BUILT_IN.has(field.typeName)) {
    report(`"${field.typeName}" is a built-in type; use field.${field.typeName}().`);
    return undefined;
  }
  return type;
}

function readOptions(declared: object, report: (problem: string) => void): DeclaredOptions {
  for (const name of Object.keys(declared)) {
    if (!OPTIONS.includes(name)) report(`There is no option "${name}".${didYouMean(name, OPTIONS)}`);
  }
  const parsed = options.safeParse(declared);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) report(`Option ${path.join('.')}: ${message}.`);
  return {};
}

function readValues(field: object, report: (problem: string) => void): readonly string[] {
  const values: unknown = Reflect.get(field, 'values');
  if (values === undefined) return [];
  const parsed = z.array(z.string()).safeParse(values);
  if (!parsed.success) report('The values of a choice must be an array of strings.');
  return parsed.data ?? [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? true : typeof value === 'function';
}
