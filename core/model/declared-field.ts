import { z } from 'zod';
import type { AnyField, Kind, Tone } from './field.ts';
import { BUILT_IN, type FieldTypeRegistry } from './field-types.ts';
import type { FieldType } from './kind.ts';
import { didYouMean } from './nearest.ts';
import type { FieldInfo } from './registry.ts';

const bound = z.union([z.number(), z.bigint(), z.string()]);
const tones = ['neutral', 'info', 'good', 'warn', 'bad'] as const satisfies readonly Tone[];

/** Every option that some kind of field takes. Which kind takes which is for the types; here wrong names and types are found. */
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
  (value) => isThing(value) && '~standard' in value && isThing(value['~standard']),
);
const arrow = z.custom<() => unknown>((value) => typeof value === 'function');

export type FieldWords = z.infer<typeof options>;
/** A field as it was written, its phantoms gone. */
export interface DeclaredField {
  readonly kind: Kind;
  readonly type: FieldType;
  readonly options: FieldWords;
  readonly values: readonly string[];
  readonly schema: FieldInfo['schema'];
  /** What an array holds; undefined where it is missing or wrong, which was told. */
  readonly item: DeclaredField | undefined;
  readonly target: (() => unknown) | undefined;
  readonly through: (() => unknown) | undefined;
}

/** Reads a field of a model; `tell` hears everything that is wrong, undefined when it is no field at all. */
export function readField(
  field: unknown,
  types: FieldTypeRegistry,
  tell: (problem: string) => void,
): DeclaredField | undefined {
  if (!isField(field)) {
    tell('This is no field. Make one with `field`, such as field.text().');
    return undefined;
  }
  const type = typeOf(field, types, tell);
  if (type === undefined) return undefined;
  return {
    kind: field.kind,
    type,
    options: readOptions(field.options, tell),
    values: readValues(field, tell),
    schema: schema.safeParse(Reflect.get(field, 'schema')).data,
    item: field.kind === 'array' ? readItem(Reflect.get(field, 'item'), types, tell) : undefined,
    target: arrow.safeParse(Reflect.get(field, 'target')).data,
    through: arrow.safeParse(Reflect.get(field, 'through')).data,
  };
}

const ITEMS: readonly Kind[] = ['text', 'integer', 'choice'];
const OF_ITEMS = ['min', 'max', 'labels', 'tones'];

function readItem(
  written: unknown,
  types: FieldTypeRegistry,
  tell: (problem: string) => void,
): DeclaredField | undefined {
  const item = readField(written, types, (problem) => tell(`The items: ${problem}`));
  if (item === undefined) return undefined;
  if (!ITEMS.includes(item.kind)) {
    tell(`An array holds ${ITEMS.join(', ')}, not ${item.kind}.`);
    return undefined;
  }
  const stray = Object.keys(item.options).find((name) => !OF_ITEMS.includes(name));
  if (stray !== undefined) tell(`An item takes ${OF_ITEMS.join(', ')}; say ${stray} of the array itself.`);
  if (item.values.some((value) => value.includes('\n'))) tell('A choice in an array stands on one line.');
  return item;
}

function isField(field: unknown): field is AnyField {
  return isThing(field) && typeof field.kind === 'string' && isThing(field.options);
}

/** `field.custom` is for the types of plugins: a built-in one has options that only its own maker checks. */
function typeOf(field: AnyField, types: FieldTypeRegistry, tell: (problem: string) => void): FieldType | undefined {
  const type = types.get(field.kind);
  const isCustom = Reflect.get(field, 'custom') === true;
  const custom = [...types.keys()].filter((name) => !BUILT_IN.has(name));
  if (type === undefined) {
    tell(
      `There is no field type "${field.kind}".${didYouMean(field.kind, isCustom ? custom : types.keys())} ` +
        'A type of a plugin exists while the plugin is enabled.',
    );
    return undefined;
  }
  if (isCustom && BUILT_IN.has(field.kind)) {
    tell(`"${field.kind}" is a built-in type; write field.${field.kind}().`);
    return undefined;
  }
  return type;
}

function readOptions(written: object, tell: (problem: string) => void): FieldWords {
  for (const name of Object.keys(written)) {
    if (!OPTIONS.includes(name)) tell(`There is no option "${name}".${didYouMean(name, OPTIONS)}`);
  }
  const read = options.safeParse(written);
  if (read.success) return read.data;
  for (const fault of read.error.issues) tell(`Option ${fault.path.join('.')}: ${fault.message}.`);
  return {};
}

function readValues(field: object, tell: (problem: string) => void): readonly string[] {
  const written: unknown = Reflect.get(field, 'values');
  if (written === undefined) return [];
  const read = z.array(z.string()).safeParse(written);
  if (!read.success) tell('The values of a choice must be an array of texts.');
  return read.data ?? [];
}

function isThing(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? true : typeof value === 'function';
}
