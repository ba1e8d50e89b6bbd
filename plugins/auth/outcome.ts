import type { Issue, Problem } from '../../core/model/issue.ts';

/** The result of a change to an account or group. Rejections are return values, since they must not abort the transaction. */
export type Outcome<Done extends object = object> =
  | ({ readonly outcome: 'done' } & Done)
  /** The input is invalid. */
  | { readonly outcome: 'invalid'; readonly problems: readonly Problem[] }
  /** A rule rejects the change, with the reason. */
  | { readonly outcome: 'rejected'; readonly issue: Issue }
  /** The account or group does not exist. */
  | { readonly outcome: 'missing' };

export function rejected(
  key: string,
  params?: Issue['params'],
): { readonly outcome: 'rejected'; readonly issue: Issue } {
  return { outcome: 'rejected', issue: params ? { key, params } : { key } };
}

export function invalid(
  field: string,
  issue: Issue,
): { readonly outcome: 'invalid'; readonly problems: readonly Problem[] } {
  return { outcome: 'invalid', problems: [{ field, issue }] };
}
