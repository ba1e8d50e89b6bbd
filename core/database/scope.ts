import { AsyncLocalStorage } from 'node:async_hooks';
import { type FragmentSqlToken, type QuerySqlToken, sql } from 'slonik';
import { z } from 'zod';
import { invalidScope } from '../errors/database.ts';
import type { RustioError } from '../errors/rustio-error.ts';

/**
 * PostgreSQL settings for all statements of a request, on any connection. They are set with `set_config(name, value, true)` inside
 * a transaction, so they never outlive it. Connections of `withPlainConnection` do not have them.
 *
 * @example
 * scope: (ctx) => ({ settings: { 'app.tenant': tenantOf(ctx) } }),
 */
export interface RequestScope {
  /** Names with a dot (`app.tenant`), or built-in ones that a role may set (`search_path`). */
  readonly settings: Readonly<Record<string, string>>;
}

/** PostgreSQL truncates longer names, so two could become the same. */
const MAX_NAME = 63;
const NAME = /^[a-z_][a-z0-9_.]*$/i;
const MAX_VALUE = 1_000;
const MAX_SETTINGS = 20;

const current = new AsyncLocalStorage<RequestScope>();

/**
 * Runs `work` with the settings of `scope` for every statement in it. They are merged with those of the enclosing scope and
 * override them. A transaction keeps the scope that it was opened in.
 *
 * @example
 * await withScope({ settings: { 'app.tenant': job.tenant } }, () => app.database.transaction((tx) => importRows(tx, job)));
 *
 * @throws RustioError `RIO-DATABASE-SCOPE` for a setting whose name or value is not allowed.
 */
export function withScope<T>(scope: RequestScope, work: () => T): T {
  checkSettings(scope);
  const outer = current.getStore();
  return current.run(outer === undefined ? scope : { settings: { ...outer.settings, ...scope.settings } }, work);
}

/**
 * Runs `work` outside any scope, for example to refresh data that all tenants share from within a request.
 *
 * @example
 * const rates = await withoutScope(() => loadExchangeRates(app.database));
 */
export function withoutScope<T>(work: () => T): T {
  return current.getStore() === undefined ? work() : current.exit(work);
}

/**
 * The scope of the running code; undefined outside any scope.
 *
 * @example
 * await enqueue(tx, { name: 'import', tenant: currentScope()?.settings['app.tenant'] });
 */
export function currentScope(): RequestScope | undefined {
  return current.getStore();
}

/** Cache key for entries that belong to the current scope only. */
export function scopeKey(): string {
  return keyOfScope(current.getStore());
}

/** Equal for scopes with the same settings, regardless of their order. */
export function keyOfScope(scope: RequestScope | undefined): string {
  if (scope === undefined) return '';
  return JSON.stringify(Object.entries(scope.settings).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Merges the scopes that apply to the same request; undefined if no scope applies.
 *
 * @throws RustioError `RIO-DATABASE-SCOPE` if two scopes give the same setting different values: the result must not depend on
 *   their order.
 */
export function mergeScopes(scopes: readonly (RequestScope | undefined)[]): RequestScope | undefined {
  const present = scopes.filter((scope) => scope !== undefined);
  if (present.length < 2) return present[0];
  const settings = new Map<string, string>();
  for (const [name, value] of present.flatMap((scope) => Object.entries(scope.settings))) {
    if (settings.has(name) && settings.get(name) !== value)
      throw scopeError(`Two plugins set "${name}" to different values for one request.`);
    settings.set(name, value);
  }
  return { settings: Object.fromEntries(settings) };
}

const done = z.object({});

/** The statement that applies a scope until the end of the transaction. */
export function scopeStatement({ settings }: RequestScope): QuerySqlToken<typeof done> | undefined {
  const calls = Object.entries(settings).map(
    // fault: scope-outlives-transaction
    ([name, value]): FragmentSqlToken => sql.fragment`set_config(${name}, ${value}, true)`,
  );
  // The values of the row are not parsed.
  return calls.length === 0
    ? undefined
    : sql.type(done)`select from (select ${sql.join(calls, sql.fragment`, `)}) settings`;
}

function checkSettings({ settings }: RequestScope): void {
  const all = Object.entries(settings);
  if (all.length > MAX_SETTINGS)
    throw scopeError(`A scope has ${all.length} settings; at most ${MAX_SETTINGS} are allowed.`);
  // A plugin's values may come from a request, so their declared type is not trusted.
  for (const [name, value] of all as [string, unknown][]) {
    if (name.length > MAX_NAME || !NAME.test(name))
      throw scopeError(`"${name.slice(0, MAX_NAME)}" is not the name of a setting.`);
    if (typeof value !== 'string') throw scopeError(`The setting "${name}" is not a string.`);
    if (value.length > MAX_VALUE) throw scopeError(`The setting "${name}" is longer than ${MAX_VALUE} characters.`);
    if (value.includes('\0')) throw scopeError(`The setting "${name}" contains a NUL character.`);
  }
}

function scopeError(problem: string): RustioError {
  return invalidScope({ problem, maxLength: MAX_VALUE });
}
