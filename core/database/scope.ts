import { AsyncLocalStorage } from 'node:async_hooks';
import { type FragmentSqlToken, type QuerySqlToken, sql } from 'slonik';
import { z } from 'zod';
import { RustioError } from '../errors.ts';

/**
 * Settings of PostgreSQL that all statements of a request run with, whichever connection they use. They are set with
 * `set_config(name, value, true)` inside a transaction, so they never outlive it. Connections made with `withPlainConnection`
 * know nothing of them.
 *
 * @example
 * scope: (ctx) => ({ settings: { 'app.tenant': tenantOf(ctx) } }),
 */
export interface RequestScope {
  /** Names with a dot (`app.tenant`), or built-in ones that a role may set (`search_path`). */
  readonly settings: Readonly<Record<string, string>>;
}

/** PostgreSQL cuts longer names off, and two names could become one. */
const MAX_NAME = 63;
const NAME = /^[a-z_][a-z0-9_.]*$/i;
const MAX_VALUE = 1_000;
const MAX_SETTINGS = 20;

const current = new AsyncLocalStorage<RequestScope>();

/**
 * Runs `work` so that every statement in it has the settings of `scope`, beside those of the scope around it, which it may
 * override. A transaction keeps the scope that it was opened in.
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
 * Runs `work` outside any scope: for what all tenants share and a request happens to refresh.
 *
 * @example
 * const rates = await withoutScope(() => loadExchangeRates(app.database));
 */
export function withoutScope<T>(work: () => T): T {
  return current.getStore() === undefined ? work() : current.exit(work);
}

/**
 * The scope of the running code; undefined outside of one.
 *
 * @example
 * await enqueue(tx, { name: 'import', tenant: currentScope()?.settings['app.tenant'] });
 */
export function currentScope(): RequestScope | undefined {
  return current.getStore();
}

/** What of a cache belongs to the running scope and to no other. */
export function scopeKey(): string {
  return keyOfScope(current.getStore());
}

/** Equal for scopes with the same settings, in whatever order they were written. */
export function keyOfScope(scope: RequestScope | undefined): string {
  if (scope === undefined) return '';
  return JSON.stringify(Object.entries(scope.settings).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * One scope of several that apply to the same request; undefined when there is none.
 *
 * @throws RustioError `RIO-DATABASE-SCOPE` when two set the same name differently: neither may win by its place.
 */
export function mergeScopes(scopes: readonly (RequestScope | undefined)[]): RequestScope | undefined {
  const given = scopes.filter((scope) => scope !== undefined);
  if (given.length < 2) return given[0];
  const settings = new Map<string, string>();
  for (const [name, value] of given.flatMap((scope) => Object.entries(scope.settings))) {
    if (settings.has(name) && settings.get(name) !== value)
      throw wrongScope(`Two plugins set "${name}" to different values for one request.`);
    settings.set(name, value);
  }
  return { settings: Object.fromEntries(settings) };
}

const done = z.object({});

/** The statement that puts a scope in force until the end of the transaction. */
export function scopeStatement({ settings }: RequestScope): QuerySqlToken<typeof done> | undefined {
  const calls = Object.entries(settings).map(
    ([name, value]): FragmentSqlToken => sql.fragment`set_config(${name}, ${value}, true)`,
  );
  // One row, whose values nobody needs to parse.
  return calls.length === 0
    ? undefined
    : sql.type(done)`select from (select ${sql.join(calls, sql.fragment`, `)}) settings`;
}

function checkSettings({ settings }: RequestScope): void {
  const all = Object.entries(settings);
  if (all.length > MAX_SETTINGS)
    throw wrongScope(`A scope has ${all.length} settings; at most ${MAX_SETTINGS} are allowed.`);
  // What a plugin hands over may come from a request, whatever its type says.
  for (const [name, value] of all as [string, unknown][]) {
    if (name.length > MAX_NAME || !NAME.test(name))
      throw wrongScope(`"${name.slice(0, MAX_NAME)}" is not the name of a setting.`);
    if (typeof value !== 'string') throw wrongScope(`The setting "${name}" is not a string.`);
    if (value.length > MAX_VALUE) throw wrongScope(`The setting "${name}" is longer than ${MAX_VALUE} characters.`);
    if (value.includes('\0')) throw wrongScope(`The setting "${name}" contains a NUL character.`);
  }
}

function wrongScope(problem: string): RustioError {
  return new RustioError('RIO-DATABASE-SCOPE', {
    problem,
    why: 'The statements of this request would run with settings that nobody intended.',
    fix: `Correct the \`scope\` hook, or the call of \`withScope\`: names like app.tenant, values of at most ${MAX_VALUE} characters.`,
    retry: 'After the change.',
  });
}
