import type { App } from '../../core/app.ts';
import { didYouMean } from '../../core/base/nearest.ts';
import type { ActingAs } from './acting-as.ts';
import { ConsoleTransaction, IDLE_MINUTES } from './console-transaction.ts';
import { type DotCommand, dotCommands, rolledBackText } from './dot-commands.ts';
import { failureText } from './failure-text.ts';
import { createNames, defineNames } from './names.ts';
import { Rejected } from './rejection-text.ts';
import { valueText } from './show-value.ts';

export interface ConsoleSession {
  /** The global names, for completion. */
  readonly names: readonly string[];
  readonly commands: Readonly<Record<string, DotCommand>>;
  /** Runs one input in the transaction and awaits its result. */
  run(work: () => Promise<unknown>): Promise<unknown>;
  /** Runs a dot command and returns the text to print. */
  command(name: string): Promise<string>;
  /** Handles an unhandled error: returns true if it belongs to the running input, which then fails. */
  claimUnhandledError(error: unknown): boolean;
  textOf(value: unknown): string;
  formatFailure(error: unknown): string;
  /** For the prompt: `development (2 uncommitted)`. */
  readonly state: string;
  /** Rolls back and removes the global names; returns the text to print. */
  close(): Promise<string | undefined>;
}

/** Width of the output if it is not a terminal. */
const WIDTH = 160;

/**
 * Opens a console for the prompt or a script. `onRolledBack` receives the text to print when changes are rolled back between
 * inputs.
 */
export function openSession(
  app: App,
  acting: ActingAs,
  { onRolledBack }: { readonly onRolledBack: (text: string) => void },
): ConsoleSession {
  const transaction = new ConsoleTransaction({
    database: app.database,
    cancelPool: app.reading,
    isReadOnly: acting.isReadOnly,
    onRolledBack: (what, why) => onRolledBack(`${rolledBackText(what)} ${REASONS[why]}`),
  });
  const names = createNames(app, acting, transaction);
  const removeNames = defineNames(names);
  const commands = dotCommands(app, { acting, transaction, names });
  const environment = app.environment.production ? 'production' : 'development';
  return {
    names: Object.keys(names),
    commands,
    run: (work) => transaction.run(async () => await work()),
    async command(name) {
      const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
      if (command !== undefined) return command.run();
      const hint = didYouMean(name, Object.keys(commands));
      throw new Rejected(`There is no command .${name}.${hint} Enter .help for a list.`);
    },
    claimUnhandledError: (error) => transaction.claimUnhandledError(error),
    textOf: (value) => valueText(value, process.stdout.columns ?? WIDTH),
    formatFailure: (error) => failureText(error, Object.keys(names)),
    get state() {
      if (acting.isReadOnly) return `${environment} (read-only)`;
      const { changes, isWritten } = transaction.uncommitted;
      if (!isWritten) return environment;
      return `${environment} (${changes === 0 ? 'open transaction' : `${changes} uncommitted`})`;
    },
    async close() {
      const text = rolledBackText(transaction.uncommitted);
      await transaction.rollback();
      removeNames();
      return text === undefined ? undefined : `${text} To keep changes, enter .commit before you leave.`;
    },
  };
}

const REASONS = {
  idle: `Nothing was entered for ${IDLE_MINUTES} minutes.`,
  lost: 'The connection to the database was lost.',
} as const;
