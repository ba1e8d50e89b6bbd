// What a plugin can contribute: a plain object of one type. Core knows no plugin by name.
//
//   export const holidays = definePlugin({
//     name: 'holidays',
//     api: 1,
//     requires: ['admin'],
//     routes: (routes) => routes.get('/holidays', { access: { signedIn: true } }, holidaysPage),
//   });
//
// `index.ts` of a plugin contains this declaration and nothing else; what it does not declare does not exist. Types that plugins add
// (access checks, extension points, events, options, services) are merged with `declare module`.

import type { z } from 'zod';
import type { AdminDeclaration, App, Contributions, Gate, Permission } from './app.ts';
import type { Check, Command } from './command.ts';
import type { PrepareDevelopment } from './development.ts';
import type { BootProblem } from './errors/boot.ts';
import type { ExtensionPointName } from './extension-points.ts';
import type { AccessChecks } from './http/access.ts';
import type { Authenticator } from './http/authenticate.ts';
import type { Metric } from './http/metrics/metrics.ts';
import type { ScopeOf } from './http/request-scope.ts';
import type { Routes } from './http/route.ts';
import type { Messages } from './messages/catalogue.ts';
import type { ModelExtension } from './model/extend-model.ts';
import type { FieldType } from './model/field-type.ts';
import type { AnyModel } from './model/model.ts';
import type { PolicyPart } from './policy/policy.ts';
import type { StagedMiddleware } from './request/context.ts';
import type { ProcessRole, ScheduledTask } from './schedule.ts';
import type { Services } from './services.ts';
import type { PluginEnvironment, PluginOptions } from './settings.ts';
import type { CurrentActor } from './write/current-actor.ts';
import type { EventHandlers, EventName } from './write/events.ts';
import type { ModelHook } from './write/hooks.ts';

/** The version of this interface. */
export const PLUGIN_API = 1;

/**
 * What a plugin contributes to the application. Only `name` and `api` are required. Functions that receive `app` are called once, at
 * startup, unless their description says otherwise.
 *
 * @example
 * export const holidays: Plugin = definePlugin({ name: 'holidays', api: 1, models: [Holiday], messages: { en } });
 */
export interface Plugin<N extends string = string> {
  /** Lowercase words with hyphens. The config refers to the plugin by this name, under `plugins`. */
  readonly name: N;
  /** The version of this interface that the plugin was written for. Startup rejects other versions. */
  readonly api: typeof PLUGIN_API;
  /** One sentence on what the plugin does, shown by `rustio-admin plugins`. */
  readonly description?: string;
  /**
   * A zod schema for the options that the config sets under the plugin's name. They are parsed once, at startup, and read with
   * `app.options('name')`, which is typed if the plugin merges its schema into `PluginOptions`.
   *
   * @example
   * const options = z.strictObject({ maxLength: z.int().default(2_000) });
   * declare module 'rustio-admin/plugin' {
   *   interface PluginOptions { comments: typeof options }
   * }
   */
  readonly options?: N extends keyof PluginOptions ? PluginOptions[N] : z.ZodType;
  /**
   * The environment variables that the plugin reads, as a zod shape, or a function that returns one if development and production
   * differ. They are parsed at startup and read with `app.pluginEnvironment('name')`; `doctor` and `--help` list them.
   *
   * @example
   * environment: ({ production }) => ({ SMTP_URL: production ? z.url() : z.url().optional() }),
   */
  readonly environment?: EnvironmentShape<N> | ((environment: { readonly production: boolean }) => EnvironmentShape<N>);
  /** Plugins that must be enabled and come before this one. A plugin may import only these, and those of `after`. */
  readonly requires?: readonly string[];
  /**
   * Plugins that come before this one if they are enabled, and without which it works as well: it may import them, and gets their
   * services with `app.optionalService`. A project's plugin is placed directly after the last enabled one. @defaultValue none; a
   * project's plugin comes after all built-in plugins
   */
  readonly after?: readonly string[];

