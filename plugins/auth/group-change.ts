import type { App } from '../../core/app.ts';
import type { CommandInput, CommandOf } from '../../core/command.ts';
import type { Transaction } from '../../core/database/pool.ts';
import { mustBeDone } from './command-outcome.ts';
import type { Outcome } from './outcome.ts';
import { accountOf } from './user-commands.ts';

interface Changing {
  readonly app: App;
  readonly input: CommandInput;
  readonly tx: Transaction;
  /** Of the account that EMAIL names, where there is that position. */
  readonly id: number;
}

/** A command that makes one change in one transaction and says that it is done, or why not. */
export function changing(failure: string, change: (what: Changing) => Promise<Outcome>): CommandOf<'database'>['run'] {
  return async (context, input) => {
    const { app } = context;
    const id = input.values.email === undefined ? 0 : (await accountOf(app, input)).id;
    const outcome = await app.database.transaction((tx) => change({ app, input, tx, id }));
    mustBeDone(app, failure, outcome);
    input.print('Done.');
  };
}
