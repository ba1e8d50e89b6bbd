import type { App } from './app.ts';
import type { Database } from './database/pool.ts';
import type { FileStore } from './files/file-store.ts';
import type { AnyModel } from './model/model.ts';
import type { Plugin } from './plugin.ts';

/** Options by plugin; each built-in plugin adds its own by declaration merging. `false` takes a plugin away. */
export interface PluginOptions {
  [project: string]: unknown;
}

/** What `rustio.config.ts` exports. Environment variables win over it, secrets come from nowhere else. */
export interface Config {
  /** What the application is called, on every page. */
  readonly name: string;
  readonly models?: readonly AnyModel[];
  readonly plugins?: Partial<PluginOptions>;
  /** The project's own plugins, after the built-in ones, in this order. */
  readonly extend?: readonly Plugin[];
  /** Where the admin lives. @defaultValue '/admin' */
  readonly mountPath?: string;
  /** The address under which people reach it: `https://desk.example.org`. Links in mails come from here alone. */
  readonly publicUrl?: string;
  /** How many proxies in front of it are trusted to tell the client's address. @defaultValue 0 */
  readonly trustedProxies?: number;
  /** @defaultValue 'en' */
  readonly locale?: string;
  /** IANA name. @defaultValue 'UTC' */
  readonly timeZone?: string;
  /** Where uploaded files are kept. */
  readonly files?: FilesConfig;
  /** A module of the project whose export `seed` fills a fresh development database. */
  readonly seed?: string;
}

export interface FilesConfig {
  /**
   * A folder, from the project's own on; `FILES_FOLDER` of the environment wins. Several machines need one that they share.
   * @defaultValue '.rustio/local/files'
   */
  readonly folder?: string;
  /** Another place for the contents than that folder. */
  readonly store?: FileStore;
}

/** Checks the config's type and gives it back. Everything else is checked at the boot. */
export function defineConfig(config: Config): Config {
  return config;
}

/** What the environment says, validated. */
export interface Environment {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  /** Undefined: the embedded server, in development. */
  readonly databaseUrl: string | undefined;
  /** An owner's URL for migrations, where the serving role owns nothing. */
  readonly databaseOwnerUrl: string | undefined;
  readonly publicUrl: string | undefined;
  /** First encrypts and signs, all decrypt and verify. */
  readonly secretKeys: readonly string[];
  readonly logLevel: string;
  /** Where uploaded files are kept, when it is not as the config says. */
  readonly filesFolder?: string | undefined;
}

/** A project on disk. */
export interface ProjectContext {
  /** Absolute path of its folder. */
  readonly folder: string;
  readonly environment: Environment;
  /** Undefined when it could not be loaded; then `configError` says why. */
  readonly config: Config | undefined;
  readonly configError: unknown;
}

/** What `seed` is given. */
export interface SeedContext {
  readonly app: App;
  readonly database: Database;
  /** Absolute path of the project's folder. */
  readonly folder: string;
  /** A line for the person who waits. */
  say(line: string): void;
  /**
   * Somebody whom the seed made, with the generated password: printed once at the end of the first start, an
   * administrator as the last one, and kept nowhere.
   */
  introduce(person: SeededPerson): void;
}

export interface SeededPerson {
  readonly email: string;
  readonly password: string;
  readonly role: string;
}

/** What the module that `seed` names exports as `seed`. It runs once a database, in development. */
export type Seed = (context: SeedContext) => Promise<void>;
