import type { App } from '../../core/app.ts';
import type { Check, CheckResult, Command, CommandInput, ToolContexts } from '../../core/command.ts';

/** Everything that a check or command may ask for. */
function contextOf(app: App, folder: string): ToolContexts['database'] & ToolContexts['nothing'] {
  const project = { folder, environment: app.environment, config: app.config, configError: undefined };
  return { project, app, database: app.database, folder };
}

/** Runs a check with all that it could need. */
export function runCheck(check: Check | undefined, app: App, folder = ''): Promise<CheckResult> {
  if (!check) throw new Error('There is no such check.');
  // The context has the members of every kind of context; only the union of the functions is beyond the compiler.
  const run = check.run as (context: object) => Promise<CheckResult>;
  return run.call(check, contextOf(app, folder));
}

/** Runs a command; `answers` are what is typed when it asks, in turn; undefined: there is no terminal. Returns what it printed. */
export async function runCommand(
  command: Command | undefined,
  app: App,
  values: CommandInput['values'] = {},
  answers?: readonly string[],
): Promise<string[]> {
  if (!command) throw new Error('There is no such command.');
  const printed: string[] = [];
  const left = [...(answers ?? [])];
  const run = command.run as (context: object, input: CommandInput) => Promise<void>;
  await run.call(command, contextOf(app, ''), {
    values,
    signal: new AbortController().signal,
    print: (line) => void printed.push(line),
    askSecret: async () => (answers === undefined ? undefined : left.shift()),
  });
  return printed;
}
