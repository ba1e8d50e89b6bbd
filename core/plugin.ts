// What a plugin may contribute: one plain object, with everything in one type. Core knows no plugin by name.
//
//   export const holidays = definePlugin({
//     name: 'holidays',
//     api: 1,
//     requires: ['admin'],
//     routes: (routes) => routes.get('/holidays', { access: { signedIn: true } }, holidaysPage),
//   });
//
// `index.ts` of a plugin holds this declaration and nothing else; what it does not declare does not exist.
// Types that plugins add (access checks, extension points, events, options, services) are merged by `declare module`,
// never inferred over a list.

import type { z } from 'zod';
import type { App } from './app.ts';
import type { Check, Command } from './command.ts';
import type { PluginEnvironment, PluginOptions } from './config.ts';
import type { RequestScope } from './database/scope.ts';
import type { PrepareDevelopment } from './development.ts';
import type { EventHandlers, EventName } from './events.ts';
import type { Contributions, ExtensionPointName } from './extension-points.ts';
import type { Authenticator } from './http/authenticate.ts';
import type { AccessDecision, AccessKinds, Context, GateName, Middleware } from './http/context.ts';
import type { Routes } from './http/route.ts';
import type { ModelExtension } from './model/extend-model.ts';
import type { FieldType } from './model/kind.ts';
import type { AnyModel } from './model/model.ts';
import type { PolicyPart } from './policy.ts';
import type { BootProblem } from './problem.ts';
import type { ScheduledTask } from './schedule.ts';
import type { Services } from './services.ts';
import type { Messages } from './view/words.ts';
import type { ModelHook } from './write/hooks.ts';

/** The version of this interface. */
export const PLUGIN_API = 1;

/** What a plugin contributes. Every property but `name` and `api` is optional; make one with `definePlugin`. */
export interface Plugin<N extends string = string> {
  /** Lower-case words with hyphens; the name in `plugins` of the config. */
  readonly name: N;
  /** The version of this interface that the plugin was written for. Another number is refused. */
  readonly api: typeof PLUGIN_API;
  /** One sentence, for `rustio-admin plugins`. */
  readonly description?: string;
  /**
   * A zod schema for the options that the config gives under the plugin's name. They are parsed once, at boot, and read with
   * `app.options('name')`, which is typed when the plugin merges its schema into `PluginOptions`:
   *
   * @example
   * const options = z.strictObject({ maxLength: z.int().default(2_000) });
   * declare module 'rustio-admin/plugin' {
   *   interface PluginOptions { comments: typeof options }
   * }
   */
  readonly options?: N extends keyof PluginOptions ? PluginOptions[N] : z.ZodType;
  /**
   * Environment variables that it needs, as a zod shape; a function when they differ between development and production. They
   * are parsed at boot and read with `app.environmentOf('name')`. `doctor` and `--help` list them.
   *
   * @example
   * environment: ({ production }) => ({ SMTP_URL: production ? z.url() : z.url().optional() }),
   */
  readonly environment?: EnvironmentShape<N> | ((environment: { readonly production: boolean }) => EnvironmentShape<N>);
  /** Plugins that must be enabled and come before this one. Only they may be imported. */
  readonly requires?: readonly string[];
  /** Puts a plugin of the project right behind the last of these that is enabled, instead of behind all built-in ones. */
  readonly after?: readonly string[];

  // ── data
  /** Folder of SQL files `NNNN_name.sql` with `NNNN_name.down.sql`, applied in this plugin's turn. */
  readonly migrations?: URL;
  /** Models over its own tables, with `managed: false`, since the tables come from its SQL. */
  readonly models?: readonly AnyModel[];
  /** Fields added to models of earlier plugins; made with `extendModel`. The columns come from this plugin's migrations. */
  readonly extendModels?: readonly ModelExtension[];
  /** Types of fields, beside the built-in ones; used with `field.custom`. */
  readonly fieldTypes?: readonly FieldType[];
  /** How the admin shows its models; made with `defineAdmin`. The project's own declaration for a model wins. */
  readonly admins?: readonly AdminDeclaration[];
  /** Permissions beside the four that every model has. */
  readonly permissions?: readonly Permission[];
  /** Names of the events that it records; their data is typed in `EventData`. */
  readonly events?: readonly EventName[];

