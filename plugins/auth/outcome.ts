import type { Issue } from '../../core/model/kind.ts';
import type { Problem } from '../../core/write/types.ts';

/** What became of a wanted change of an account or group. Refusals are outcomes: they must not tear down the transaction. */
export type Outcome<Done extends object = object> =
  | ({ readonly outcome: 'done' } & Done)
  /** What was given cannot be stored. */
  | { readonly outcome: 'invalid'; readonly problems: readonly Problem[] }
  /** A guard says no, and why. */
  | { readonly outcome: 'refused'; readonly issue: Issue }
  /** There is no such account or group. */
  | { readonly outcome: 'missing' };

export function refused(key: string, params?: Issue['params']): { readonly outcome: 'refused'; readonly issue: Issue } {
  return { outcome: 'refused', issue: params ? { key, params } : { key } };
}

export function invalid(
  field: string,
  issue: Issue,
): { readonly outcome: 'invalid'; readonly problems: readonly Problem[] } {
  return { outcome: 'invalid', problems: [{ field, issue }] };
}
