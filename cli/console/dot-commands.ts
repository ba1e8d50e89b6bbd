import type { App } from '../../core/app.ts';
import { databaseError } from '../../core/database/errors.ts';
import { columns } from '../terminal.ts';
import type { ActingAs } from './acting-as.ts';
import { ConnectionLost, type ConsoleTransaction, type Uncommitted } from './console-transaction.ts';
import { type Names, toIdentifier } from './names.ts';
import { Rejected } from './rejection-text.ts';

/** A command of the console such as `.commit`. */
export interface DotCommand {
  readonly help: string;
  /** Returns the text to print. */
  run(): Promise<string>;
}

export interface DotCommandParts {
  readonly acting: ActingAs;
  readonly transaction: ConsoleTransaction;
  readonly names: Names;
}

export function dotCommands(
  app: App,
  { acting, transaction, names }: DotCommandParts,
): Readonly<Record<string, DotCommand>> {
  return {
    commit: {
      help: 'Keep the changes made since the last .commit',
      async run() {
        if (!transaction.uncommitted.isWritten) return 'There is nothing to commit.';
        await acting.verify();
        const amount = amountOf(transaction.uncommitted);
        try {
          await transaction.commit();
        } catch (cause) {
          if (cause instanceof ConnectionLost) throw cause;
          if (databaseError(cause) !== undefined) throw new Rejected(`Rolled back ${amount}.`, { cause });
          throw new Rejected('The connection was lost during the commit. Check whether the changes were stored.');
        }
        return `Committed ${amount}. Correlation ID: ${acting.context.correlationId}`;
      },
    },
    rollback: {
      help: 'Discard the changes made since the last .commit',
      run: async () => rolledBackText(await transaction.rollback()) ?? 'There is nothing to roll back.',
    },
    models: { help: 'List the models and their fields', run: async () => modelList(app, acting, names) },
    help: { help: 'Show this help', run: async () => HELP },
    exit: { help: 'Leave the console', run: async () => '' },
  };
}

/** Describes what was lost when a transaction ended without a commit; undefined if nothing was. */
export function rolledBackText(uncommitted: Uncommitted): string | undefined {
  return uncommitted.isWritten ? `Rolled back ${amountOf(uncommitted)}.` : undefined;
}

function amountOf({ changes }: Uncommitted): string {
  // Only functions of the project have written, and their changes are not counted.
  if (changes === 0) return 'the open transaction';
  return changes === 1 ? '1 change' : `${changes} changes`;
}

function modelList({ models, policy }: App, { context }: ActingAs, names: Names): string {
  const viewable = models.all.filter((model) => policy.may(context.actor, 'view', model));
  return columns(
    viewable.map((model) => {
      const identifier = toIdentifier(model.name);
      const fields = [...model.fields.values()].filter((field) => policy.mayField(context.actor, 'view', field));
      return [
        Object.hasOwn(names, identifier) ? identifier : `models.${identifier}`,
        fields.map(({ name }) => name).join(', '),
      ];
    }),
  ).join('\n');
}

const HELP = `
records.list(Model, { filter, search, sort, limit, after })   rows, for example { filter: { status: 'open' }, sort: '-id' }
records.count(Model, { filter, search })                      the number of rows
records.get(Model, key)                                       one row
write.create(Model, values)                                   adds a record
write.update(Model, key, values)                              changes a record
write.remove(Model, key)                                      deletes a record
query(sql.unsafe\`select …\`)                                   rows of an SQL statement, which can only read
models                                                        all models; most are also available by their name
app, tx, context                                              the application, the transaction and the audit context, for
                                                              functions of the project: await shipOrder(tx, context, 17)
_                                                             the last result

.commit     Keep the changes made since the last .commit
.rollback   Discard the changes made since the last .commit
.models     List the models and their fields
.editor     Enter several lines at once
.exit       Leave the console; uncommitted changes are rolled back

Inputs can use await and import(). Ctrl-C interrupts the running input.
`.trim();