  // ── data
  /** The folder of its SQL migrations, `NNNN_name.sql` with `NNNN_name.down.sql`. Plugins are migrated in plugin order. */
  readonly migrations?: URL;
  /** Models of its own tables. They are declared with `managed: false`, since `migrations` creates the tables. */
  readonly models?: readonly AnyModel[];
  /**
   * Fields that it adds to models of the project or of earlier plugins; created with `extendModel`. Its `migrations` add the
   * columns.
   */
  readonly extendModels?: readonly ModelExtension[];
  /** Field types in addition to the built-in ones, for use with `field.custom`. */
  readonly fieldTypes?: readonly FieldType[];
  /** How the admin shows its models; created with `defineAdmin`. A declaration of the project for the same model replaces it. */
  readonly admins?: readonly AdminDeclaration[];
  /** Permissions in addition to the four of every model (view, add, change, delete). */
  readonly permissions?: readonly Permission[];
  /** The names of the events that it records. Their data is typed in `EventData`. */
  readonly events?: readonly EventName[];

  // ── access and changes
  /** Decides what actors can do with models and rows. The policies of all plugins are combined; see `PolicyPart`. */
  readonly policies?: (app: App) => readonly PolicyPart[];
  /** Hooks that run before and after every change of a model's rows, wherever it comes from; created with `hooksFor`. */
  readonly hooks?: (app: App) => readonly ModelHook[];
  /** Handlers of events, by event name. They run in the transaction that records the event. */
  readonly on?: (app: App) => EventHandlers;
  /**
   * PostgreSQL settings for every statement of a request, for tenancy and row-level security: `search_path`, or custom settings
   * such as `app.tenant`. Called for each request, after its access check; the settings apply to `after-access` middleware, the
   * handler and a streamed response.
   *
   * Accounts, sessions and the audit trail are shared by all scopes, unless the project adds row-level security to their tables.
   * Within a scope, the audit trail shows the full history only of records that the user can find. For other records, it shows that
   * something happened, but not what.
   */
  readonly scope?: ScopeOf;

  // ── requests
  /** Authenticators of requests, one per scheme. A route uses those of the schemes that it allows. */
  readonly authenticators?: (app: App) => readonly Authenticator[];
  /**
   * Re-reads and locks an actor of this plugin inside a transaction that writes; see `CurrentActor`. A plugin that authenticates
   * users or tokens should define it: otherwise a request whose body arrives after the user has signed out is still written.
   *
   * @example
   * currentActor: () => async (tx, _actor, credential) =>
   *   credential?.scheme === 'bearer' && !(await lockToken(tx, credential.id)) ? null : undefined,
   */
  readonly currentActor?: (app: App) => CurrentActor;
  /** The path of the sign-in page, under the mount path. At most one plugin defines it. */
  readonly signInPage?: string;
  /**
   * Checks for the kinds of access that the plugin adds to `AccessKinds`, by kind. They run for each request that requires that
   * kind.
   */
  readonly accessChecks?: AccessChecks;
  /** Conditions that a signed-in user must meet before any other page is shown; see `Gate`. */
  readonly gates?: readonly Gate[];
  /** Koa middleware, each with the stage of the pipeline in which it runs. */
  readonly middleware?: (app: App) => readonly StagedMiddleware[];
  /** Registers its routes. Every route states who has access. */
  readonly routes?: (routes: Routes, app: App) => void;

  // ── pages
  /** Extension points that it opens for other plugins. Their items are typed in `ExtensionPoints`. */
  readonly extensionPoints?: readonly ExtensionPointName[];
  /** Items that it adds to extension points of core and other plugins. Those for a disabled plugin are ignored. */
  readonly contributes?: Contributions;
  /** The folder of its EJS views: `list.ejs` of the plugin `admin` is the view `admin/list`. A project can replace any of them. */
  readonly templates?: URL;
  /** Views of core and earlier plugins that it replaces: `layout/frame` by the file `layout/frame.ejs` in `templates`. */
  readonly overrides?: readonly string[];
  /** The folder of its static files: style sheets, scripts, icons. */
  readonly assets?: URL;
  /** Its messages by language. A message that is missing in a language is shown in English (`en`). */
  readonly messages?: Readonly<Record<string, Messages>>;

