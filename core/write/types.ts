import type { Problem } from '../model/issue.ts';

/** Values by field name, as code uses them (typed by the model in code, plain for forms). */
export type Values = Readonly<Record<string, unknown>>;

/** The outcome of a change. Rejections are outcomes, not exceptions: they must not abort the transaction. */
export type Written =
  | { readonly outcome: 'done'; readonly key: string; readonly label: string; readonly changed: boolean }
  | { readonly outcome: 'invalid'; readonly problems: readonly Problem[] }
  /** The record has been changed since it was read; `fields` are those that differ now. */
  | { readonly outcome: 'conflict'; readonly fields: readonly string[] }
  | { readonly outcome: 'missing' }
  /** Problems: the actor may change the record, but a row rule does not allow it with these values. */
  | { readonly outcome: 'forbidden'; readonly problems?: readonly Problem[] };

/** The outcome of a deletion; see `Written`. */
export type Removed =
  | { readonly outcome: 'done'; readonly label: string }
  /** Other rows reference this one and prevent it. */
  | { readonly outcome: 'referenced'; readonly by: readonly string[] }
  /**
   * Hooks of plugins keep the row, or one that would be deleted with it. Without problems it is a rule of the database, such as
   * a trigger.
   */
  | { readonly outcome: 'rejected'; readonly problems: readonly Problem[] }
  | { readonly outcome: 'conflict' }
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'forbidden' };

/**
 * The values of a row before or after a change, by field, as JSON. A text of more than 4 KB may be a `LargeValue`, which has only its
 * beginning, size and hash.
 */
export type Snapshot = Readonly<Record<string, unknown>>;
