import { FILE_TYPES, IMAGE_TYPES } from '../files/file-types.ts';
import { kernelWords } from '../view/words/en.ts';
import { createCatalogue } from '../view/words.ts';
import { knownCurrencies } from './currency.ts';
import { compareDecimals, readDecimal } from './decimal.ts';
import type { DeclaredField } from './declared-field.ts';
import { BUILT_IN } from './field-types.ts';
import { fitted } from './json-value.ts';
import type { Issue } from './kind.ts';
import { didYouMean } from './nearest.ts';
import { TEXT_TYPES } from './own-type.ts';
import type { FieldInfo } from './registry.ts';

const words = createCatalogue([{ en: kernelWords }]).translate('en');
const MOST_DIGITS = 1000;
const FEWEST_FOR_NUMBERS = 8;

type Check = (field: FieldInfo, declared: DeclaredField) => string | undefined;

/** What the compiler cannot see, or did not see because somebody wrote JavaScript. Each finds at most one thing. */
const checks: readonly Check[] = [
  ownType,
  bounds,
  precision,
  currency,
  choices,
  schemaFits,
  deleting,
  slugs,
  arrays,
  files,
  indexes,
  searching,
  defaultFits,
];

/** Everything that is wrong with the options of a field. */
export function fieldProblems(field: FieldInfo, declared: DeclaredField): readonly string[] {
  return checks.flatMap((check) => check(field, declared) ?? []);
}

/** Tables of our own are made with the kind's type; only others may have chosen another one. */
function ownType({ kind, model }: FieldInfo, { options: { sqlType } }: DeclaredField): string | undefined {
  if (sqlType === undefined) return undefined;
  if (model.managed) return 'sqlType is for columns that somebody else made; say managed: false, or leave it out.';
  if (kind === 'choice') return undefined;
  if (kind !== 'text') return 'Only a text and a choice may say the sqlType of their column.';
  return sqlType === 'citext' || sqlType === 'bpchar'
    ? undefined
    : `A text has the sqlType citext or bpchar, not "${sqlType}".${didYouMean(sqlType, TEXT_TYPES)}`;
}

/** Bounds are of the type that the kind compares, and there is something between them. */
function bounds(field: FieldInfo): string | undefined {
  const { kind, min, max } = field;
  for (const [name, bound] of [
    ['min', min],
    ['max', max],
  ] as const) {
    if (bound !== undefined && !boundFits(field, bound)) return `${name} does not fit a field of kind ${kind}.`;
  }
  if (min === undefined || max === undefined) return undefined;
  return isMore(min, max) ? `min (${min}) is more than max (${max}).` : undefined;
}

/** Kinds whose bounds say how many there may be: characters, items, bytes. */
const COUNTED: readonly string[] = ['text', 'slug', 'markdown', 'array', 'bytes', 'file', 'image'];

function boundFits({ kind }: FieldInfo, bound: number | bigint | string): boolean {
  if (COUNTED.includes(kind)) return Number.isInteger(bound) && Number(bound) >= 0;
  if (kind === 'integer') return Number.isInteger(bound);
  if (kind === 'bigint') return typeof bound === 'bigint';
  // A plugin's type knows itself what its bounds are.
  if (!BUILT_IN.has(kind)) return true;
  return (kind === 'decimal' || kind === 'money') && typeof bound === 'string' && readDecimal(bound) !== undefined;
}

function isMore(one: number | bigint | string, other: number | bigint | string): boolean {
  if (typeof one !== 'string' || typeof other !== 'string') return one > other;
  const [first, second] = [readDecimal(one), readDecimal(other)];
  return first !== undefined && second !== undefined && compareDecimals(first, second) > 0;
}

function precision({ kind }: FieldInfo, { options }: DeclaredField): string | undefined {
  const { precision: digits, scale } = options;
  if (digits === undefined && scale === undefined) return undefined;
  if (kind !== 'decimal') return 'Only a decimal has precision and scale.';
  if (digits === undefined) return 'A scale needs a precision: how many digits in all?';
  if (!Number.isInteger(digits) || digits < 1 || digits > MOST_DIGITS) {
    return `precision must be a whole number from 1 to ${MOST_DIGITS}, not ${digits}.`;
  }
  if (scale !== undefined && (!Number.isInteger(scale) || scale < 0 || scale > digits)) {
    return `scale must be a whole number from 0 to the precision (${digits}), not ${scale}.`;
  }
  return undefined;
}

function currency({ kind, currency: code }: FieldInfo): string | undefined {
  if (kind !== 'money') return code === undefined ? undefined : 'Only money has a currency.';
  if (code === undefined) return "Money needs a currency, such as 'USD'.";
  const known = knownCurrencies();
  return known.includes(code) ? undefined : `There is no currency "${code}".${didYouMean(code, known)}`;
}

