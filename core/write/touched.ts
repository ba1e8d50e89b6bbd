import { type FragmentSqlToken, sql } from 'slonik';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';

/**
 * The field that tells when a row was last changed, as `timestamps()` makes it: a read-only moment with the default `now`
 * called `updatedAt`. Every update sets it to the transaction's time; nothing else is kept by name.
 */
export function touchedField(model: ModelInfo): FieldInfo | undefined {
  const field = model.fields.get('updatedAt');
  return field?.kind === 'timestamp' && field.readOnly && field.default === 'now' ? field : undefined;
}

export function touchSql(field: FieldInfo): FragmentSqlToken {
  return sql.fragment`${sql.identifier([field.column])} = now()`;
}