  // ── rules about rows
  /** Who may do what. The parts of all plugins are combined: see `PolicyPart`. */
  readonly policies?: (app: App) => readonly PolicyPart[];
  /** Hooks that run around every change of a model's rows, from any source; made with `hooksFor`. */
  readonly hooks?: (app: App) => readonly ModelHook[];
  /** What it does when an event is recorded, in the same transaction. */
  readonly on?: (app: App) => EventHandlers;
  /**
   * Settings that every statement of a request runs with: `set_config`, `search_path`. For tenancy and row-level security. They
   * apply from the access check on, to `after-access` middleware, the handler, and a response that is a stream.
   *
   * Accounts, sessions and the audit trail are shared by all scopes, unless the project puts policies on their tables as well. In a
   * scope the trail shows the history of records that the user can find, and of all others only that something happened.
   */
  readonly scope?: (ctx: Context, app: App) => RequestScope | undefined | Promise<RequestScope | undefined>;

  // ── requests
  /** Ways to find out who sends a request. Each route uses those of its scheme. */
  readonly authenticators?: (app: App) => readonly Authenticator[];
  /** The page for users who are not signed in, under the mount path. At most one plugin has it. */
  readonly signInPage?: string;
  /** How it decides the kinds of access that it owns. */
  readonly accessChecks?: AccessChecks;
  /** Conditions that a signed-in user must meet, in order, before any other page is shown. */
  readonly gates?: readonly Gate[];
  readonly middleware?: (app: App) => readonly StagedMiddleware[];
  readonly routes?: (routes: Routes, app: App) => void;

  // ── pages
  /** Places that it opens for other plugins; each is typed in `ExtensionPoints`. */
  readonly extensionPoints?: readonly ExtensionPointName[];
  /** What it adds to the places of core and of other plugins. A place whose plugin is disabled takes nothing. */
  readonly contributes?: Contributions;
  /** Folder of EJS files; `list.ejs` of the plugin `admin` is the view `admin/list`. A project overrides each with its own. */
  readonly templates?: URL;
  /**
   * Views of core and of earlier plugins that this one replaces. Each is a file of that path in `templates`:
   * `layout/frame` is `layout/frame.ejs`.
   */
  readonly overrides?: readonly string[];
  /** Folder of files served as they are: styles, scripts, icons. */
  readonly assets?: URL;
  /** Texts of its pages and messages, by language. English first. */
  readonly messages?: Readonly<Record<string, Messages>>;

  // ── operation
  /** Objects for other plugins, read with `app.service('name')` and typed in `Services`. Each is made on its first use. */
  readonly provides?: { readonly [S in keyof Services]?: (app: App) => Services[S] };
  /**
   * Runs before a server listens, a worker takes jobs, or a command of this plugin runs. What it returns runs at the end, in
   * reverse order of the plugins. `signal` is aborted when the process begins to stop.
   */
  readonly start?: (app: App, process: ProcessInfo) => Promise<void | Stop> | void | Stop;
  /** Runs when a server or worker begins to stop, before open requests are drained: end streams and long polls here. */
  readonly beforeClose?: (app: App) => Promise<void> | void;
  /** What `start` prepares in development, after migrations and the seed: first accounts, and lines on how to go on. */
  readonly prepareDevelopment?: PrepareDevelopment;
  /** Work that is repeated; one process does it at a time. */
  readonly schedule?: readonly ScheduledTask[];
  /** What must hold before this process can serve, for `/readyz`. */
  readonly health?: (app: App) => Promise<readonly HealthItem[]>;
  /** Figures for `/metrics`. */
  readonly metrics?: (app: App) => Promise<readonly Metric[]> | readonly Metric[];
  /** What `doctor` checks. */
  readonly checks?: readonly Check[];
  /** Commands of the CLI. */
  readonly commands?: readonly Command[];
  /** Finds problems in its options once all models are known; all of them are reported before the boot stops. */
  readonly verify?: (app: App) => readonly BootProblem[];
}

