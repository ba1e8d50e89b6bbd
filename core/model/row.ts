import { z } from 'zod';
import { RustioError } from '../errors/rustio-error.ts';
import type { DbRow, DbValue, FieldInfo, ModelInfo } from './field-type.ts';

/** Values by field name, as code uses them. */
export type DecodedRow = Readonly<Record<string, unknown>>;
export type RowSchema = z.ZodObject<Record<string, z.ZodType<DbValue>>>;

/**
 * A value that the field type cannot hold: other programs, and schema changes by hand, store what no form accepts. It is shown as
 * PostgreSQL's text and decodes to null, so that one such value does not take the whole list away.
 */
export class UnexpectedValue {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

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
 * The schema of rows with these fields (under their own names), for `sql.type`. Cached per set of fields. `extend` it for labels
 * and counts. It accepts every row: a value that does not fit its field becomes an `UnexpectedValue`.
 */
export function rowSchema(model: ModelInfo, fields: readonly FieldInfo[]): RowSchema {
  const cache = schemas.get(model) ?? new Map<string, RowSchema>();
  schemas.set(model, cache);
  const cacheKey = fields.map((field) => field.name).join(' ');
  let schema = cache.get(cacheKey);
  if (schema === undefined) {
    const entries = fields.map(({ name, type: { dbSchema } }) => [
      name,
      // fault: odd-row-fails
      dbSchema.nullable().catch(({ input }: z.core.$ZodCatchCtx) => coerce(dbSchema, input)),
    ]);
    schema = z.object(Object.fromEntries(entries));
    cache.set(cacheKey, schema);
  }
  return schema;
}

/** A value of another type that holds the same: an int8 column of an integer field, an int4 column of a bigint field. */
function coerce(schema: z.ZodType<DbValue>, value: unknown): DbValue {
  if (value === undefined) throw new TypeError('A column is missing in the result of a query.');
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const candidates = String(Number(text)) === text ? [text, Number(text)] : [text];
  for (const candidate of candidates) {
    const parsed = schema.safeParse(candidate);
    if (parsed.success) return parsed.data;
  }
  return new UnexpectedValue(text);
}
