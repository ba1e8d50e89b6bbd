import { didYouMean } from '../base/nearest.ts';
import { createCatalogue } from '../messages/catalogue.ts';
import { coreMessages } from '../messages/en.ts';
import type { DeclaredField } from './declared-field.ts';
import { TEXT_TYPES } from './field-info.ts';
import type { FieldInfo } from './field-type.ts';
import { BUILT_IN } from './field-type-registry.ts';
import { supportedCurrencies } from './field-types/decimal.ts';
import { applySchema } from './field-types/json.ts';
import { FILE_TYPES, IMAGE_TYPES } from './file-types.ts';
import type { Issue } from './issue.ts';
import { compareDecimals, parseDecimal } from './numbers.ts';

/** The max precision of PostgreSQL's numeric. */
const MAX_PRECISION = 1000;
/** Leaves room for the number that makes a slug unique. */
const MIN_SLUG_LENGTH = 8;

type Check = (field: FieldInfo, declared: DeclaredField) => string | undefined;

/** Errors that the compiler cannot find, or that it did not find because the code is JavaScript. Each check reports at most one. */
const checks: readonly Check[] = [
  sqlTypeProblem,
  boundsProblem,
  precisionProblem,
  currencyProblem,
  choiceProblem,
  schemaProblem,
  onDeleteProblem,
  slugProblem,
  arrayProblem,
  fileProblem,
  indexProblem,
  searchProblem,
  defaultProblem,
];

/** Everything that is wrong with the options of a field. */
export function fieldProblems(field: FieldInfo, declared: DeclaredField): readonly string[] {
  return checks.flatMap((check) => check(field, declared) ?? []);
}

/** Managed tables have the column type of the field type; only unmanaged ones may have another. */
function sqlTypeProblem({ typeName, model }: FieldInfo, { options: { sqlType } }: DeclaredField): string | undefined {
  if (sqlType === undefined) return undefined;
  if (model.managed) return 'sqlType is for existing columns; set managed: false on the model, or remove sqlType.';
  if (typeName === 'choice') return undefined;
  if (typeName !== 'text') return '`sqlType` is supported only on text and choice fields.';
  return sqlType === 'citext' || sqlType === 'bpchar'
    ? undefined
    : `The sqlType of a text field is citext or bpchar, not "${sqlType}".${didYouMean(sqlType, TEXT_TYPES)}`;
}

/** Bounds have the type that the field type compares, and the range between them is not empty. */
function boundsProblem(field: FieldInfo): string | undefined {
  const { typeName, min, max } = field;
  for (const [name, bound] of [
    ['min', min],
    ['max', max],
  ] as const) {
    if (bound !== undefined && !isValidBound(field, bound))
      return `${name} is not valid for a field of type ${typeName}.`;
  }
  if (min === undefined || max === undefined) return undefined;
  return isGreater(min, max) ? `min (${min}) is more than max (${max}).` : undefined;
}

/** Field types whose bounds are counts: of characters, items or bytes. */
const COUNTED: readonly string[] = ['text', 'slug', 'markdown', 'array', 'bytes', 'file', 'image'];

function isValidBound({ typeName }: FieldInfo, bound: number | bigint | string): boolean {
  if (COUNTED.includes(typeName)) return Number.isInteger(bound) && Number(bound) >= 0;
  if (typeName === 'integer') return Number.isInteger(bound);
  if (typeName === 'bigint') return typeof bound === 'bigint';
  // A plugin's type defines what its bounds are.
  if (!BUILT_IN.has(typeName)) return true;
  return (
    (typeName === 'decimal' || typeName === 'money') && typeof bound === 'string' && parseDecimal(bound) !== undefined
  );
}

function isGreater(one: number | bigint | string, other: number | bigint | string): boolean {
  if (typeof one !== 'string' || typeof other !== 'string') return one > other;
  const [first, second] = [parseDecimal(one), parseDecimal(other)];
  return first !== undefined && second !== undefined && compareDecimals(first, second) > 0;
}

function precisionProblem({ typeName }: FieldInfo, { options }: DeclaredField): string | undefined {
  const { precision: digits, scale } = options;
  if (digits === undefined && scale === undefined) return undefined;
  if (typeName !== 'decimal') return '`precision` and `scale` are supported only on decimal fields.';
  if (digits === undefined) return 'A scale requires a precision (the total number of digits).';
  if (!Number.isInteger(digits) || digits < 1 || digits > MAX_PRECISION) {
    return `precision must be a whole number from 1 to ${MAX_PRECISION}, not ${digits}.`;
  }
  if (scale !== undefined && (!Number.isInteger(scale) || scale < 0 || scale > digits)) {
    return `scale must be a whole number from 0 to the precision (${digits}), not ${scale}.`;
  }
  return undefined;
}

function currencyProblem({ typeName, currency: code }: FieldInfo): string | undefined {
  if (typeName !== 'money') return code === undefined ? undefined : '`currency` is supported only on money fields.';
  if (code === undefined) return "A money field requires a currency, such as 'USD'.";
  const currencies = supportedCurrencies();
  return currencies.includes(code) ? undefined : `There is no currency "${code}".${didYouMean(code, currencies)}`;
}

