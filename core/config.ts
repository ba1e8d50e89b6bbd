import type { z } from 'zod';
import type { App } from './app.ts';
import type { Database } from './database/pool.ts';
import type { FileStore } from './files/file-store.ts';
import type { AnyModel } from './model/model.ts';
import type { Plugin } from './plugin.ts';
import type { ModelRules } from './policy.ts';
import type { Messages } from './view/words.ts';

/**
 * The schema of each plugin's options, by its name. Plugins merge theirs in; `NoOptions` for a plugin without any, so that a
 * config can disable it by name.
 *
 * @example
 * declare module 'rustio-admin/plugin' {
 *   interface PluginOptions { comments: typeof options }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: plugins merge into it
export interface PluginOptions {}
/** The schema of a plugin without options, for `PluginOptions`. */
export type NoOptions = z.ZodObject<Record<never, never>>;

/** The shape of each plugin's environment variables, by its name. Plugins merge theirs in. */
// biome-ignore lint/suspicious/noEmptyInterface: plugins merge into it
export interface PluginEnvironment {}

/** Options by plugin. `false` disables a plugin. */
export type PluginConfig = {
  readonly [N in keyof PluginOptions]?: false | z.input<PluginOptions[N]>;
};

/** What `rustio.config.ts` exports. Environment variables win over it, secrets come from nowhere else. */
export interface Config {
  /** What the application is called, on every page. */
  readonly name: string;
  readonly models?: readonly AnyModel[];
  readonly plugins?: PluginConfig;
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
  /** Which rows and fields of a model who may see or change, beside permissions; made with `defineRules`. */
  readonly rules?: readonly ModelRules[];
  /** Texts of the project by language; they win over those of core and plugins. */
  readonly messages?: Readonly<Record<string, Messages>>;
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
  /** What a scraper of `/metrics` sends as a bearer token. Without one there is no such page. */
  readonly metricsToken?: string | undefined;
  /** Every variable as it was given, for plugins that declare their own. */
  readonly variables: Readonly<Record<string, string | undefined>>;
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
