import type { App } from './app.ts';
import type { SeededPerson } from './config.ts';

/** What a plugin is given to prepare a database of development. */
export interface DevelopmentStart {
  /** People whom the project's seed created in this very start, with passwords that are shown this once. */
  readonly people: readonly SeededPerson[];
  /**
   * A command line that works where the start was typed:
   * `command('user list')` gives `npx rustio-admin user list --project starters/strikes`.
   */
  command(words: string): string;
}

/** Lines that a start prints for a plugin, last of all. What they say is nowhere else, so they are printed even when it fails. */
export interface DevelopmentNotes {
  readonly aboveAddress?: readonly string[];
  readonly belowAddress?: readonly string[];
}

/**
 * What `start` does in development for a plugin, after migrations and the seed, so that a newcomer meets a working application.
 * It runs at every start and must bear finding its work done. In production it never runs.
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