function choiceProblem({ typeName, item, values, tones }: FieldInfo, { options }: DeclaredField): string | undefined {
  if (item !== undefined) return undefined;
  if (typeName !== 'choice')
    return options.labels || options.tones ? '`labels` and `tones` are supported only on choice fields.' : undefined;
  if (values.length === 0) return 'A choice field requires at least one value.';
  const duplicate = values.find((value, at) => values.indexOf(value) !== at);
  if (duplicate !== undefined) return `The value "${duplicate}" is listed twice.`;
  const invalid = values.find((value) => value === '' || value.trim() !== value || value.includes('\0'));
  if (invalid !== undefined)
    return `The value ${JSON.stringify(invalid)} is empty, has leading or trailing spaces, or contains a NUL character.`;
  const unknown = [...Object.keys(options.labels ?? {}), ...Object.keys(tones)].find(
    (value) => !values.includes(value),
  );
  return unknown === undefined
    ? undefined
    : `"${unknown}" has a label or tone but is not one of the values.${didYouMean(unknown, values)}`;
}

function schemaProblem({ typeName, schema }: FieldInfo): string | undefined {
  if (typeName !== 'json') return undefined;
  if (schema === undefined) return 'A json field requires a schema (zod, or another with Standard Schema).';
  const result = applySchema({}, schema);
  if (result.ok || result.issue.key !== 'problem.jsonAsync') return undefined;
  return 'The schema is asynchronous or threw an error when it validated {}. Only synchronous schemas that do not throw are supported.';
}

function fileProblem({ typeName, types, pixels }: FieldInfo, { options }: DeclaredField): string | undefined {
  if (typeName !== 'file' && typeName !== 'image') {
    return options.types || options.pixels
      ? '`types` and `pixels` are supported only on file and image fields.'
      : undefined;
  }
  if (typeName === 'file' && options.pixels) return '`pixels` is supported only on image fields.';
  const available: readonly string[] = typeName === 'image' ? IMAGE_TYPES : Object.keys(FILE_TYPES);
  const unknown = types.find((type) => !available.includes(type));
  if (unknown !== undefined)
    return `types: "${unknown}" cannot be recognised from file content.${didYouMean(unknown, available)}`;
  if (options.types?.length === 0) return 'types: the list is empty; remove it to accept any type.';
  if (pixels !== undefined && !(pixels > 0)) return 'pixels must be greater than 0.';
  return options.default === undefined ? undefined : '`default` is not supported on file and image fields.';
}

function onDeleteProblem({ typeName, nullable, onDelete }: FieldInfo, { options }: DeclaredField): string | undefined {
  if (typeName !== 'belongsTo')
    return options.onDelete ? '`onDelete` is supported only on belongsTo fields.' : undefined;
  return onDelete === 'setNull' && !nullable ? "onDelete 'setNull' requires nullable: true." : undefined;
}

function slugProblem({ typeName, unique, source }: FieldInfo, { options }: DeclaredField): string | undefined {
  if (typeName !== 'slug') return options.from === undefined ? undefined : '`from` is supported only on slug fields.';
  if (options.default !== undefined) return 'A slug cannot have a default; use `from` to generate it.';
  return source !== undefined && unique && options.max !== undefined && Number(options.max) < MIN_SLUG_LENGTH
    ? `max must be ${MIN_SLUG_LENGTH} or more: a number is appended to a slug that is already in use.`
    : undefined;
}

function arrayProblem({ typeName, item }: FieldInfo, { item: declared }: DeclaredField): string | undefined {
  if (typeName !== 'array' || item === undefined || declared === undefined) return undefined;
  const [problem] = fieldProblems(item, declared);
  return problem === undefined ? undefined : `Array items: ${problem}`;
}

function indexProblem({ typeName, unique, index, type }: FieldInfo): string | undefined {
  const large = typeName === 'array' || (type.summary !== undefined && type.references === undefined);
  if (unique && large) return `A field of type ${typeName} cannot be unique.`;
  return index === true && type.summary !== undefined ? `A field of type ${typeName} cannot have an index.` : undefined;
}

function searchProblem({ index, type }: FieldInfo): string | undefined {
  return index === 'search' && !type.searchable
    ? "index: 'search' is supported only on text, choice and uuid fields."
    : undefined;
}

function defaultProblem(field: FieldInfo): string | undefined {
  const { type, default: value } = field;
  if (value === undefined || typeof value === 'function') return undefined;
  if (type.defaultWord !== undefined && value === type.defaultWord) return undefined;
  if (value === null) return 'A default of null has no effect; remove it.';
  const issue = type.validate(value, field);
  if (issue === undefined) return undefined;
  const hint = field.typeName === 'choice' && typeof value === 'string' ? didYouMean(value, field.values) : '';
  return `The default ${literal(value)} is invalid: ${inEnglish(issue)}${hint}`;
}

function literal(value: unknown): string {
  return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value));
}

/**
 * The issue in English, for developers. The translator is created only if there is a problem, so that it does not slow down other
 * startups.
 */
function inEnglish({ key, params }: Issue): string {
  const messages = { en: coreMessages };
  return createCatalogue([messages], new Set([messages])).translate('en')(key, params);
}
