import { orderPlugins } from '../core/boot/plugins.ts';
import type { Command, CommandOf, ToolContexts } from '../core/command.ts';
import { RustioError } from '../core/errors.ts';
import { migrationSources, PROJECT_SOURCE } from '../core/migrate/sources.ts';
import { pendingOf } from '../core/migrate/status.ts';
import type { Plugin } from '../core/plugin.ts';
import { findProject, loadConfig } from '../core/project.ts';
import { startPlugins } from '../core/start-plugins.ts';
import { builtIn } from '../plugins/order.ts';
import { type CliCall, type CliCommand, partsOf } from './cli-command.ts';
import { projectFolder } from './project-folder.ts';
import { withTools } from './tools.ts';

/** A command described as data, as one of the command line: it is given what its `needs` names. */
export function cliCommandOf(command: Command): CliCommand {
  return {
    name: command.name,
    description: command.description,
    ...(command.options !== undefined && { options: command.options }),
    run: (call) => runCommand(command, call),
  };
}

/**
 * The commands of plugins.
 *
 * @throws RustioError `RIO-CLI-CLASH` for a command that already belongs to rustio-admin or to an earlier plugin.
 */
export function commandsOf(plugins: readonly Plugin[], own: readonly CliCommand[]): CliCommand[] {
  const reserved = new Set(own.map((command) => partsOf(command).words[0]));
  const owners = new Map<string, string>();
  const commands: CliCommand[] = [];
  for (const plugin of plugins) {
    for (const command of plugin.commands ?? []) {
      const { words } = partsOf(command);
      const name = words.join(' ');
      const owner = reserved.has(words[0]) ? 'rustio-admin' : owners.get(name);
      if (owner !== undefined) throw clash(name, owner, plugin.name);
      owners.set(name, plugin.name);
      commands.push(cliCommandOf(inStartedApp(command)));
    }
  }
  return commands;
}

/** The plugins that the project enables; all built-in ones where there is no project, or a broken one. */
export async function pluginsOf(
  projectOption: string | undefined,
): Promise<{ readonly plugins: readonly Plugin[]; readonly configError: unknown }> {
  const folder = projectOption ?? findProject(process.cwd());
  if (folder === undefined) return { plugins: builtIn, configError: undefined };
  try {
    return { plugins: orderPlugins(await loadConfig(folder), builtIn).enabled, configError: undefined };
  } catch (error) {
    // The command that is asked for reports it, if it needs the config.
    return { plugins: builtIn, configError: error };
  }
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

/**
 * A plugin's command on the database runs in an application whose plugins have started: it may use their services and its own
 * connections to the outside. They are stopped afterwards, whatever happens.
 */
function inStartedApp(command: Command): Command {
  if (command.needs !== 'database') return command;
  const started: CommandOf<'database'> = {
    ...command,
    async run(context, input) {
      await requireTables(command, context);
      const plugins = await startPlugins(context.app, 'command');
      try {
        await command.run(context, input);
      } finally {
        await plugins.stop();
      }
    },
  };
  return started;
}

/** Plugins own the tables that their commands need: a missing one is reported as such before the command runs. */
async function requireTables(command: Command, { app, database, project }: ToolContexts['database']): Promise<void> {
  const open = await pendingOf(database, migrationSources(project.folder, app.plugins));
  const missing = open.filter(({ source, state }) => state === 'pending' && source !== PROJECT_SOURCE);
  if (missing.length > 0) throw pending(partsOf(command).words.join(' '), missing.length);
}

function pending(words: string, count: number): RustioError {
  return new RustioError('RIO-CLI-PENDING', {
    problem: `"${words}" cannot run yet: its tables do not exist.`,
    why: count === 1 ? '1 migration is pending.' : `${count} migrations are pending.`,
    fix: 'Run: npx rustio-admin migrate',
    retry: 'After that.',
  });
}

function clash(words: string, owner: string, other: string): RustioError {
  return new RustioError('RIO-CLI-CLASH', {
    problem: `The command "${words}" of the plugin "${other}" already belongs to ${owner}.`,
    why: 'Each command has one owner; the first words of the built-in commands are reserved.',
    fix: `Rename it in the plugin "${other}", or disable that plugin: plugins: { '${other}': false }.`,
    retry: 'After the change.',
  });
}
