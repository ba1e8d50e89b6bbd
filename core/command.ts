import type { App } from './app.ts';
import type { ProjectContext } from './config.ts';
import type { Database } from './database/pool.ts';

/**
 * What a check or command needs before it can run. `nothing`: it runs outside a project, too. `project`: a project's folder and
 * environment; the config may be broken. `config`: the booted application without a database. `database`: the same with one.
 */
export type Needs = 'nothing' | 'project' | 'config' | 'database';

/** The first words of the CLI's own commands. No plugin can have a command that begins with one of them. */
export const CLI_COMMANDS: readonly string[] = [
  'startproject',
  'startapp',
  'startplugin',
  'dev',
  'start',
  'worker',
  'migrate',
  'plugins',
  'routes',
  'doctor',
  'completion',
  'help',
];

/** What a check or command works with, by what it needs. */
export interface ToolContexts {
  nothing: {
    /** The project's folder, where the command was called inside one. */
    readonly folder: string | undefined;
  };
  project: { readonly project: ProjectContext };
  config: { readonly project: ProjectContext; readonly app: App };
  database: { readonly project: ProjectContext; readonly app: App; readonly database: Database };
}

/**
 * A check of `doctor`. `needs` decides what `run` is given.
 *
 * @example
 * const queue: Check = {
 *   name: 'mail-queue',
 *   needs: 'database',
 *   run: async ({ database }) =>
 *     (await waitingMails(database)) < 1_000
 *       ? { status: 'ok', message: 'The mail queue is short.' }
 *       : { status: 'warning', message: 'More than 1,000 mails are waiting.', fix: 'Start a worker: npx rustio-admin worker.' },
 * };
 */
export type Check = { readonly [N in Needs]: CheckOf<N> }[Needs];
/** A check with these needs; see `Check`. */
export interface CheckOf<N extends Needs> {
  /** A stable name: `administrator`. */
  readonly name: string;
  readonly needs: N;
  run(context: ToolContexts[N]): Promise<CheckResult>;
}
/** `note` is worth reading and no problem. `doctor` exits with an error when a check has `failed`. */
export type CheckResult =
  | { readonly status: 'ok' | 'note'; readonly message: string }
  | { readonly status: 'warning' | 'failed'; readonly message: string; readonly fix: string };

/**
 * A command of the CLI, described as data so that a server never loads the parser of arguments. `needs` decides what `run` is
 * given.
 *
 * @example
 * const greet: Command = {
 *   name: 'greet NAME',
 *   description: 'Print a greeting',
 *   needs: 'database',
 *   run: async ({ database }, { values, print }) => print(`Hello ${values.name}.`),
 * };
 */
export type Command = { readonly [N in Needs]: CommandOf<N> }[Needs];
/** A command with these needs; see `Command`. */
export interface CommandOf<N extends Needs> {
  /** `user create`; arguments in capitals are positions (`user password EMAIL`), those in brackets are optional (`[NAME]`). */
  readonly name: string;
  readonly description: string;
  readonly needs: N;
  readonly options?: Readonly<Record<string, CommandOption>>;
  run(context: ToolContexts[N], input: CommandInput): Promise<void>;
}
/** An option of a command, `--days 30`. A boolean one takes no value. */
export interface CommandOption {
  readonly description: string;
  readonly type: 'string' | 'boolean' | 'number';
  readonly choices?: readonly string[];
  readonly required?: boolean;
  readonly default?: string | boolean | number;
}
/** What a command was called with, and what it may do with the terminal. */
export interface CommandInput {
  /** Positions and options by name, positions in lower case. */
  readonly values: Readonly<Record<string, string | boolean | number | undefined>>;
  /**
   * Aborted by SIGINT and SIGTERM. A command that reads it has ten seconds to finish after that, and exits with the code of what it
   * returns or throws; one that never reads it is ended at once.
   */
  readonly signal: AbortSignal;
  /** One line to standard output. */
  print(line: string): void;
  /** Asks on the terminal without echo; undefined where there is none. */
  askSecret(question: string): Promise<string | undefined>;
}
