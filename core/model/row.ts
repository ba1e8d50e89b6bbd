import { z } from 'zod';
import { UnexpectedValue } from '../base/unexpected-value.ts';
import { RustioError } from '../errors/rustio-error.ts';
import { LARGE } from '../sql/aliases.ts';
import type { DbRow, DbValue, FieldInfo, ModelInfo } from './field-type.ts';

/** Values in code, by field name. */
export type DecodedRow = Readonly<Record<string, unknown>>;
type Standard = z.core.$ZodStandardSchema<z.ZodType<DbRow>>;
type Parsed = Exclude<ReturnType<Standard['validate']>, Promise<unknown>>;
/** The schema of a row, for `sql.type`: a Standard Schema, because validating with Zod would take longer than all other work for a list. */
export interface RowSchema {
  readonly '~standard': Omit<Standard, 'validate'> & { validate(row: unknown): Parsed };
}
/** Columns of a row besides its fields, by name. */
export type ExtraColumns = Readonly<Record<string, z.ZodType<DbValue | undefined>>>;

/**
 * Replaces a value that was not read because it is too large for a page: its beginning, its size in bytes, and on a record's page
 * its SHA-256. In a decoded row, the field is absent.
 */
export class LargeValue {
  /** PostgreSQL's text, as far as it was read; empty if nothing was. */
  readonly text: string;
  /** The size of the text; if nothing was read, the size as stored. */
  readonly bytes: number;
  readonly sha256: string | undefined;

  constructor({ text, bytes, sha256 }: { text: string; bytes: number; sha256?: string | undefined }) {
    this.text = text;
    this.bytes = bytes;
    this.sha256 = sha256;
  }

  toString(): string {
    return `${this.text}…`;
  }

  /** An object, so that API clients do not mistake it for the value. */
  toJSON(): object {
    return { beginning: this.text, bytes: this.bytes, sha256: this.sha256 };
  }
}

/**
 * A row's decoded values; fields that the query did not select are absent. A value that does not fit its field is null: see
 * `isUnexpected`.
 */
export function decodeRow(model: ModelInfo, row: DbRow): DecodedRow {
  const values: Record<string, unknown> = {};
  for (const field of model.stored) {
    const dbValue = row[field.name];
    // A summary is not a value, so the field is absent.
    if (dbValue !== undefined && !(dbValue instanceof LargeValue) && field.type.summary?.is(dbValue) !== true)
      values[field.name] = dbValue === null ? null : decoded(field, dbValue);
  }
  return values;
}

function decoded(field: FieldInfo, dbValue: NonNullable<DbValue>): unknown {
  if (dbValue instanceof UnexpectedValue) return null;
  try {
    return field.type.decode(dbValue);
  } catch (error) {
    // For example NaN in a bigint. RustioErrors already explain what to do.
    if (error instanceof RustioError) throw error;
    return null;
  }
}

/**
 * Whether a database value violates the field's declaration: it does not fit the type, or it is NULL in a field that is not
 * nullable.
 */
export function isUnexpected(field: FieldInfo, dbValue: DbValue | undefined): boolean {
  if (dbValue === undefined || dbValue instanceof LargeValue) return false;
  if (dbValue === null) return !field.nullable;
  if (dbValue instanceof UnexpectedValue) return true;
  return (
    field.type.unexpected?.(dbValue) === true ||
    (field.type.summary?.is(dbValue) !== true && !isDecodable(field, dbValue))
  );
}

function isDecodable(field: FieldInfo, dbValue: NonNullable<DbValue>): boolean {
  try {
    field.type.decode(dbValue);
    return true;
  } catch {
    return false;
  }
}

const schemas = new WeakMap<ModelInfo, Map<string, RowSchema>>();

/**
 * The schema of rows with these fields (under their own names) and `extras`, such as labels and counts, for `sql.type`. Cached by
 * their names. It accepts every value of a field: one that does not fit becomes an `UnexpectedValue`, and one that is too large is
 * the `LargeValue` of the column `LARGE`. Only extras are parsed by their schemas.
 */
export function rowSchema(model: ModelInfo, fields: readonly FieldInfo[], extras: ExtraColumns = {}): RowSchema {
  const cache = schemas.get(model) ?? new Map<string, RowSchema>();
  schemas.set(model, cache);
  const cacheKey = `${fields.map((field) => field.name).join(' ')} | ${Object.keys(extras).join(' ')}`;
  let schema = cache.get(cacheKey);
  if (schema === undefined) {
    schema = { '~standard': { version: 1, vendor: 'rustio-admin', validate: rowParser(fields, extras) } };
    cache.set(cacheKey, schema);
  }
  return schema;
}

type MutableRow = Record<string, DbValue>;

/** Parses in place, because the driver has just created the row. Other columns of the query remain in it. */
function rowParser(fields: readonly FieldInfo[], extras: ExtraColumns): (row: unknown) => Parsed {
  const columns = fields.map(({ name, type: { dbSchema } }) => ({ name, parse: valueParser(dbSchema) }));
  const others = Object.entries(extras);
  const hasLarge = LARGE in extras;
  return (input) => {
    const row = input as MutableRow;
    const issues: { readonly message: string; readonly path: readonly PropertyKey[] }[] = [];
    for (const { name, parse } of columns) {
      const value = row[name];
      if (value === null) continue;
      if (value === undefined) issues.push({ message: 'is missing in the result of the query', path: [name] });
      else {
        const parsed = parse(value);
        if (parsed !== value) row[name] = parsed;
      }
    }
    for (const [name, schema] of others) {
      const { data, error } = schema.safeParse(row[name]);
      if (error !== undefined)
        issues.push(...error.issues.map(({ message, path }) => ({ message, path: [name, ...path] })));
      else if (data !== undefined) row[name] = data;
    }
    if (issues.length > 0) return { issues };
    if (!hasLarge) return { value: row };
    const { [LARGE]: large } = row;
    delete row[LARGE];
    return { value: Object.assign(row, large) };
  };
}

/** A schema that also applies `change` to each parsed row. */
export function withRowChange(base: RowSchema, change: (row: Record<string, DbValue>) => void): RowSchema {
  const { validate, ...standard } = base['~standard'];
  return {
    '~standard': {
      ...standard,
      validate(input) {
        const parsed = validate(input);
        if (parsed.issues === undefined) change(parsed.value as MutableRow);
        return parsed;
      },
    },
  };
}

/** Plain types are checked without a schema. */
function valueParser(schema: z.ZodType<DbValue>): (value: DbValue | undefined) => DbValue {
  const hasChecks = (schema.def as { readonly checks?: readonly unknown[] }).checks?.length ?? 0;
  const type = schema instanceof z.ZodString ? 'string' : schema instanceof z.ZodBoolean ? 'boolean' : undefined;
  // fault: odd-value-lost
  const parse = (value: DbValue | undefined): DbValue => {
    const { data, success } = schema.safeParse(value);
    return success ? data : coerce(schema, value);
  };
  if (type === undefined || hasChecks > 0) return parse;
  return (value) => (typeof value === type ? (value as DbValue) : parse(value));
}

/** Converts between equivalent types: an int8 column of an integer field, an int4 column of a bigint field. */
function coerce(schema: z.ZodType<DbValue>, value: unknown): DbValue {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const candidates = String(Number(text)) === text ? [text, Number(text)] : [text];
  for (const candidate of candidates) {
    const parsed = schema.safeParse(candidate);
    if (parsed.success) return parsed.data;
  }
  return new UnexpectedValue(text);
}
