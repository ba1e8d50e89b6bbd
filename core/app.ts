import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Database, Query } from './database/pool.ts';
import type { ExtensionPointName, ExtensionPoints } from './extension-points.ts';
import type { Files } from './files/files.ts';
import type { Catalogue, Messages } from './messages/catalogue.ts';
import type { Models } from './model/field-type.ts';
import type { AnyModel } from './model/model.ts';
import type { Actor } from './policy/actor.ts';
import type { Policy } from './policy/policy.ts';
import type { Records } from './query/records.ts';
import type { AccessControl, Context } from './request/context.ts';
import type { AccessKinds, GateName, RouteInfo } from './request/route-info.ts';
import type { Urls } from './request/urls.ts';
import type { Views } from './request/views.ts';
import type { FindServices } from './services.ts';
import type { Environment, PluginEnvironment, PluginOptions, Settings } from './settings.ts';
import type { Events } from './write/events.ts';
import type { Write } from './write/write.ts';
import type { Transactions } from './write/write-limiter.ts';

/** A booted application, as pages, commands and rules use it. */
export interface App {
  readonly config: Settings;
  readonly environment: Environment;
  /** Started by `rustio-admin dev`: pages reload when a file is saved. */
  readonly dev: boolean;
  /** Enabled plugins, in order. */
  readonly plugins: readonly PluginInfo[];
  /** The gates of all plugins, in order. */
  readonly gates: readonly Gate[];
  /** The page for users who are not signed in, under the mount path; undefined if no plugin has one. */
  readonly signInPage: string | undefined;
  readonly models: Models;
  /**
   * For code that changes data: transactions, and a plugin's own SQL. Pages pass it to such code and run no statements themselves.
   */
  readonly database: Database;
  /** The database for page reads: a statement that takes longer than 2 s is cancelled. */
  readonly reading: Database;
  /**
   * Reads for one actor, with a limit on concurrent statements, so that one user with ten slow tabs cannot take all connections.
   */
  readingFor(actor: Actor): Query;
  /**
   * Transactions for one actor, with a limit on concurrent ones, so that ten clicks on Save that wait for a locked row cannot take
   * all connections. For pages that save; see `retryOnConflict`.
   */
  writingFor(actor: Actor): Transactions;
  readonly policy: Policy;
  readonly access: AccessControl;
  /** Reads rows of models, with the actor's permissions and rules applied. */
  readonly records: Records;
  /** Changes rows of models, with permissions, validation, hooks and the audit trail. */
  readonly write: Write;
  readonly events: Events;
  /** Uploaded files: stored temporarily until a record claims them, and served. */
  readonly files: Files;
  readonly views: Views;
  readonly messages: Catalogue;
  readonly urls: Urls;
  readonly log: Logger;
  readonly routes: readonly RouteInfo[];
  /** Every permission that can be granted: four per model, and those that plugins declare. */
  readonly permissions: readonly string[];
  /** What plugins contribute to an extension point, by rank and then in plugin order. */
  contributions<P extends ExtensionPointName>(point: P): readonly ExtensionPoints[P][];
  /** A plugin's options, as parsed by its schema at startup. */
  options<N extends keyof PluginOptions>(plugin: N): z.output<PluginOptions[N]>;
  /** A plugin's environment variables, as parsed at startup. */
  pluginEnvironment<N extends keyof PluginEnvironment>(plugin: N): z.output<z.ZodObject<PluginEnvironment[N]>>;
  /**
   * What an enabled plugin provides.
   *
   * @example
   * await app.service('mail').send(tx, { to, template: 'welcome' });
   */
  readonly service: FindServices['service'];
  /** The service, or `undefined` if no enabled plugin provides it. */
  readonly optionalService: FindServices['optionalService'];
}

/** A plugin as pages and tools see it: its name and its plain data. See `Plugin` for the meaning of each property. */
export interface PluginInfo {
  readonly name: string;
  readonly description?: string;
  readonly requires?: readonly string[];
  readonly migrations?: URL;
  readonly models?: readonly AnyModel[];
  readonly admins?: readonly AdminDeclaration[];
  readonly permissions?: readonly Permission[];
  readonly events?: readonly string[];
  readonly extensionPoints?: readonly ExtensionPointName[];
  readonly extendModels?: readonly { readonly model: AnyModel }[];
  readonly contributes?: Contributions;
  readonly messages?: Readonly<Record<string, Messages>>;
}

/** The result of the admin plugin's `defineAdmin`. Core only passes it on. */
export interface AdminDeclaration {
  readonly model: AnyModel;
  readonly options: object;
}

/**
 * A permission in addition to the four of every model.
 *
 * @example
 * permissions: [{ name: 'reports.export', description: 'Export reports' }],
 */
export interface Permission {
  /** `plugin.verb`, or `model.verb` in addition to view, add, change and delete. */
  readonly name: string;
  readonly description: string;
}

/**
 * A condition that a signed-in user must meet before continuing, such as entering a second factor or changing the password. Until
 * then only the gate's own page is shown, and the layout contains no links to other pages.
 *
 * @example
 * gates: [{ name: 'code', page: '/mfa/code', passes: ({ state }) => state.session?.trust !== 'code_pending' }],
 */
export interface Gate {
  readonly name: GateName;
  passes(ctx: Context, app: App): boolean;
  /** Where the user is sent, under the mount path. Its route must skip this gate. */
  readonly page: string;
  /**
   * When the gate is checked. Stages run in the order of `GATE_STAGES`; gates of the same stage run in plugin order.
   *
   * @defaultValue 'enrolment'
   */
  readonly stage?: GateStage;
  /**
   * Limits the gate to routes whose access requires this kind, such as `recent` for re-authentication. @defaultValue every route
   */
  readonly onlyFor?: keyof AccessKinds;
  /**
   * Pages of other plugins, under the mount path, that remain reachable while the gate is closed: `/reauth`, if the gate's own page
   * requires a recent password. Startup reports gates that redirect to each other in a loop.
   */
  readonly leavesReachable?: readonly string[];
  /**
   * Whether forms submitted to resumable routes are kept when the gate stops them, and offered again afterwards. @defaultValue
   * false
   */
  readonly keepsForms?: boolean;
}

/** The order of gates: identity, required changes, enrolment, recent password. */
export const GATE_STAGES = ['second-factor', 'password-change', 'enrolment', 're-authentication'] as const;
export type GateStage = (typeof GATE_STAGES)[number];

/** Items, or a function that creates them once, at startup, when all models are known. */
export type Contributions = {
  readonly [P in ExtensionPointName]?: readonly ExtensionPoints[P][] | ((app: App) => readonly ExtensionPoints[P][]);
};
