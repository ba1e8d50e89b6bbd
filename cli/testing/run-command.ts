import type { App } from '../../core/app.ts';
import type { CheckResult, CommandInput } from '../../core/command.ts';
import type { ProjectContext } from '../../core/config.ts';
import { partsOf } from '../cli-command.ts';

/** Values of positions and options by name. */
export type CommandValues = CommandInput['values'];

/** Runs a plugin's command as the CLI would, without its parser, and returns what it prints. */
export async function runCommand(
  app: App,
  project: ProjectContext,
  words: string,
  values: CommandValues,
): Promise<readonly string[]> {
  const commands = app.plugins.flatMap((plugin) => plugin.commands ?? []);
  const command = commands.find((each) => partsOf(each).words.join(' ') === words);
  if (command === undefined) throw new Error(`No enabled plugin has the command "${words}".`);
  const lines: string[] = [];
  const presets = Object.entries(command.options ?? {}).map(([name, option]) => [name, option.default]);
  await command.run(everything(app, project), {
    values: { ...Object.fromEntries(presets), ...values },
    signal: new AbortController().signal,
    print: (line) => void lines.push(line),
    askSecret: async () => undefined,
  });
  return lines;
}

/** Runs a plugin's check as `doctor` would. */
export async function runCheck(app: App, project: ProjectContext, name: string): Promise<CheckResult> {
  const check = app.plugins.flatMap((plugin) => plugin.checks ?? []).find((each) => each.name === name);
  if (check === undefined) throw new Error(`No enabled plugin has the check "${name}".`);
  return check.run(everything(app, project));
}

/** What every `needs` is satisfied with. */
function everything(app: App, project: ProjectContext) {
  return { folder: project.folder, project, app, database: app.database };
}