  // ── operation
  /** Services for other plugins by name, read with `app.service('name')` and typed in `Services`. Created on first use. */
  readonly provides?: { readonly [S in keyof Services]?: (app: App) => Services[S] };
  /**
   * Runs in each process before a server listens, a worker takes jobs, or a command of the plugin runs. The returned function runs
   * when the process stops, in reverse plugin order.
   */
  readonly start?: (app: App, process: ProcessInfo) => Promise<void | Stop> | void | Stop;
  /** Runs when a server or worker begins to stop, before it waits for open requests. End streams and long polls here. */
  readonly beforeClose?: (app: App) => Promise<void> | void;
  /** Prepares a development database when `start` runs, after migrations and the seed: first accounts, and lines to print. */
  readonly prepareDevelopment?: PrepareDevelopment;
  /** Scheduled tasks. Each runs in only one process at a time. */
  readonly schedule?: readonly ScheduledTask[];
  /** What must work before a process is ready to serve; run for `/readyz`. */
  readonly health?: (app: App) => Promise<readonly HealthItem[]>;
  /** Metrics in addition to those of core; collected for each request to `/metrics`. */
  readonly metrics?: (app: App) => Promise<readonly Metric[]> | readonly Metric[];
  /** Checks for `doctor`. */
  readonly checks?: readonly Check[];
  /** CLI commands. */
  readonly commands?: readonly Command[];
  /** Checks its options against the models. Startup reports the problems of all plugins together, and stops. */
  readonly verify?: (app: App) => readonly BootProblem[];
}

type EnvironmentShape<N extends string> = N extends keyof PluginEnvironment ? PluginEnvironment[N] : z.ZodRawShape;

/** What `start` returns: a function that runs when the process stops. */
export type Stop = () => Promise<void> | void;

/** The process that a plugin starts in. */
export interface ProcessInfo {
  readonly role: ProcessRole;
  /** Aborted as soon as the process begins to stop. */
  readonly signal: AbortSignal;
}

/** One readiness check. */
export interface HealthItem {
  readonly name: string;
  readonly ok: boolean;
  /** For the log; `/readyz` shows only the name. */
  readonly message?: string;
}

/** The name of every member of `Plugin`, so that startup can report misspelled ones. */
export const PLUGIN_KEYS = [
  'name',
  'api',
  'description',
  'options',
  'environment',
  'requires',
  'after',
  'migrations',
  'models',
  'extendModels',
  'fieldTypes',
  'admins',
  'permissions',
  'events',
  'policies',
  'hooks',
  'on',
  'scope',
  'authenticators',
  'currentActor',
  'signInPage',
  'accessChecks',
  'gates',
  'middleware',
  'routes',
  'extensionPoints',
  'contributes',
  'templates',
  'overrides',
  'assets',
  'messages',
  'provides',
  'start',
  'beforeClose',
  'prepareDevelopment',
  'schedule',
  'health',
  'metrics',
  'checks',
  'commands',
  'verify',
] as const satisfies readonly (keyof Plugin)[];

/**
 * Checks a plugin's type and returns it.
 *
 * @example
 * export const holidays = definePlugin({
 *   name: 'holidays',
 *   api: 1,
 *   requires: ['admin'],
 *   routes: (routes) => routes.get('/holidays', { access: { signedIn: true } }, holidaysPage),
 * });
 */
export function definePlugin<const N extends string>(plugin: Plugin<N>): Plugin<N> {
  return Object.freeze(plugin);
}
