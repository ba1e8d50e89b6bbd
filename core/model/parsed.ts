import type { Issue, Parsed } from './kind.ts';

/** A value was understood. */
export function accepted<V>(value: V): Parsed<V> {
  return { ok: true, value };
}

/** It was not: a key of the words, and what they mention. */
export function refused(key: string, params?: Issue['params']): Parsed<never> {
  return { ok: false, issue: issue(key, params) };
}

/** Accepted unless there is an issue with it. */
export function unless<V>(found: Issue | undefined, value: V): Parsed<V> {
  return found === undefined ? accepted(value) : { ok: false, issue: found };
}

export function issue(key: string, params?: Issue['params']): Issue {
  return params === undefined ? { key } : { key, params };
}
