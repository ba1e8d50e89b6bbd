import type { App } from '../../core/app.ts';
import type { Check, CheckResult, Command, CommandContexts, CommandInput } from '../../core/command.ts';

/** Everything that a check or command can need. */
function contextOf(app: App, folder: string): CommandContexts['database'] & CommandContexts['nothing'] {
  const project = { folder, environment: app.environment, config: app.config, configError: undefined };
  return { project, app, database: app.database, folder };
}

export function runCheck(check: Check | undefined, app: App, folder = ''): Promise<CheckResult> {
  if (!check) throw new Error('There is no such check.');
  // The context satisfies every kind of `needs`, which the compiler cannot infer for the union of functions.
  const run = check.run as (context: object) => Promise<CheckResult>;
  return run.call(check, contextOf(app, folder));
}

/**
 * Runs a command and returns its output. `answers` are the inputs for its prompts, in order; undefined if there is no terminal.
 */
export async function runCommand(
  command: Command | undefined,
  app: App,
  values: CommandInput['values'] = {},
  answers?: readonly string[],
): Promise<string[]> {
  if (!command) throw new Error('There is no such command.');
  const printed: string[] = [];
  const remaining = [...(answers ?? [])];
  const run = command.run as (context: object, input: CommandInput) => Promise<void>;
  await run.call(command, contextOf(app, ''), {
    values,
    signal: new AbortController().signal,
    print: (line) => void printed.push(line),
    ask: async () => (answers === undefined ? undefined : remaining.shift()),
    askSecret: async () => (answers === undefined ? undefined : remaining.shift()),
  });
  return printed;
}
