import { RustioError } from '../core/errors.ts';
import type { Command, Plugin } from '../core/plugin.ts';
import { findProject, loadConfig } from '../core/project.ts';
import { builtIn } from '../plugins/order.ts';
import { type CliCommand, partsOf } from './cli-command.ts';
import { projectFolder } from './project-folder.ts';
import { withTools } from './tools.ts';

/** A command described as data, made into one of the command line: it gets what it says it needs. */
export function cliCommandOf(command: Command): CliCommand {
  return {
    name: command.name,
    description: command.description,
    ...(command.options !== undefined && { options: command.options }),
    run: (call) => withTools(projectFolder(call.projectOption), command.needs, (context) => command.run(context, call)),
  };
}

/** Commands of the plugins that the project enables; of all built-in ones where there is no project, or a broken one. */
export async function pluginCommands(
  projectOption: string | undefined,
  own: readonly CliCommand[],
): Promise<CliCommand[]> {
  const owners = new Map(own.map((command) => [partsOf(command).words.join(' '), 'rustio-admin']));
  const commands: CliCommand[] = [];
  for (const plugin of await pluginsOf(projectOption)) {
    for (const command of plugin.commands ?? []) {
      const words = partsOf(command).words.join(' ');
      const owner = owners.get(words);
      if (owner !== undefined) throw clash(words, owner, plugin.name);
      owners.set(words, plugin.name);
      commands.push(cliCommandOf(command));
    }
  }
  return commands;
}

async function pluginsOf(projectOption: string | undefined): Promise<readonly Plugin[]> {
  const folder = projectOption ?? findProject(process.cwd());
  if (folder === undefined) return builtIn;
  try {
    const { plugins = {}, extend = [] } = await loadConfig(folder);
    return [...builtIn.filter(({ name }) => plugins[name] !== false), ...extend];
  } catch {
    // Not the place to tell it: the command that is asked for does, if it needs the config.
    return builtIn;
  }
}

function clash(words: string, owner: string, other: string): RustioError {
  return new RustioError('RIO-CLI-CLASH', {
    problem: `The command "${words}" exists twice: of ${owner} and of ${other}.`,
    why: 'Each command has one owner, so that nobody takes another one over unseen.',
    fix: `Rename it in the plugin "${other}", or disable one of the two.`,
    retry: 'After the change.',
  });
}
