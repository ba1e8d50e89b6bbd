import type { DbRow } from '../model/kind.ts';
import type { ModelInfo } from '../model/registry.ts';
import { relationList } from './aliases.ts';

/**
 * A row of a page or record as JSON, by field name, for APIs and exports. Fields that the reader may not see are absent, as in the
 * row itself. A many-to-many is an array of keys; numbers that JSON cannot hold exactly are strings.
 *
 * @example
 * const page = await app.records.list(actor, listing, query);
 * ctx.body = page.rows.map((row) => jsonRow(model, row));
 */
export function jsonRow(model: ModelInfo, row: DbRow): Readonly<Record<string, unknown>> {
  const values: [string, unknown][] = [];
  for (const field of model.fields.values()) {
    const value = row[field.through === undefined ? field.name : relationList(field.name)];
    if (value === undefined) continue;
    values.push([field.name, value === null ? null : field.spec.exported(value)]);
  }
  return Object.fromEntries(values);
}
