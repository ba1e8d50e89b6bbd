import type { Problem } from '../model/issue.ts';

/** Values in code, by field name. */
export type Values = Readonly<Record<string, unknown>>;

/** The outcome of a change. Rejections are outcomes rather than exceptions, so that they do not abort the transaction. */
export type Written =
  | { readonly outcome: 'done'; readonly key: string; readonly label: string; readonly changed: boolean }
  | { readonly outcome: 'invalid'; readonly problems: readonly Problem[] }
  /** The record was changed after it was read. `fields` are those that now differ. */
  | { readonly outcome: 'conflict'; readonly fields: readonly string[] }
  | { readonly outcome: 'missing' }
  /** With problems: the actor may change the record, but a row rule does not allow these values. */
  | { readonly outcome: 'forbidden'; readonly problems?: readonly Problem[] };

/** The outcome of a deletion; see `Written`. */
export type Removed =
  | { readonly outcome: 'done'; readonly label: string }
  /** Other rows that reference this one prevent the deletion. */
  | { readonly outcome: 'referenced'; readonly by: readonly string[] }
  /**
   * A hook prevents the deletion of the row, or of one that would be deleted with it. Without problems, a rule of the database
   * does, such as a trigger.
   */
  | { readonly outcome: 'rejected'; readonly problems: readonly Problem[] }
  | { readonly outcome: 'conflict' }
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'forbidden' };

/**
 * The values of a row before or after a change, by field, as JSON. Text of more than 4 KB may be a `LargeValue`, which contains
 * only its beginning, size and hash.
 */
export type Snapshot = Readonly<Record<string, unknown>>;
