/** Why a value is rejected: a message key and its parameters. */
export interface Issue {
  readonly key: string;
  readonly params?: Readonly<Record<string, string | number>>;
}
/** The result of parsing a string: the value, or why it is invalid. */
export type Parsed<V> = { readonly ok: true; readonly value: V } | { readonly ok: false; readonly issue: Issue };

/** A problem with values to be stored. Without a field, it concerns the record as a whole. */
export interface Problem<Field extends string = string> {
  readonly field: Field | undefined;
  readonly issue: Issue;
}

/** @example createIssue('problem.tooLong', { max: 80, length: 93 }) */
export function createIssue(key: string, params?: Issue['params']): Issue {
  return params === undefined ? { key } : { key, params };
}

export function valid<V>(value: V): Parsed<V> {
  return { ok: true, value };
}

export function invalid(key: string, params?: Issue['params']): Parsed<never> {
  return { ok: false, issue: createIssue(key, params) };
}

/**
 * The value, unless there is an issue with it.
 *
 * @example return validUnless(validate(value, field), value);
 */
export function validUnless<V>(issue: Issue | undefined, value: V): Parsed<V> {
  return issue === undefined ? valid(value) : { ok: false, issue };
}
