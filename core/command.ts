import type { App } from './app.ts';
import type { Database } from './database/pool.ts';
import type { ProjectContext } from './settings.ts';

/**
 * What a check or command needs before it can run. `nothing`: it also runs outside a project. `project`: a project's folder and
 * environment; the config may be broken. `config`: the booted application without a database. `database`: the booted application
 * with a database.
 */
export type Needs = 'nothing' | 'project' | 'config' | 'database';

/** The first words of the CLI's own commands. A plugin's command cannot begin with any of them. */
export const CLI_COMMANDS: readonly string[] = [
  'startproject',
  'startapp',
  'startplugin',
  'dev',
  'start',
  'worker',
  'migrate',
  'console',
  'plugins',
  'routes',
  'doctor',
  'completion',
  'help',
];

/** What a check or command receives, by its `needs`. */
export interface CommandContexts {
  nothing: {
    /** The project's folder, if the command was run inside one. */
    readonly folder: string | undefined;
  };
  project: { readonly project: ProjectContext };
  config: { readonly project: ProjectContext; readonly app: App };
  database: { readonly project: ProjectContext; readonly app: App; readonly database: Database };
}

/**
 * A check of `doctor`. `needs` decides what `run` receives.
 *
 * @example
 * const queue: Check = {
 *   name: 'mail-queue',
 *   needs: 'database',
 *   run: async ({ database }) =>
 *     (await waitingMails(database)) < 1_000
 *       ? { status: 'ok', message: 'The mail queue is short.' }
 *       : { status: 'warning', message: 'More than 1,000 emails are waiting.', fix: 'Start a worker: npx rustio-admin worker.' },
 * };
 */
export type Check = { readonly [N in Needs]: CheckOf<N> }[Needs];
/** A check with these needs; see `Check`. */
export interface CheckOf<N extends Needs> {
  /** A stable name: `administrator`. */
  readonly name: string;
  readonly needs: N;
  run(context: CommandContexts[N]): Promise<CheckResult>;
}
/** A `note` is information, not a problem. `doctor` exits with an error if a check has `failed`. */
export type CheckResult =
  | { readonly status: 'ok' | 'note'; readonly message: string }
  | { readonly status: 'warning' | 'failed'; readonly message: string; readonly fix: string };

/**
 * A CLI command, described as data so that a server never loads the argument parser. `needs` decides what `run` receives.
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
  /**
   * `user create`. Words in capitals are positional arguments (`user password EMAIL`); those in brackets are optional (`[NAME]`).
   */
  readonly name: string;
  readonly description: string;
  /**
   * For a command of two words, a description of all commands that share its first word: `Manage users`. The help shows the first
   * one.
   */
  readonly group?: string;
  readonly needs: N;
  readonly options?: Readonly<Record<string, CommandOption>>;
  run(context: CommandContexts[N], input: CommandInput): Promise<void>;
}
/** An option of a command, such as `--days 30`. A boolean option has no value. */
export interface CommandOption {
  readonly description: string;
  readonly type: 'string' | 'boolean' | 'number';
  /** Whether a string option can be given several times. The command receives the values as one comma-separated string. */
  readonly multiple?: boolean;
  readonly choices?: readonly string[];
  readonly required?: boolean;
  readonly default?: string | boolean | number;
}
/** The arguments of a command, and its access to the terminal. */
export interface CommandInput {
  /** Positional arguments and options by name, positional arguments in lower case. */
  readonly values: Readonly<Record<string, string | boolean | number | undefined>>;
  /**
   * Aborted by SIGINT and SIGTERM. A command that reads this property then has ten seconds to finish, and its result determines the
   * exit code. A command that never reads it is terminated immediately.
   */
  readonly signal: AbortSignal;
  /** Prints one line to standard output. */
  print(line: string): void;
  /** Asks for a line on the terminal, and returns it trimmed; undefined if there is no terminal. */
  ask(question: string): Promise<string | undefined>;
  /** Prompts on the terminal without echo; undefined if there is no terminal. */
  askSecret(question: string): Promise<string | undefined>;
}
