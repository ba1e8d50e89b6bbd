import { didYouMean } from '../base/nearest.ts';
import type { ReportProblem } from '../errors/boot.ts';
import type { BaseFieldType, FieldType } from './field-type.ts';
import { builtInFieldTypes } from './field-types/index.ts';

/** Every field type of an application by name: the built-in ones and those of plugins. */
export type FieldTypeRegistry = ReadonlyMap<string, BaseFieldType>;

export interface OwnedFieldType {
  readonly type: FieldType;
  /** The plugin's name. */
  readonly owner: string;
}

export const BUILT_IN: FieldTypeRegistry = new Map(Object.entries(builtInFieldTypes));

const NAME = /^[a-z][A-Za-z0-9]*$/;

/** The required members of a field type. In JavaScript, a missing one would otherwise surface only when a page fails. */
const REQUIRED = {
  name: 'string',
  sqlType: 'function',
  sqlDefault: 'function',
  checks: 'function',
  dbSchema: 'object',
  decode: 'function',
  encode: 'function',
  cast: 'function',
  parse: 'function',
  validate: 'function',
  cell: 'function',
  align: 'string',
  widget: 'function',
  text: 'function',
  filter: 'string',
  sortable: 'boolean',
  searchable: 'boolean',
  exported: 'function',
} as const satisfies { readonly [P in RequiredName]: string };
type RequiredName = {
  [P in keyof FieldType]-?: object extends Pick<FieldType, P> ? never : P;
}[keyof FieldType];
const OPTIONAL: readonly string[] = [
  'defaultWord',
  'uniqueAs',
  'references',
  'rounded',
  'summary',
  'exact',
  'parseChange',
  'validateChange',
  'unexpected',
  'recorded',
] satisfies readonly Exclude<keyof BaseFieldType, RequiredName>[];

/** Combines the plugins' field types with the built-in ones. A name defined twice is reported with both owners. */
export function combineFieldTypes(added: readonly OwnedFieldType[], report: ReportProblem): FieldTypeRegistry {
  const types = new Map(BUILT_IN);
  const owners = new Map([...BUILT_IN.keys()].map((name) => [name, 'core']));
  for (const { type, owner } of added) {
    const where = `plugin ${owner}: fieldTypes`;
    const { name: typeName } = type;
    const existingOwner = owners.get(typeName);
    if (!NAME.test(typeName))
      report(where, `"${typeName}" is not a valid field type name; use camelCase, such as "geoPoint".`);
    else if (existingOwner !== undefined)
      report(where, `The field type "${typeName}" already belongs to ${existingOwner}.`);
    else {
      owners.set(typeName, owner);
      types.set(typeName, type);
    }
    for (const problem of shapeProblems(type)) report(`${where}.${typeName}`, problem);
  }
  return types;
}

/** Problems with the members of a field type: missing, of the wrong type, or unknown. */
export function shapeProblems(type: FieldType): readonly string[] {
  const properties = [...Object.keys(REQUIRED), ...OPTIONAL];
  const invalid = Object.entries(REQUIRED).filter(([name, shape]) => typeof Reflect.get(type, name) !== shape);
  const unknown = Object.keys(type).filter((name) => !properties.includes(name));
  return [
    ...invalid.map(([name, shape]) => `\`${name}\` must be a ${shape}.`),
    ...unknown.map((name) => `There is no property "${name}".${didYouMean(name, properties)}`),
  ];
}
