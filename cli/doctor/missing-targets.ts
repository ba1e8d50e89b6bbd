import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/pool.ts';
import type { DbRow, FieldInfo } from '../../core/model/field-type.ts';
import { keyText } from '../../core/model/key.ts';
import { columnSql, tableSql, valueField } from '../../core/query/field-sql.ts';
import { arrayLiteral } from '../../core/sql/quote.ts';
import { findTable } from './database-table.ts';

const found = z.object({ key: z.string() });

/**
 * The rows of a sample that refer to a row that does not exist; only where no foreign key prevents it. Each key is looked up in an
 * index: in a table without one, or in a view, nothing is looked up.
 */
export async function rowsWithoutTarget(
  database: Query,
  field: FieldInfo,
  sample: readonly DbRow[],
): Promise<readonly DbRow[]> {
  const { target } = field;
  if (target === undefined) return [];
  const key = valueField(field);
  // Values that pages read as another text than PostgreSQL's cannot be compared with it.
  if (key.type.exact !== undefined || key.type.summary !== undefined) return [];
  const rows = sample.filter((row) => textOf(row[field.name]) !== undefined);
  const table = rows.length === 0 ? undefined : await findTable(database, target);
  // fault: target-without-index-scanned
  const isIndexed = table?.keys.some((columns) => columns.length === 1 && columns[0] === key.column) === true;
  if (!isIndexed || table === undefined) return [];
  const plain = comparable(table.columns.get(key.column)?.type);
  const values = [...new Set(rows.map((row) => textOf(row[field.name]) ?? ''))];
  // The parameter has no type, so that PostgreSQL takes the column's, whose index it can use.
  const existing = await database.any(sql.type(found)`
    select ${columnSql('t', key)}::text as key from ${tableSql(target)} t where ${columnSql('t', key)} = any(${arrayLiteral(values)})
  `);
  const keys = new Set(existing.map((row) => plain(row.key)));
  // fault: orphans-unreported
  return rows.filter((row) => !keys.has(plain(textOf(row[field.name]) ?? '')));
}

/** `order.buyer: 7 and 2 more refer to rows of member that do not exist` */
export function describeRows({ model, name }: FieldInfo, rows: readonly DbRow[], what: string, max: number): string {
  const shown = rows.slice(0, max).map((row) => keyText(model, row) || '(no key)');
  const more = rows.length > shown.length ? ` and ${rows.length - shown.length} more` : '';
  return `${model.name}.${name}: ${shown.join(', ')}${more} (${what})`;
}

function textOf(value: DbRow[string] | undefined): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** Texts that are equal for the column's type, as the same text. */
function comparable(type: string | undefined): (text: string) => string {
  if (type === 'citext') return (text) => text.toLowerCase();
  if (type === 'bpchar') return (text) => text.trimEnd();
  if (type === 'numeric') return (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  return (text) => text;
}
