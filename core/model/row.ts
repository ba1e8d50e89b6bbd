import { z } from 'zod';
import { UnexpectedValue } from '../base/unexpected-value.ts';
import { RustioError } from '../errors/rustio-error.ts';
import type { DbRow, DbValue, FieldInfo, ModelInfo } from './field-type.ts';

/** Values by field name, as code uses them. */
export type DecodedRow = Readonly<Record<string, unknown>>;
export type RowSchema = z.ZodType<DbRow>;
/** Columns of a row besides its fields, by name. */
export type ExtraColumns = Readonly<Record<string, z.ZodType<DbValue | undefined>>>;

/**
 * In place of a value that is too large for a page, and was not read: its beginning, its size in bytes, and on a record's page its
 * SHA-256. It decodes to nothing: the field is absent.
 */
export class LargeValue {
  /** PostgreSQL's text, as far as it was read; empty if nothing was. */
  readonly text: string;
  /** Of the text; if nothing was read, as stored. */
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

  /** For APIs, in which it must not be taken for the value. */
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
    // NaN in a bigint, say. Our own errors have instructions.
    if (error instanceof RustioError) throw error;
    return null;
  }
}

/** Whether a database value is not what the field declares: it does not fit the type, or is NULL although it must not be. */
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
 * their names. It accepts every value of a field: one that does not fit becomes an `UnexpectedValue`. Written by hand, since lists
 * parse fifty rows for each page; the values of extras are parsed by their schemas.
 */
export function rowSchema(model: ModelInfo, fields: readonly FieldInfo[], extras: ExtraColumns = {}): RowSchema {
  const cache = schemas.get(model) ?? new Map<string, RowSchema>();
  schemas.set(model, cache);
  const cacheKey = `${fields.map((field) => field.name).join(' ')} | ${Object.keys(extras).join(' ')}`;
  let schema = cache.get(cacheKey);
  if (schema === undefined) {
    schema = z.transform(parseRow(fields, extras));
    cache.set(cacheKey, schema);
  }
  return schema;
}

type MutableRow = Record<string, DbValue>;
type ParseRow = (row: MutableRow, context: { readonly issues: z.core.$ZodRawIssue[] }) => DbRow;

/** Changes the row that the driver has just created, instead of copying it: other columns of a query stay in it. */
function parseRow(fields: readonly FieldInfo[], extras: ExtraColumns): ParseRow {
  const columns = fields.map(({ name, type: { dbSchema } }) => ({ name, parse: valueParser(dbSchema) }));
  const others = Object.entries(extras);
  return (row, { issues }) => {
    for (const { name, parse } of columns) {
      const value = row[name];
      if (value === null) continue;
      if (value === undefined) {
        issues.push({ code: 'custom', message: 'is missing in the result of the query', path: [name], input: row });
        continue;
      }
      const parsed = parse(value);
      if (parsed !== value) row[name] = parsed;
    }
    for (const [name, schema] of others) {
      const { data, error } = schema.safeParse(row[name]);
      if (error === undefined && data !== undefined) row[name] = data;
      else if (error !== undefined)
        for (const { message, path } of error.issues)
          issues.push({ code: 'custom', message, path: [name, ...path], input: row });
    }
    return row;
  };
}

/** Plain types need no schema to be checked. */
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

/** A value of another type that holds the same: an int8 column of an integer field, an int4 column of a bigint field. */
function coerce(schema: z.ZodType<DbValue>, value: unknown): DbValue {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const candidates = String(Number(text)) === text ? [text, Number(text)] : [text];
  for (const candidate of candidates) {
    const parsed = schema.safeParse(candidate);
    if (parsed.success) return parsed.data;
  }
  return new UnexpectedValue(text);
}
