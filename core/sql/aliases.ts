// Column names in the results of `app.records`, in addition to the fields' own names.

/** The label of the record itself, when a single record is read. */
export const LABEL = '~label';
/** The row's version, which an update compares. */
export const VERSION = '~version';
/** The values of the row that are too large for the page; see `core/query/display-sql.ts`. */
export const LARGE = '~large';
/** In a search: the number of matching rows, up to the counting limit. */
export const MATCHES = '~matches';
/** The label of the row that a relation references; absent if the user cannot see that row. */
export const relationLabel = (field: string): string => `${field}~label`;
/** The values of a manyToMany: an array of `{ key, label }`. */
export const relationList = (field: string): string => `${field}~list`;

/** An alias that differs from all of the given columns, for a subselect that also selects them under their own names. */
export function aliasBeside(columns: readonly string[], alias: string): string {
  return columns.includes(alias) ? aliasBeside(columns, `~${alias}`) : alias;
}
