/**
 * Text as a literal for statements that take no parameters (DEFAULT, CHECK). Standard SQL quoting: a backslash is a backslash,
 * as `standard_conforming_strings` is on in every supported PostgreSQL.
 */
export function sqlLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