function choices({ kind, item, values, tones }: FieldInfo, { options }: DeclaredField): string | undefined {
  if (item !== undefined) return undefined;
  if (kind !== 'choice') return options.labels || options.tones ? 'Only a choice has labels and tones.' : undefined;
  if (values.length === 0) return 'A choice needs at least one value.';
  const twice = values.find((value, at) => values.indexOf(value) !== at);
  if (twice !== undefined) return `The value "${twice}" stands twice.`;
  const unfit = values.find((value) => value === '' || value.trim() !== value || value.includes('\0'));
  if (unfit !== undefined)
    return `The value ${JSON.stringify(unfit)} is empty, or has spaces around it or a NUL in it.`;
  const stray = [...Object.keys(options.labels ?? {}), ...Object.keys(tones)].find((value) => !values.includes(value));
  return stray === undefined
    ? undefined
    : `"${stray}" has a label or tone but is no value.${didYouMean(stray, values)}`;
}

function schemaFits({ kind, schema }: FieldInfo): string | undefined {
  if (kind !== 'json') return undefined;
  if (schema === undefined) return 'A json field needs a schema (zod, or another with Standard Schema).';
  const probe = fitted({}, schema);
  const later = 'issue' in probe && probe.issue.key === 'problem.jsonLater';
  if (!later) return undefined;
  return 'The schema answers {} with a promise (zod makes one of a thrown error, too). It must answer at once, whatever it gets.';
}

function files({ kind, types, pixels }: FieldInfo, { options }: DeclaredField): string | undefined {
  if (kind !== 'file' && kind !== 'image') {
    return options.types || options.pixels ? 'Only a file and an image have types and pixels.' : undefined;
  }
  if (kind === 'file' && options.pixels) return 'Only an image has pixels.';
  const known: readonly string[] = kind === 'image' ? IMAGE_TYPES : Object.keys(FILE_TYPES);
  const stray = types.find((type) => !known.includes(type));
  if (stray !== undefined) return `types: "${stray}" is not told by its content.${didYouMean(stray, known)}`;
  if (options.types?.length === 0) return 'types: nothing would be taken; leave it out to take anything.';
  if (pixels !== undefined && !(pixels > 0)) return 'pixels must be more than nothing.';
  return options.default === undefined ? undefined : 'A file has no default.';
}

function deleting({ kind, nullable, onDelete }: FieldInfo, { options }: DeclaredField): string | undefined {
  if (kind !== 'belongsTo') return options.onDelete ? 'Only a belongsTo has onDelete.' : undefined;
  return onDelete === 'setNull' && !nullable ? "onDelete 'setNull' needs nullable: true." : undefined;
}

function slugs({ kind, unique, source }: FieldInfo, { options }: DeclaredField): string | undefined {
  if (kind !== 'slug') return options.from === undefined ? undefined : 'Only a slug is made `from` another field.';
  if (options.default !== undefined) return 'A slug has no default; say `from`, and it is made.';
  return source !== undefined && unique && Number(options.max ?? MOST_DIGITS) < FEWEST_FOR_NUMBERS
    ? `max must be ${FEWEST_FOR_NUMBERS} or more: a slug that is taken gets a number behind it.`
    : undefined;
}

function arrays({ kind, item }: FieldInfo, { item: declared }: DeclaredField): string | undefined {
  if (kind !== 'array' || item === undefined || declared === undefined) return undefined;
  const [problem] = fieldProblems(item, declared);
  return problem === undefined ? undefined : `The items: ${problem}`;
}

function indexes({ kind, unique, index, spec }: FieldInfo): string | undefined {
  const large = kind === 'array' || (spec.summary !== undefined && spec.references === undefined);
  if (unique && large) return `A field of kind ${kind} cannot be unique.`;
  return index === true && spec.summary !== undefined ? `A field of kind ${kind} cannot have an index.` : undefined;
}

function searching({ index, spec }: FieldInfo): string | undefined {
  return index === 'search' && !spec.searchable
    ? "index: 'search' is for text and its like, for choices and uuids."
    : undefined;
}

function defaultFits(field: FieldInfo): string | undefined {
  const { spec, default: value } = field;
  if (value === undefined || typeof value === 'function') return undefined;
  if (spec.defaultWord !== undefined && value === spec.defaultWord) return undefined;
  if (value === null) return 'A default of null says nothing; leave it out.';
  const found = spec.validate(value, field);
  return found === undefined
    ? undefined
    : `The default ${shown(value)} does not fit: ${sentence(found)}${meant(field)}`;
}

function meant({ kind, values, default: value }: FieldInfo): string {
  return kind === 'choice' && typeof value === 'string' ? didYouMean(value, values) : '';
}

function shown(value: unknown): string {
  return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value));
}

function sentence(found: Issue): string {
  return words(found.key, found.params);
}
