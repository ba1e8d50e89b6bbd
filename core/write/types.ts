import type { Issue } from '../model/kind.ts';

/** A mistake in what somebody wanted to store; without a field it concerns the record as a whole. */
export interface Problem<Field extends string = string> {
  readonly field: Field | undefined;
  readonly issue: Issue;
}

/** What became of a wanted change. Refusals are outcomes, not exceptions: they must not tear down the transaction. */
export type Written =
  | { readonly outcome: 'done'; readonly key: string; readonly label: string; readonly changed: boolean }
  | { readonly outcome: 'invalid'; readonly problems: readonly Problem[] }
  /** Somebody else changed the record since it was read; the fields that differ now. */
  | { readonly outcome: 'conflict'; readonly fields: readonly string[] }
  | { readonly outcome: 'missing' }
  /** Problems: the actor may change the record, but a row rule does not allow it with these values. */
  | { readonly outcome: 'forbidden'; readonly problems?: readonly Problem[] };

/** What became of a deletion; see `Written`. */
export type Removed =
  | { readonly outcome: 'done'; readonly label: string }
  /** Other rows point here and forbid it. */
  | { readonly outcome: 'held'; readonly by: readonly string[] }
  /** Hooks of plugins keep the row, or one that would go with it. Without problems it is a rule of the database, in a trigger perhaps. */
  | { readonly outcome: 'refused'; readonly problems: readonly Problem[] }
  | { readonly outcome: 'conflict' }
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'forbidden' };

/** Before and after of a row, by field, as JSON. */
export type Snapshot = Readonly<Record<string, unknown>>;