type EnvironmentShape<N extends string> = N extends keyof PluginEnvironment ? PluginEnvironment[N] : z.ZodRawShape;

/** What `start` returns, to be run at the end. */
export type Stop = () => Promise<void> | void;

/** In which kind of process a plugin starts. */
export interface ProcessInfo {
  readonly role: ProcessRole;
  readonly signal: AbortSignal;
}
/** `web`: a server. `worker`: `rustio-admin worker`. `command`: a command of the CLI, or a test that runs one. */
export type ProcessRole = 'web' | 'worker' | 'command';

/** What `defineAdmin` of the admin plugin gives; core only hands it on. */
export interface AdminDeclaration {
  readonly model: AnyModel;
  readonly options: object;
}

/**
 * A permission beside the four of every model.
 *
 * @example
 * permissions: [{ name: 'reports.export', description: 'Export reports' }],
 */
export interface Permission {
  /** `plugin.verb`, or `model.verb` beside view, add, change and delete. */
  readonly name: string;
  readonly description: string;
}

/**
 * How a plugin decides the kinds of access that it adds to `AccessKinds`. A check answers at once, from what the request's state
 * holds; what must be loaded belongs into the authenticator.
 *
 * @example
 * accessChecks: {
 *   role: ({ state: { actor } }, required) =>
 *     actor.kind === 'anonymous' ? 'sign-in' : actor.kind === 'person' && reaches(actor.role, required) ? 'allow' : 'deny',
 * },
 */
export type AccessChecks = {
  readonly [K in Exclude<keyof AccessKinds, 'open'>]?: (
    ctx: Context,
    required: AccessKinds[K],
    app: App,
  ) => AccessDecision;
};

/**
 * A state that a signed-in user must leave before continuing: a pending second factor, a password to change. Until then no page
 * but the gate's own is shown, and the frame shows nothing that the user may open.
 *
 * @example
 * gates: [{ name: 'code', page: '/mfa/code', passes: ({ state }) => state.session?.trust !== 'code_pending' }],
 */
export interface Gate {
  readonly name: GateName;
  passes(ctx: Context, app: App): boolean;
  /** Where the user is sent, under the mount path. Its route must skip this gate. */
  readonly page: string;
  /** The forms of resumable routes that it stops are kept, and offered again afterwards. @defaultValue false */
  readonly keepsForms?: boolean;
}

/**
 * Middleware at one place of the pipeline:
 *
 * - `before-route`: for every request, before the router; also for what becomes a 404.
 * - `after-access`: on routes, once the request may use it.
 * - `around-handler`: directly around the handler, after the body was read.
 * - `on-error`: when something was thrown; `ctx.state.error` holds it, and `next()` renders the error page.
 *
 * @example
 * middleware: () => [{ name: 'timing', stage: 'around-handler', run: async (ctx, next) => { await next(); ctx.set('server-timing', '…'); } }],
 */
export interface StagedMiddleware {
  readonly name: string;
  readonly stage: 'before-route' | 'after-access' | 'around-handler' | 'on-error';
  readonly run: Middleware;
}

/** One condition of readiness. */
export interface HealthItem {
  readonly name: string;
  readonly ok: boolean;
  /** For the log and `doctor`; `/readyz` shows only the name. */
  readonly message?: string;
}

/** One figure in Prometheus' sense. */
export interface Metric {
  /** `rustio_jobs_waiting`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Every hook by name, for the check against misspelt ones. */
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
