import type { App } from '../../core/app.ts';
import type { Booted } from '../../core/boot/boot.ts';
import type { CheckResult, CommandInput } from '../../core/command.ts';
import type { ProjectContext } from '../../core/settings.ts';
import { parseCommandName } from '../cli-command.ts';

/** Values of positional arguments and options, by name. */
export type CommandValues = CommandInput['values'];

/** Runs a plugin's command like the CLI, but without its parser, and returns its output. */
export async function runCommand(
  { app, plugins }: Booted,
  project: ProjectContext,
  words: string,
  values: CommandValues,
): Promise<readonly string[]> {
  const commands = plugins.flatMap((plugin) => plugin.commands ?? []);
  const command = commands.find((each) => parseCommandName(each).words.join(' ') === words);
  if (command === undefined) throw new Error(`No enabled plugin has the command "${words}".`);
  const lines: string[] = [];
  const defaults = Object.entries(command.options ?? {}).map(([name, option]) => [name, option.default]);
  await command.run(commandContext(app, project), {
    values: { ...Object.fromEntries(defaults), ...values },
    signal: new AbortController().signal,
    print: (line) => void lines.push(line),
    ask: async () => undefined,
    askSecret: async () => undefined,
  });
  return lines;
}

/** Runs a plugin's check like `doctor`. */
export async function runCheck({ app, plugins }: Booted, project: ProjectContext, name: string): Promise<CheckResult> {
  const check = plugins.flatMap((plugin) => plugin.checks ?? []).find((each) => each.name === name);
  if (check === undefined) throw new Error(`No enabled plugin has the check "${name}".`);
  return check.run(commandContext(app, project));
}

/** A context that satisfies every `needs`. */
function commandContext(app: App, project: ProjectContext) {
  return { folder: project.folder, project, app, database: app.database };
}
