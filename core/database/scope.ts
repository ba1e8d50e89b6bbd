import { AsyncLocalStorage } from 'node:async_hooks';
import { type FragmentSqlToken, type QuerySqlToken, sql } from 'slonik';
import { z } from 'zod';

/**
 * Settings of PostgreSQL that all statements of a request run with, whichever connection they use. They are set with
 * `set_config(name, value, true)` inside a transaction, so they never outlive it.
 *
 * @example
 * scope: (ctx) => ({ settings: { 'app.tenant': tenantOf(ctx) } }),
 */
export interface RequestScope {
  /** Names with a dot (`app.tenant`), or built-in ones that a role may set (`search_path`). */
  readonly settings: Readonly<Record<string, string>>;
}

const current = new AsyncLocalStorage<RequestScope>();

/** Runs `work` so that every statement in it has the settings of `scope`. */
export function withScope<T>(scope: RequestScope, work: () => T): T {
  return current.run(mergeScopes([current.getStore(), scope]) ?? scope, work);
}

/** The scope of the running code; undefined outside of one. */
export function currentScope(): RequestScope | undefined {
  return current.getStore();
}

/** What of a cache belongs to the running scope and to no other. */
export function scopeKey(): string {
  const scope = current.getStore();
  return scope === undefined ? '' : JSON.stringify(scope.settings);
}

/** One scope of several; undefined when there is none. Two that set the same name differently are a mistake in the plugins. */
export function mergeScopes(scopes: readonly (RequestScope | undefined)[]): RequestScope | undefined {
  const given = scopes.filter((scope) => scope !== undefined);
  if (given.length < 2) return given[0];
  return { settings: Object.assign({}, ...given.map(({ settings }) => settings)) };
}

const done = z.object({});

/** The statement that puts a scope in force until the end of the transaction. */
export function scopeStatement({ settings }: RequestScope): QuerySqlToken<typeof done> | undefined {
  const calls = Object.entries(settings).map(
    ([name, value]): FragmentSqlToken => sql.fragment`set_config(${name}, ${value}, true)`,
  );
  return calls.length === 0
    ? undefined
    : sql.type(done)`select from (select ${sql.join(calls, sql.fragment`, `)}) settings`;
}
