import { databaseOf } from '../core/database/client-config.ts';
import { notConfirmed } from './errors.ts';
import { ask, canAsk } from './terminal.ts';

export interface Confirmation {
  /** What will be done, as lines for the terminal. */
  readonly lines: readonly string[];
  /** The database that will be changed. */
  readonly url: string;
  readonly production: boolean;
  /** Whether `--yes` was given. */
  readonly yes: boolean;
  /** Thrown if the action is not confirmed. The error contains the same lines and explains how to confirm. */
  readonly rejection: () => Error;
  /** Asks on the terminal. @defaultValue `ask` of terminal.ts */
  readonly ask?: (question: string) => Promise<string | undefined>;
  /** Prints a line of the question. */
  readonly print: (line: string) => void;
}

/**
 * Asks for confirmation before data is deleted. The user must type the name of the database, to avoid confirming out of habit for
 * the wrong one. `--yes` skips the question. Without a terminal, and in production, only `--yes` confirms: a session connected to
 * the wrong production database must not be one typed word away from data loss.
 *
 * @throws the rejection, or RIO-CLI-CANCELLED for another answer.
 */
export async function confirm(confirmation: Confirmation): Promise<void> {
  const { lines, url, production, yes, rejection, print } = confirmation;
  if (yes) return;
  // fault: production-confirms-without-yes
  if (production) throw rejection();
  // The rejection contains the same lines; without a terminal, they would be printed twice.
  if (confirmation.ask === undefined && !canAsk()) throw rejection();
  const database = databaseOf(url) ?? 'postgres';
  for (const line of lines) print(line);
  const answer = await (confirmation.ask ?? ask)(`Type the name of the database (${database}) to continue:`);
  if (answer === undefined) throw rejection();
  if (answer !== database) throw notConfirmed({ expected: database });
}
