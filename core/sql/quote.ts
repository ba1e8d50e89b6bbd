// Quotes names and values for SQL text. Values that can be parameters are always passed as parameters.

/**
 * Names that PostgreSQL 15 to 18 does not accept unquoted as the name of a table or column, or accepts only in some places.
 */
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char
  character check coalesce collate collation column concurrently constraint create cross current_catalog current_date
  current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do
  else end except exists extract false fetch float for foreign freeze from full grant greatest group grouping having ilike
  in initially inner inout int integer intersect interval into is isnull join json json_array json_arrayagg json_exists
  json_object json_objectagg json_query json_scalar json_serialize json_table json_value lateral leading least left like
  limit localtime localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset
  on only or order out outer overlaps overlay placing position precision primary real references returning right row select
  session_user setof similar smallint some substring symmetric system_user table tablesample then time timestamp to trailing
  treat trim true union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat
  xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`.split(/\s+/),
);

/** A name as SQL: quoted only if PostgreSQL requires it, so that migrations are easy to read. */
export function quoteName(name: string): string {
  if (/^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name)) return name;
  return `"${name.replaceAll('"', '""')}"`;
}

/** `strike`, `"order"`, `billing.invoice` */
export function quoteTable(name: string): string {
  return name.split('.').map(quoteName).join('.');
}

/** @example quoteNames(['id', 'order']) // 'id, "order"' */
export function quoteNames(names: readonly string[]): string {
  return names.map(quoteName).join(', ');
}

/**
 * Text as a literal for statements that take no parameters (DEFAULT, CHECK). Standard SQL quoting: a backslash needs no escape,
 * since `standard_conforming_strings` is on by default in every supported PostgreSQL version.
 *
 * @example quoteLiteral("it's") // "'it''s'"
 */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * A one-dimensional array in PostgreSQL's text format. Strings are always quoted, so that they are not mistaken for NULL or a
 * delimiter.
 *
 * @example arrayLiteral(['a', 'b "c"']) // '{"a","b \\"c\\""}'
 */
export function arrayLiteral(items: readonly (string | number | null)[]): string {
  const elements = items.map((item) =>
    typeof item === 'string' ? `"${item.replace(/["\\]/g, '\\$&')}"` : String(item ?? 'NULL'),
  );
  return `{${elements.join(',')}}`;
}
