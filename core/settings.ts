import type { z } from 'zod';
import type { FileStore } from './files/file-store.ts';
import type { Messages } from './messages/catalogue.ts';
import type { AnyModel } from './model/model.ts';
import type { ModelRules } from './policy/policy.ts';

/**
 * The settings of a project, without those of its plugins: what `app.config` holds. See `Config`.
 *
 * @example
 * export default defineConfig({ name: 'Air safety desk', models, locale: 'en-GB', timeZone: 'Europe/London' });
 */
export interface Settings {
  /** The name of the application, shown on every page. */
  readonly name: string;
  /** The project's own models. Those of plugins are added to them. */
  readonly models?: readonly AnyModel[];
  /** The path prefix of all pages: lowercase words, or `/`. @defaultValue '/admin' */
  readonly mountPath?: string;
  /**
   * The scheme and host under which users reach the application: `https://desk.example.org`. Links in emails use it. The environment
   * variable `PUBLIC_URL` overrides it.
   *
   * @defaultValue the address that the server listens on
   */
  readonly publicUrl?: string;
  /** How many reverse proxies in front of the application are trusted to report the client's IP address. @defaultValue 0 */
  readonly trustedProxies?: number;
  /**
   * Whether the proxy sets the header `X-Correlation-Id` itself and drops that of clients. Most proxies forward the header
   * unchanged; if it were trusted then, any client could attach its requests to the audit entries of others. @defaultValue false
   */
  readonly trustCorrelationId?: boolean;
  /** The default language and format of numbers and dates: a language tag such as `en` or `de-CH`. @defaultValue 'en' */
  readonly locale?: string;
  /** The time zone in which dates and times are shown and entered: an IANA name such as `Europe/Zurich`. @defaultValue 'UTC' */
  readonly timeZone?: string;
  /** Where uploaded files are stored. @defaultValue the folder `.rustio/local/files` of the project */
  readonly files?: FilesConfig;
  /** Restrictions on rows and fields, in addition to permissions; created with `defineRules`. */
  readonly rules?: readonly ModelRules[];
  /** The project's messages by language. They override those of core and plugins with the same key. */
  readonly messages?: Readonly<Record<string, Messages>>;
  /** A module of the project, such as `./seed.ts`, whose export `seed` fills a new development database. */
  readonly seed?: string;
}

/** Where uploaded files are stored. */
export interface FilesConfig {
  /**
   * A folder, relative to the project folder. If the application runs on several machines, they must share it. The environment
   * variable `FILES_FOLDER` overrides it.
   *
   * @defaultValue '.rustio/local/files'
   */
  readonly folder?: string;
  /** A custom store for file contents, such as an object store. Uploads are still written to `folder` first. */
  readonly store?: FileStore;
}

/**
 * The schema of each plugin's options, by plugin name. Plugins merge theirs into it. A plugin without options merges `NoOptions`, so
 * that a config can disable it by name.
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

/**
 * The shape of each plugin's environment variables, by plugin name. Plugins merge theirs into it.
 *
 * @example
 * declare module 'rustio-admin/plugin' {
 *   interface PluginEnvironment { mail: { SMTP_URL: z.ZodURL } }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: plugins merge into it
export interface PluginEnvironment {}

/** The environment variables of a process, validated. */
export interface Environment {
  /** `NODE_ENV` is `production`. */
  readonly production: boolean;
  /** `PORT`. */
  readonly port: number;
  /** `HOST`: the address to listen on. */
  readonly host: string;
  /** `DATABASE_URL`; undefined for the embedded server of development. */
  readonly databaseUrl: string | undefined;
  /** `DATABASE_OWNER_URL`: for migrations, if the role of `databaseUrl` does not own the tables. */
  readonly databaseOwnerUrl: string | undefined;
  /** `DATABASE_POOL`: max connections of this process for changes, sign-ins and housekeeping. @defaultValue 10 */
  readonly databasePool?: number | undefined;
  /** `DATABASE_READ_POOL`: max connections of this process for page reads. @defaultValue 10 */
  readonly databaseReadPool?: number | undefined;
  /** `DATABASE_POOLER`: `transaction` behind a pooler such as PgBouncer in transaction mode. */
  readonly databasePooler?: 'transaction' | undefined;
  /** `SHUTDOWN_GRACE`: seconds after SIGTERM during which `/readyz` responds 503 before the server stops listening. @defaultValue 0 */
  readonly shutdownGrace?: number | undefined;
  /** `PUBLIC_URL`; it overrides `publicUrl` of the config. */
  readonly publicUrl: string | undefined;
  /** `ALLOW_HTTP`: allows production without an https public URL. */
  readonly allowHttp: boolean;
  /** `RUSTIO_SECRET_KEYS`. The first one encrypts and signs; all of them decrypt and verify, so that keys can be replaced. */
  readonly secretKeys: readonly string[];
  /** `LOG_LEVEL`. */
  readonly logLevel: string;
  /** `FILES_FOLDER`; it overrides `files.folder` of the config. */
  readonly filesFolder?: string | undefined;
  /** `METRICS_TOKEN`: the bearer token for `/metrics`. Without it, the endpoint does not exist. */
  readonly metricsToken?: string | undefined;
  /** All variables as text, for plugins that declare their own. Empty ones are left out. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** A project on disk. */
export interface ProjectContext {
  /** Absolute path of its folder. */
  readonly folder: string;
  readonly environment: Environment;
  /** Undefined if the config could not be loaded. */
  readonly config: Settings | undefined;
  /** Why the config could not be loaded. */
  readonly configError: unknown;
}
