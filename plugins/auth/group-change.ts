import type { App } from '../../core/app.ts';
import type { CommandInput, CommandOf } from '../../core/command.ts';
import type { Transaction } from '../../core/database/pool.ts';
import { mustBeDone, textOf } from './command-outcome.ts';
import type { Outcome } from './outcome.ts';
import { accountOf } from './user-commands.ts';

interface Changing {
  readonly app: App;
  readonly input: CommandInput;
  readonly tx: Transaction;
  /** Of the account that EMAIL names, where there is that position. */
  readonly id: number;
}

interface Reports {
  readonly failure: string;
  readonly done: (group: string, input: CommandInput) => string;
}

/** A command that makes one change of the group NAME in one transaction and reports what it did, or why not. */
export function changing(
  { failure, done }: Reports,
  change: (what: Changing) => Promise<Outcome>,
): CommandOf<'database'>['run'] {
  return async (context, input) => {
    const { app } = context;
    const id = input.values.email === undefined ? 0 : (await accountOf(app, input)).id;
    const outcome = await app.database.transaction((tx) => change({ app, input, tx, id }));
    const group = textOf(input, 'name').trim();
    mustBeDone(app, outcome, { failure, missing: `There is no group ${group}.` });
    input.print(done(group, input));
  };
}
