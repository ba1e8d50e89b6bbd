// What a plugin may contribute: one plain object, everything in one type. The kernel knows no plugin by name.
//
//   export const holidays = definePlugin({
//     name: 'holidays',
//     api: 1,
//     requires: ['admin'],
//     routes: (routes) => routes.get('/holidays', { signedIn: true }, holidaysPage),
//   });
//
// `index.ts` of a plugin holds this declaration and nothing else; what it does not declare does not exist.
// Types that plugins add (kinds of access, slots, events, options) are merged by `declare module`, never inferred over a list.

import type { z } from 'zod';
import type { App } from './app.ts';
import type { ProjectContext } from './config.ts';
import type { Database } from './database/pool.ts';
import type { EventHandlers, EventName } from './events.ts';
import type { Access, Context, ContextMiddleware, GateName, RouteOptions } from './http/context.ts';
import type { AnyModel } from './model/model.ts';
import type { Policy } from './query/types.ts';
import type { Translate, Words } from './view/words.ts';

export interface Plugin<Options = unknown> {
  /** Lower-case words with hyphens; the name in `plugins` of the config. */
  readonly name: string;
  /** The version of this interface that the plugin was written for. Another number is refused. */
  readonly api: 1;
  /** One sentence, for `rustio-admin plugins`. */
  readonly description?: string;
  /** What the config may say under the plugin's name. Mistakes stop the boot with their path. */
  readonly options?: z.ZodType<Options>;
  /** Plugins that must be enabled, and come before this one. Only they may be imported. */
  readonly requires?: readonly string[];

  // ── what it brings
  /** Folder of SQL files `NNNN_name.sql` with `NNNN_name.down.sql`, applied in this plugin's turn. */
  readonly migrations?: URL;
  /** Folder of EJS files; `list.ejs` of the plugin `admin` is the view `admin/list`. A project overrides each by its own. */
  readonly templates?: URL;
  /** Folder of files served as they are: styles, scripts, icons. */
  readonly assets?: URL;
  /** The words of its pages and messages, by language. English first. */
  readonly words?: Readonly<Record<string, Words>>;
  /** Models over its own tables; `managed: false`, for the tables come from its SQL. */
  readonly models?: readonly AnyModel[];
  /** Permissions beside the four that every model has. */
  readonly permissions?: readonly Permission[];
  /** Names of the events that it records; their data is typed in `EventData`. */
  readonly events?: readonly EventName[];

  // ── how it joins others
  /** What it does when somebody records an event, in the same transaction. */
  readonly on?: (app: App) => EventHandlers;
  /** Places that it leaves open for later plugins; each is typed in `Slots`. */
  readonly slots?: readonly SlotName[];
  /** What it puts into the places of earlier plugins. */
  readonly fills?: SlotFills;

  // ── who may do what
  /** Finds out who is asking and how he wants to be answered; runs once a request, before access is judged. */
  readonly identify?: (app: App) => ContextMiddleware;
  /** Where somebody goes who is not signed in, under the mount path. One plugin brings it. */
  readonly signInPage?: string;
  /** How it judges the kinds of access that it owns. */
  readonly judges?: Judges;
  /** What a signed-in request must pass, in order, before it reaches a page. */
  readonly gates?: readonly Gate[];
  /** Decides about models, fields and rows. Exactly one enabled plugin brings it. */
  readonly policy?: (app: App) => Policy;

  // ── how it is run
  /** What `doctor` asks. */
  readonly checks?: readonly Check[];
  /** Commands of the CLI. */
  readonly commands?: readonly Command[];
  /** Finds problems in its options once all models are known; each is told before the boot stops. */
  readonly verify?: (app: App) => readonly BootProblem[];
  readonly routes?: (routes: Routes, app: App) => void;
  /** Runs before the server listens. What it returns runs at the end, in reverse order of the plugins. */
  readonly start?: (app: App) => Promise<void | Stop>;
}

export type Stop = () => Promise<void> | void;

export interface Permission {
  /** `plugin.verb`, or `model.verb` beside view, add, change and delete. */
  readonly name: string;
  readonly description: string;
}

