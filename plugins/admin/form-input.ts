import type { Form } from '../../core/form/form.ts';
import { fieldSuffixes } from '../../core/form/form-protocol.ts';
import type { FieldInfo } from '../../core/model/field-type.ts';
import { isFilledByDatabase } from '../../core/model/validate.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import { relationList } from '../../core/sql/aliases.ts';
import type { CompiledAdmin } from './compile-admin.ts';

/** The strings in the controls of a form, by field. A manyToMany or a checkbox has any number of them. */
export type Input = ReadonlyMap<string, readonly string[]>;

/** The values of an empty form: defaults, overridden by the URL's query string. */
export function inputOfDefaults(fields: readonly FieldInfo[], query: URLSearchParams): Input {
  const input = new Map<string, readonly string[]>();
  for (const field of fields) {
    const fromQuery = query.getAll(field.name).slice(0, 100);
    if (fromQuery.length > 0) input.set(field.name, fromQuery);
    else {
      const value = shownDefault(field);
      if (value !== undefined) input.set(field.name, [value]);
    }
  }
  return input;
}

export function inputOfRecord(admin: CompiledAdmin, record: FoundRecord, timeZone: string): Input {
  const input = new Map<string, readonly string[]>();
  for (const field of admin.model.fields.values()) {
    if (field.typeName === 'manyToMany') {
      input.set(
        field.name,
        linkedRows(record, field).map(({ key }) => key),
      );
    } else {
      const dbValue = record.row[field.name];
      if (dbValue !== null && dbValue !== undefined) input.set(field.name, [field.type.text(dbValue, field, timeZone)]);
    }
  }
  return input;
}

/** Max size of the posted values. Request bodies are limited to 1 MB, and field names and keys need part of it. */
const MAX_POSTED = 900_000;
/** Max bytes of one UTF-16 code unit when percent-encoded. */
const LONGEST_CHARACTER = 9;

/**
 * The fields whose stored values are too large to be posted together with the others: with them in the form, the record could not
 * be saved at all. The largest are excluded first.
 */
export function tooLargeFields(fields: readonly FieldInfo[], input: Input): ReadonlySet<FieldInfo> {
  const texts = new Map(
    fields.map((field) => [field, field.through === undefined ? (input.get(field.name) ?? []) : []]),
  );
  const length = [...texts.values()].flat().reduce((sum, text) => sum + text.length, 0);
  const tooLarge = new Set<FieldInfo>();
  if (length * LONGEST_CHARACTER <= MAX_POSTED) return tooLarge;
  const sizes = [...texts].map(([field, values]) => ({ field, size: postedSize(values) }));
  let total = sizes.reduce((sum, { size }) => sum + size, 0);
  for (const { field, size } of sizes.toSorted((one, other) => other.size - one.size)) {
    // fault: values-larger-than-a-form
    if (total <= MAX_POSTED) break;
    tooLarge.add(field);
    total -= size;
  }
  return tooLarge;
}

/** Size in bytes, percent-encoded. */
function postedSize(texts: readonly string[]): number {
  return String(new URLSearchParams(texts.map((text): [string, string] => ['', text.replace(/\r\n?|\n/g, '\r\n')])))
    .length;
}

/**
 * The input of a posted form, for a page that shows it again. Fields that it does not contain have their value from `before`: a form
 * that was kept for a gate contains no secrets, and if those fields were shown empty, the next save would clear them.
 */
export function inputOfForm(fields: readonly FieldInfo[], form: Form, before: Input): Input {
  return new Map(
    // fault: missing-input-shown-empty
    fields.map(({ name }) => [name, isInForm(name, form) ? form.all(name) : (before.get(name) ?? [])]),
  );
}

/** Whether the form contains the field: an unticked box and a list without rows post only the marker next to them. */
export function isInForm(name: string, form: Form): boolean {
  return form.has(name) || form.has(name + fieldSuffixes.present);
}

/** The linked rows of a manyToMany. */
export function linkedRows(record: FoundRecord, field: FieldInfo): readonly { key: string; label: string }[] {
  const list = record.row[relationList(field.name)];
  return Array.isArray(list) ? list : [];
}

/** The default as shown in an empty form; undefined if there is none or it is computed on save. */
export function shownDefault(field: FieldInfo): string | undefined {
  const { default: value, typeName, type } = field;
  if (typeName === 'json' || typeName === 'array')
    return value === undefined || typeof value === 'function' ? undefined : type.text(Object(value), field);
  switch (typeof value) {
    case 'string':
      return value === type.defaultWord ? undefined : type.text(value, field);
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      return undefined;
  }
}

/**
 * Whether the field of a new record is filled in automatically if left empty: the current time, a random key, a slug, the result
 * of a function, or a default of the database.
 */
export function isAutoFilled(field: FieldInfo): boolean {
  if (field.source !== undefined) return true;
  if (field.nullable) return false;
  return field.default === undefined ? isFilledByDatabase(field) : shownDefault(field) === undefined;
}
