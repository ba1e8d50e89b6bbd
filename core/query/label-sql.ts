import type { FragmentSqlToken } from 'slonik';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { columnSql, comma, isText, joined, piece } from './sql-names.ts';

/** Between the parts of a label. */
export const LABEL_GLUE = ' · ';

/**
 * What people call a row, as SQL text over an alias: its label's fields joined by ' · ', a relation among them by its key.
 * Without a part that holds something it is the key, so that a link never is empty.
 */
export function labelSql(model: ModelInfo, parts: readonly FieldInfo[], alias: string): FragmentSqlToken {
  const key = joinedText(model.key, alias);
  if (parts.length === 0 || parts.every((field) => model.key.includes(field))) return key;
  return piece`coalesce(nullif(${joinedText(parts, alias)}, ''), ${key})`;
}

/** One field as text. */
export function textSql(field: FieldInfo, alias: string): FragmentSqlToken {
  const column = columnSql(alias, field);
  return isText(field) ? column : piece`${column}::text`;
}

function joinedText(fields: readonly FieldInfo[], alias: string): FragmentSqlToken {
  const [only, ...more] = fields;
  if (only !== undefined && more.length === 0) return textSql(only, alias);
  const texts = fields.map((field) => textSql(field, alias));
  return piece`concat_ws(' · ', ${joined(texts, comma)})`;
}
