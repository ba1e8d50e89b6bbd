// Columns as pages read them. Values that are too large for a page are truncated by PostgreSQL, so that lists neither transfer nor
// format them.

import type { FragmentSqlToken } from 'slonik';
import { z } from 'zod';
import type { FieldInfo } from '../model/field-type.ts';
import { LargeValue } from '../model/row.ts';
import { LARGE } from '../sql/aliases.ts';
import { fragment, joinFragments, nameSql, rawSql } from '../sql/fragments.ts';
import { quoteLiteral, quoteName } from '../sql/quote.ts';
import { columnSql, holdsText } from './field-sql.ts';

/**
 * How much of a value is read: for a list, for a record's page, for the audit trail, or all of it (for forms, code and hooks). The
 * audit trail also stores only the beginning of large texts; it reads other values completely, so that secrets inside them can be
 * removed.
 */
export type Extent = 'list' | 'record' | 'trail' | 'whole';
type CutExtent = Exclude<Extent, 'whole'>;

/** Larger values, in bytes, are truncated. */
const MAX_BYTES: Readonly<Record<CutExtent, number>> = { list: 4_096, record: 262_144, trail: 4_096 };
/**
 * Max stored size of values that are not text, which may be compressed. Only the size of text is known without reading it, so other
 * values are compared by their stored size first; in a list, a larger one is not read at all, not even its beginning.
 */
const MAX_STORED: Readonly<Record<Exclude<CutExtent, 'trail'>, number>> = { list: 8_192, record: 262_144 };
/** Length of the beginning of a large value, in characters of at most four bytes. */
const MAX_BEGINNING: Readonly<Record<CutExtent, number>> = { list: 200, record: 1_000, trail: 1_000 };
/** Text whose length the database limits to this many characters is never checked. */
const MAX_SHORT = 1_000;

/** Column types whose values are always small. */
const SMALL_TYPES: ReadonlySet<string> = new Set(
  `smallint integer bigint boolean date time timestamp timestamptz uuid real inet point`.split(' '),
);

/**
 * An SQL expression for a column as pages read it: the column itself, or its field type's summary. A value that is too large
 * becomes NULL and is described by `largeValuesSql`.
 */
export function displaySql(alias: string, field: FieldInfo, extent: Extent): FragmentSqlToken {
  const { exact, summary } = field.type;
  const column = quoted(alias, field);
  if (summary !== undefined) return rawSql(summary.sql(column, extent !== 'list'));
  const isCut = extent !== 'whole' && isCutFor(field, extent);
  if (exact === undefined && !isCut) return columnSql(alias, field);
  // fault: large-values-read
  const value = isCut ? `(case when not ${isLargeSql(column, field, extent)} then ${column} end)` : column;
  return rawSql(exact === undefined ? value : exact(value));
}

/** The column `LARGE`: what a page shows instead of a row's large values; undefined if no field can have any. */
export function largeValuesSql(
  alias: string,
  fields: readonly FieldInfo[],
  extent: Extent,
): FragmentSqlToken | undefined {
  const cut = extent === 'whole' ? [] : fields.filter((field) => isCutFor(field, extent));
  if (extent === 'whole' || cut.length === 0) return undefined;
  const isAnyLarge = cut.map((field) => rawSql(isLargeSql(quoted(alias, field), field, extent)));
  // One object per field, because functions take a limited number of arguments.
  const objects = cut.map((field) => rawSql(largeSql(quoted(alias, field), field, extent)));
  return fragment`case when ${joinFragments(isAnyLarge, rawSql(' or '))}
    then jsonb_strip_nulls(${joinFragments(objects, rawSql(' || '))}) end as ${nameSql([LARGE])}`;
}

/** The schema of the column `LARGE`. */
export const largeValues: z.ZodType<object | null> = z
  .record(z.string(), z.object({ text: z.string().default(''), bytes: z.number(), sha256: z.string().optional() }))
  .transform((all) => Object.fromEntries(Object.entries(all).map(([name, value]) => [name, new LargeValue(value)])))
  .nullable();

/**
 * Whether pages truncate values of this column. Keys are never truncated, since links and cursors need them completely, and neither
 * an index nor a URL has room for large ones.
 */
export function mayBeLarge(field: FieldInfo): boolean {
  const { model, type, item, max, precision, values } = field;
  if (field.column === '' || field.target !== undefined || type.summary !== undefined) return false;
  if (model.key.includes(field) || SMALL_TYPES.has(type.cast(field))) return false;
  if (!model.managed || field.expression !== undefined || item !== undefined) return true;
  // These limits are enforced by the database.
  if (holdsText(field)) return values.length === 0 && !(typeof max === 'number' && max <= MAX_SHORT);
  return precision === undefined;
}

function isCutFor(field: FieldInfo, extent: CutExtent): boolean {
  // fault: secrets-in-cut-values
  return mayBeLarge(field) && (extent !== 'trail' || holdsText(field));
}

function isLargeSql(column: string, field: FieldInfo, extent: CutExtent): string {
  const isLong = `coalesce(octet_length(${column}::text), 0) > ${MAX_BYTES[extent]}`;
  if (holdsText(field) || extent === 'trail') return `(${isLong})`;
  // CASE, because OR does not guarantee the order of evaluation.
  return `(case when pg_column_size(${column}) > ${MAX_STORED[extent]} then true else ${isLong} end)`;
}

/** `{ field: { text, bytes } }`, with the hash for a single record. */
function largeSql(column: string, field: FieldInfo, extent: CutExtent): string {
  const text = `${column}::text`;
  const hash = extent !== 'list' ? `, 'sha256', encode(sha256(textsend(${text})), 'hex')` : '';
  const read = `jsonb_build_object('text', left(${text}, ${MAX_BEGINNING[extent]}), 'bytes', octet_length(${text})${hash})`;
  const unread =
    extent === 'list' && !holdsText(field)
      ? `when pg_column_size(${column}) > ${MAX_STORED.list} then jsonb_build_object('bytes', pg_column_size(${column}))`
      : '';
  const value = `case ${unread} when ${isLargeSql(column, field, extent)} then ${read} end`;
  return `jsonb_build_object(${quoteLiteral(field.name)}, ${value})`;
}

function quoted(alias: string, { column }: FieldInfo): string {
  return `${quoteName(alias)}.${quoteName(column)}`;
}
