import { orderPlugins } from '../core/boot/plugins.ts';
import type { Command, CommandOf } from '../core/command.ts';
import { RustioError } from '../core/errors.ts';
import { migrationSources, PROJECT_SOURCE } from '../core/migrate/sources.ts';
import { pendingOf } from '../core/migrate/status.ts';
import type { Plugin } from '../core/plugin.ts';
import { findProject, loadConfig } from '../core/project.ts';
import { builtIn } from '../plugins/order.ts';
import { type CliCall, type CliCommand, partsOf } from './cli-command.ts';
import { projectFolder } from './project-folder.ts';
import { withTools } from './tools.ts';

/** A command described as data, made into one of the command line: it gets what it says it needs. */
export function cliCommandOf(command: Command): CliCommand {
  return {
    name: command.name,
    description: command.description,
    ...(command.options !== undefined && { options: command.options }),
    run: (call) => runCommand(command, call),
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
      commands.push(cliCommandOf(requireTables(command)));
    }
  }
  return commands;
}

async function runCommand(command: Command, call: CliCall): Promise<void> {
  switch (command.needs) {
    case 'nothing':
      return command.run({ folder: call.projectOption ?? findProject(process.cwd()) }, call);
    case 'project':
      return withTools(projectFolder(call.projectOption), 'project', (context) => command.run(context, call));
    case 'config':
      return withTools(projectFolder(call.projectOption), 'config', (context) => command.run(context, call));
    case 'database':
      return withTools(projectFolder(call.projectOption), 'database', (context) => command.run(context, call));
  }
}

/** Plugins own the tables that their commands need: a missing one is reported as such before the command runs. */
function requireTables(command: Command): Command {
  if (command.needs !== 'database') return command;
  const onTables: CommandOf<'database'> = {
    ...command,
    async run(context, input) {
      const open = await pendingOf(context.database, migrationSources(context.project.folder, context.app.plugins));
      const lacking = open.filter(({ source, state }) => state === 'pending' && source !== PROJECT_SOURCE);
      if (lacking.length > 0) throw pending(partsOf(command).words.join(' '), lacking.length);
      await command.run(context, input);
    },
  };
  return onTables;
}

async function pluginsOf(projectOption: string | undefined): Promise<readonly Plugin[]> {
  const folder = projectOption ?? findProject(process.cwd());
  if (folder === undefined) return builtIn;
  try {
    return orderPlugins(await loadConfig(folder), builtIn).enabled;
  } catch {
    // Not the place to tell it: the command that is asked for does, if it needs the config.
    return builtIn;
  }
}

function pending(words: string, count: number): RustioError {
  return new RustioError('RIO-CLI-PENDING', {
    problem: `"${words}" cannot run yet: its tables are not there.`,
    why: count === 1 ? '1 migration is pending.' : `${count} migrations are pending.`,
    fix: 'Run: npx rustio-admin migrate',
    retry: 'After that.',
  });
}

function clash(words: string, owner: string, other: string): RustioError {
  return new RustioError('RIO-CLI-CLASH', {
    problem: `The command "${words}" exists twice: of ${owner} and of ${other}.`,
    why: 'Each command has one owner, so that nobody takes another one over unseen.',
    fix: `Rename it in the plugin "${other}", or disable one of the two.`,
    retry: 'After the change.',
  });
}