/** Items by place; plugins that declare a slot add its type here. */
export interface Slots {
  /** Entries of the frame's navigation beside the models. */
  navigation: NavigationItem;
}
export type SlotName = keyof Slots;
/** Items, or a function that makes them once, at the boot, when all models are known. */
export type SlotFills = { readonly [S in SlotName]?: readonly Slots[S][] | ((app: App) => readonly Slots[S][]) };

export interface NavigationItem {
  /** A key of the words, the text itself, or what says it in the reader's language. */
  readonly label: string | ((t: Translate) => string);
  /** The heading under which it stands: a key of the words, or the text itself. */
  readonly group?: string;
  /** Entries and their groups stand in the order of this number, then of the plugins. @defaultValue 0 */
  readonly rank?: number;
  /** A path under the mount path. */
  readonly path: string;
  /** Only those see it who may open it. */
  readonly access: Access;
}

/** `pass`; `sign-in`: nobody is signed in; `forbidden`: somebody is, and may not. */
export type Verdict = 'pass' | 'sign-in' | 'forbidden';
/** What an access asks for, by its kind; plugins add kinds by declaration merging. */
export interface AccessKinds {
  /** Everybody, strangers included. */
  open: true;
}
export type Judges = {
  readonly [K in Exclude<keyof AccessKinds, 'open'>]?: (ctx: Context, wanted: AccessKinds[K], app: App) => Verdict;
};

/** A state that a signed-in person must leave before he may go on: a pending second factor, a password to change. */
export interface Gate {
  readonly name: GateName;
  passes(ctx: Context): boolean;
  /** Where he is sent, under the mount path. */
  readonly page: string;
}

export type Handler = (ctx: Context, app: App) => Promise<void> | void;

/** Registers routes under the mount path. Each says who may use it: a route without an access does not compile. */
export interface Routes {
  get(path: string, access: Access, handler: Handler, options?: RouteOptions): void;
  post(path: string, access: Access, handler: Handler, options?: RouteOptions): void;
}

export interface BootProblem {
  /** Where: `admin of strike: list`. */
  readonly where: string;
  /** What is wrong, with a "did you mean" where there is one. */
  readonly problem: string;
}

/** What a check or command needs before it can run. */
export type Needs = 'nothing' | 'config' | 'database';
/** What it is given; `config` and `database` are there when they were asked for and could be had. */
export interface ToolContext {
  readonly project: ProjectContext;
  readonly app: App | undefined;
  readonly database: Database | undefined;
}

export interface Check {
  /** A stable name: `administrator`. */
  readonly name: string;
  readonly needs: Needs;
  run(context: ToolContext): Promise<CheckResult>;
}
export type CheckResult =
  | { readonly status: 'ok' | 'note'; readonly says: string }
  | { readonly status: 'warning' | 'failed'; readonly says: string; readonly fix: string };

/** A command of the CLI, described as data so that the server never loads the parser of arguments. */
export interface Command {
  /** `user create`; arguments in capitals are positions: `user password EMAIL`. */
  readonly name: string;
  readonly description: string;
  readonly needs: Needs;
  readonly options?: Readonly<Record<string, CommandOption>>;
  run(context: ToolContext, input: CommandInput): Promise<void>;
}
export interface CommandOption {
  readonly description: string;
  readonly type: 'string' | 'boolean' | 'number';
  readonly choices?: readonly string[];
  readonly required?: boolean;
  readonly default?: string | boolean | number;
}
export interface CommandInput {
  /** Positions and options by name, positions in lower case. */
  readonly values: Readonly<Record<string, string | boolean | number | undefined>>;
  /** One line to standard output. */
  print(line: string): void;
  /** Asks on the terminal without echo; undefined where there is none. */
  askSecret(question: string): Promise<string | undefined>;
}

/** Checks a plugin's type and gives it back. */
export function definePlugin<Options>(plugin: Plugin<Options>): Plugin<Options> {
  return Object.freeze(plugin);
}
