/**
 * An array of one dimension as PostgreSQL writes it. Every text is quoted, so that none is taken for NULL, a comma or a brace.
 *
 * @example arrayLiteral(['a', 'b "c"']) // '{"a","b \\"c\\""}'
 */
export function arrayLiteral(items: readonly (string | number)[]): string {
  const written = items.map((item) =>
    typeof item === 'number' ? String(item) : `"${item.replace(/["\\]/g, '\\$&')}"`,
  );
  return `{${written.join(',')}}`;
}
