import type { App } from './app.ts';
import type { Database, Transaction } from './database/pool.ts';
import type { AnyModel, Insert } from './model/model.ts';

/** What a plugin receives to prepare a development database. */
export interface DevelopmentStart {
  /** Users that the project's seed created during this start, with passwords that are shown only once. */
  readonly users: readonly SeededUser[];
  /**
   * A command line that works in the folder where `start` was run: `command('user list')` gives `npx rustio-admin user list
   * --project starters/strikes`.
   */
  command(words: string): string;
}

/**
 * Lines that `start` prints for a plugin at the very end. They may contain information that is available nowhere else, so they are
 * printed even if the start fails.
 */
export interface DevelopmentNotes {
  readonly aboveAddress?: readonly string[];
  readonly belowAddress?: readonly string[];
}

/**
 * Prepares a plugin's data for development, so that newcomers get a working application. `start` calls it after migrations and the
 * seed. It runs at every start, so it must be idempotent. It never runs in production.
 *
 * @example
 * prepareDevelopment: async (app, { command }) => {
 *   const key = await app.database.transaction((tx) => ensureFirstKey(tx));
 *   return { belowAddress: [`API key: ${key}`, `List keys with: ${command('key list')}`] };
 * },
 */
export type PrepareDevelopment = (
  app: App,
  start: DevelopmentStart,
) => Promise<DevelopmentNotes | undefined> | DevelopmentNotes | undefined;

/** What `seed` receives. */
export interface SeedContext {
  readonly app: App;
  readonly database: Database;
  /** Absolute path of the project's folder. */
  readonly folder: string;
  /**
   * Inserts rows with their keys in few statements, without `app.write`: no values or permissions are checked, no hooks run, and no
   * events or audit entries are recorded. The next key of the table follows the highest one.
   *
   * @example
   * await database.transaction((tx) => insertRows(tx, Airport, [{ code: 'ZRH', name: 'Zurich' }]));
   */
  insertRows<M extends AnyModel>(tx: Transaction, model: M, rows: readonly Insert<M>[]): Promise<void>;
  /** Reports progress on the terminal. */
  log(line: string): void;
  /**
   * Reports an account that the seed created, with the generated password. Both are printed once at the end of the first start,
   * administrators last, and stored nowhere.
   */
  reportAccount(user: SeededUser): void;
}

/** A user that the seed created, with the generated password. */
export interface SeededUser {
  readonly email: string;
  readonly password: string;
  readonly role: string;
}

/**
 * The `seed` export of the module named by the `seed` setting. It runs once per database, in development.
 *
 * @example
 * export const seed: Seed = async ({ database, log }) => {
 *   await database.transaction((tx) => insertAirports(tx));
 *   log('Airports inserted.');
 * };
 */
export type Seed = (context: SeedContext) => Promise<void>;
