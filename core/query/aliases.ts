// Names of columns in the results of the reading door, beside the fields' own names.

/** The label of the record itself, where one record is read. */
export const LABEL = '~label';
/** The version that an update must still find (xmin). */
export const VERSION = '~version';
/** Of a search: how many rows match, as far as they were counted. */
export const MATCHES = '~matches';
/** The label of the row that a relation points to; absent when the reader may not know it. */
export const relationLabel = (field: string): string => `${field}~label`;
/** The values of a manyToMany: an array of `{ key, label }`. */
export const relationList = (field: string): string => `${field}~list`;
