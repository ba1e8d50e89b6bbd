import type { Tell } from './draft.ts';
import type { FieldType } from './kind.ts';
import { kinds } from './kinds/index.ts';
import { didYouMean } from './nearest.ts';

/** Every type of field of an application by name: the built-in ones and those of plugins. */
export type FieldTypeRegistry = ReadonlyMap<string, FieldType>;

export interface OwnedFieldType {
  readonly type: FieldType;
  /** The plugin's name. */
  readonly owner: string;
}

export const BUILT_IN: FieldTypeRegistry = new Map(Object.entries(kinds));

const NAME = /^[a-z][A-Za-z0-9]*$/;

/** What every type must say. Without a compiler nobody would miss it before a page fails. */
const REQUIRED = {
  kind: 'string',
  sqlType: 'function',
  sqlDefault: 'function',
  checks: 'function',
  wire: 'object',
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
type RequiredName = { [P in keyof FieldType]-?: object extends Pick<FieldType, P> ? never : P }[keyof FieldType];
const OPTIONAL: readonly string[] = [
  'defaultWord',
  'uniqueAs',
  'references',
  'rounded',
  'summary',
  'recorded',
] satisfies readonly Exclude<keyof FieldType, RequiredName>[];

/** Joins the types of plugins to the built-in ones. A name belongs to one of them; which is reported with both owners. */
export function fieldTypesOf(added: readonly OwnedFieldType[], tell: Tell): FieldTypeRegistry {
  const types = new Map(BUILT_IN);
  const owners = new Map([...BUILT_IN.keys()].map((name) => [name, 'core']));
  for (const { type, owner } of added) {
    const where = `plugin ${owner}: fieldTypes`;
    const { kind } = type;
    const before = owners.get(kind);
    if (!NAME.test(kind)) tell(where, `"${kind}" is not a name for a field type; use camelCase, such as "geoPoint".`);
    else if (before !== undefined) tell(where, `The field type "${kind}" already belongs to ${before}.`);
    else {
      owners.set(kind, owner);
      types.set(kind, type);
    }
    for (const problem of shapeProblems(type)) tell(`${where}.${kind}`, problem);
  }
  return types;
}

/** Which properties of a field type are missing, of the wrong shape or unknown. */
export function shapeProblems(type: FieldType): readonly string[] {
  const given: readonly string[] = Object.keys(type);
  const known = [...Object.keys(REQUIRED), ...OPTIONAL];
  const wrong = Object.entries(REQUIRED).filter(([name, shape]) => typeof Reflect.get(type, name) !== shape);
  const unknown = given.filter((name) => !known.includes(name));
  return [
    ...wrong.map(([name, shape]) => `\`${name}\` must be a ${shape}.`),
    ...unknown.map((name) => `There is no property "${name}".${didYouMean(name, known)}`),
  ];
}
