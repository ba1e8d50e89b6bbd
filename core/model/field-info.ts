import { z } from 'zod';
import { parseSize } from '../base/bytes.ts';
import { quoteTable } from '../sql/quote.ts';
import type { DeclaredField, DeclaredOptions } from './declared-field.ts';
import type { FieldTypeName } from './field.ts';
import type { BaseFieldType } from './field-type.ts';
import { arrayOfChoices } from './field-types/array.ts';
import { currencyDigits, MONEY_DIGITS } from './field-types/decimal.ts';
import { builtInFieldTypes } from './field-types/index.ts';
import { MAX_SLUG_LENGTH } from './field-types/slug.ts';
import { IMAGE_TYPES } from './file-types.ts';
import { humanise, snakeCase } from './names.ts';
import type { MutableField, MutableModel } from './resolution.ts';

/** Compiles what does not depend on other models; `bind-fields.ts` adds the rest. */
export function compileField(
  model: MutableModel,
  name: string,
  declared: DeclaredField,
  owner = model.owner,
): MutableField {
  const { typeName, options } = declared;
  const item = declared.item && compileField(model, name, declared.item, owner);
  const values = declared.item?.values ?? declared.values;
  const isMoney = typeName === 'money';
  const files = fileLimits(typeName, options);
  return {
    model,
    name,
    owner,
    writable: !model.readOnly,
    column: typeName === 'manyToMany' ? '' : (options.column ?? snakeCase(name)),
    typeName,
    type:
      item?.typeName === 'choice'
        ? arrayOfChoices
        : fieldTypeForColumn(typeName, declared.type, options.sqlType, model.managed),
    label: options.label ?? humanise(name),
    help: options.help ?? '',
    nullable: options.nullable ?? false,
    // A file belongs to one record only, and that record is looked up when the file is deleted.
    unique: files !== undefined || (options.unique ?? typeName === 'slug'),
    index: options.index ?? typeName === 'belongsTo',
    // Bytes cannot be entered in a form.
    readOnly: typeName === 'bytes' || (options.readOnly ?? typeName === 'identity'),
    secret: options.secret,
    default: options.default,
    min: options.min,
    max: files?.max ?? options.max ?? (typeName === 'slug' ? MAX_SLUG_LENGTH : undefined),
    multiline: options.multiline ?? typeName === 'markdown',
    precision: isMoney ? MONEY_DIGITS : options.precision,
    scale: isMoney ? currencyDigits(options.currency ?? '') : options.scale,
    values,
    types: files?.types ?? [],
    pixels: files?.pixels,
    currency: options.currency,
    item,
    source: undefined,
    valueLabels: item?.valueLabels ?? withoutPrototype(labelsOf(values, options.labels ?? {})),
    tones: item?.tones ?? withoutPrototype(options.tones ?? {}),
    schema: declared.schema,
    target: undefined,
    onDelete: options.onDelete ?? 'restrict',
    through: undefined,
  };
}

function labelsOf(values: readonly string[], labels: Readonly<Record<string, string>>): Record<string, string> {
  const declared = withoutPrototype(labels);
  const texts = values.map((value) => declared[value] ?? (IDENTIFIER.test(value) ? humanise(value) : value));
  // If two values have the same label, their labels also contain the values.
  return Object.fromEntries(
    values.map((value, at) => {
      const text = texts[at] ?? value;
      const isRepeated = texts.indexOf(text) !== texts.lastIndexOf(text);
      return [value, isRepeated && text !== value ? `${text} (${value})` : text];
    }),
  );
}

/**
 * Only values that look like identifiers are turned into words. Others are shown unchanged, since signs can matter: `A+` and `A-`.
 */
const IDENTIFIER = /^[a-z][A-Za-z0-9_]*$/;

/** Keys that are looked up come from forms and tables, and `constructor` must not be found. */
function withoutPrototype<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  // fault: prototype-lookup
  return Object.assign(Object.create(null), record);
}

/** Column types that hold any text: all user input can be compared with them. */
export const TEXT_TYPES: readonly string[] = ['text', 'citext', 'bpchar'];

/**
 * Adapts a field type to an unmanaged column with another type. Values are sent as the column's type, so that they are stored,
 * compared and sorted by its rules. An enum accepts nothing else, and indexes on citext or char(n) can be used.
 */
function fieldTypeForColumn(
  typeName: FieldTypeName,
  type: BaseFieldType,
  sqlType: string | undefined,
  managed: boolean,
): BaseFieldType {
  if (typeName === 'identity' && !managed) return serial;
  if (sqlType === undefined) return type;
  const name = quoteTable(sqlType);
  return { ...type, cast: () => name };
}

/** An unmanaged 32-bit serial is returned as a number, because PostgreSQL's integer loses no digits. */
const serial: BaseFieldType = { ...builtInFieldTypes.identity, dbSchema: z.union([z.string(), z.number()]) };

const MAX_FILE = '10 MB';
const MAX_IMAGE = '5 MB';
/** The resolution of a good camera. Larger images can exhaust a browser's memory. */
const MAX_PIXELS = 40_000_000;

/** The limits of a file or image field; undefined for other types. An invalid `max` becomes NaN, which startup reports. */
function fileLimits(
  typeName: FieldTypeName,
  { max, types, pixels }: DeclaredOptions,
): { readonly max: number; readonly types: readonly string[]; readonly pixels: number | undefined } | undefined {
  if (typeName === 'file') return { max: parseSize(String(max ?? MAX_FILE)), types: types ?? [], pixels: undefined };
  if (typeName !== 'image') return undefined;
  return { max: parseSize(String(max ?? MAX_IMAGE)), types: types ?? IMAGE_TYPES, pixels: pixels ?? MAX_PIXELS };
}
