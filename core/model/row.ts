import { z } from 'zod';
import type { DbRow, DbValue } from './kind.ts';
import type { FieldInfo, ModelInfo } from './registry.ts';

/** Values by field name, as code has them. */
export type DecodedRow = Readonly<Record<string, unknown>>;
export type RowSchema = z.ZodObject<Record<string, z.ZodType<DbValue>>>;

/** A row's values as code has them; fields that the query did not ask for are absent. */
export function decodeRow(model: ModelInfo, row: DbRow): DecodedRow {
  const values: Record<string, unknown> = {};
  for (const field of model.stored) {
    const wire = row[field.name];
    // What was only summarised was not asked for either.
    if (wire !== undefined && field.spec.summary?.is(wire) !== true)
      values[field.name] = wire === null ? null : field.spec.decode(wire);
  }
  return values;
}

const schemas = new WeakMap<ModelInfo, Map<string, RowSchema>>();

/**
 * The shape of rows with these fields (under their own names), for `sql.type`. Built once for each set of fields: a ready one
 * costs next to nothing. `extend` it for labels and counts.
 */
export function rowSchema(model: ModelInfo, fields: readonly FieldInfo[]): RowSchema {
  const known = schemas.get(model) ?? new Map<string, RowSchema>();
  schemas.set(model, known);
  const name = fields.map((field) => field.name).join(' ');
  let schema = known.get(name);
  if (schema === undefined) {
    const entries = fields.map((field) => [field.name, field.nullable ? field.spec.wire.nullable() : field.spec.wire]);
    schema = z.object(Object.fromEntries(entries));
    known.set(name, schema);
  }
  return schema;
}
