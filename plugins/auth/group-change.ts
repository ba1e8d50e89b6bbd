import type { App } from '../../core/app.ts';
import type { CommandInput, CommandOf } from '../../core/command.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { getArgument, mustBeDone } from './command-outcome.ts';
import type { Outcome } from './outcome.ts';
import { requireAccount } from './user-commands.ts';

interface GroupChange {
  readonly app: App;
  readonly input: CommandInput;
  readonly tx: Transaction;
  /** The account in the EMAIL argument, if the command has one. */
  readonly id: number;
}

interface GroupTexts {
  readonly failure: string;
  readonly done: (group: string, input: CommandInput) => string;
}

/** A command that makes one change to the group NAME in one transaction, and reports the result or the reason for a rejection. */
export function changeGroup(
  { failure, done }: GroupTexts,
  change: (request: GroupChange) => Promise<Outcome>,
): CommandOf<'database'>['run'] {
  return async (context, input) => {
    const { app } = context;
    const id = input.values.email === undefined ? 0 : (await requireAccount(app, input)).id;
    const outcome = await app.database.transaction((tx) => change({ app, input, tx, id }));
    const group = getArgument(input, 'name').trim();
    mustBeDone(app, outcome, { failure, missing: `There is no group ${group}.` });
    input.print(done(group, input));
  };
}
