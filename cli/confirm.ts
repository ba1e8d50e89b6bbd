import { databaseOf } from '../core/database/client-config.ts';
import { notConfirmed } from './errors.ts';
import { ask, canAsk } from './terminal.ts';

export interface Confirmation {
  /** What would be done, for the terminal. */
  readonly lines: readonly string[];
  /** The database that would be changed. */
  readonly url: string;
  readonly production: boolean;
  /** `--yes` was given. */
  readonly yes: boolean;
  /** The error if it is not confirmed: it lists the same, and says how to confirm. */
  readonly rejection: () => Error;
  /** Asks on the terminal. @defaultValue `ask` of terminal.ts */
  readonly ask?: (question: string) => Promise<string | undefined>;
  /** Prints a line of the question. */
  readonly print: (line: string) => void;
}

/**
 * Asks before data is deleted: the name of the database must be typed, so that nobody confirms for another one by habit. With
 * `--yes` nothing is asked. Without a terminal, and in production, only `--yes` confirms: there a session with the wrong
 * database must not be one word away from a loss.
 *
 * @throws the rejection, or RIO-CLI-CANCELLED for another answer.
 */
export async function confirm(confirmation: Confirmation): Promise<void> {
  const { lines, url, production, yes, rejection, print } = confirmation;
  if (yes) return;
  // fault: production-confirms-without-yes
  if (production) throw rejection();
  // The rejection lists the same: without a terminal the lines would be printed twice.
  if (confirmation.ask === undefined && !canAsk()) throw rejection();
  const database = databaseOf(url) ?? 'postgres';
  for (const line of lines) print(line);
  const answer = await (confirmation.ask ?? ask)(`Type the name of the database (${database}) to continue:`);
  if (answer === undefined) throw rejection();
  if (answer !== database) throw notConfirmed({ expected: database });
}
