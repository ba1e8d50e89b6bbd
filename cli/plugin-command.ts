import { orderPlugins } from '../core/boot/plugins.ts';
import { findProject, loadConfig } from '../core/boot/project.ts';
import type { Command, CommandContexts, CommandOf } from '../core/command.ts';
import { migrationSources, PROJECT_SOURCE } from '../core/migrate/sources.ts';
import { loadPending } from '../core/migrate/status.ts';
import type { Plugin } from '../core/plugin.ts';
import { startPlugins } from '../core/process/start-plugins.ts';
import { builtIn } from '../plugins/built-in.ts';
import { type CliCall, type CliCommand, parseCommandName } from './cli-command.ts';
import { withApplication, withContext } from './command-context.ts';
import { commandConflict, migrationsPending } from './errors.ts';
import { projectFolder } from './project-folder.ts';

/** Converts a declared command to a CLI command that receives the context named by its `needs`. */
export function toCliCommand(command: Command): CliCommand {
  return {
    name: command.name,
    description: command.description,
    ...(command.group !== undefined && { group: command.group }),
    ...(command.options !== undefined && { options: command.options }),
    run: (call) => runCommand(command, call),
  };
}

/**
 * The commands of plugins.
 *
 * @throws RustioError `RIO-CLI-CONFLICT` for a command that already belongs to rustio-admin or to an earlier plugin.
 */
export function collectCommands(plugins: readonly Plugin[], builtInCommands: readonly CliCommand[]): CliCommand[] {
  const reserved = new Set(builtInCommands.map((command) => parseCommandName(command).words[0]));
  const owners = new Map<string, string>();
  const commands: CliCommand[] = [];
  for (const plugin of plugins) {
    for (const command of plugin.commands ?? []) {
      const { words } = parseCommandName(command);
      const name = words.join(' ');
      const owner = reserved.has(words[0]) ? 'rustio-admin' : owners.get(name);
      if (owner !== undefined) throw commandConflict({ command: name, plugin: plugin.name, owner });
      owners.set(name, plugin.name);
      commands.push(command.needs === 'database' ? withStartedPlugins(command) : toCliCommand(command));
    }
  }
  return commands;
}

/** The enabled plugins of the project; all built-in plugins if there is no project or its config is broken. */
export async function loadPlugins(
  projectOption: string | undefined,
): Promise<{ readonly plugins: readonly Plugin[]; readonly configError: unknown }> {
  const folder = projectOption ?? findProject(process.cwd());
  if (folder === undefined) return { plugins: builtIn, configError: undefined };
  try {
    return { plugins: orderPlugins(await loadConfig(folder), builtIn).enabled, configError: undefined };
  } catch (error) {
    // The command itself reports the error, if it needs the config.
    return { plugins: builtIn, configError: error };
  }
}

async function runCommand(command: Command, call: CliCall): Promise<void> {
  switch (command.needs) {
    case 'nothing':
      return command.run({ folder: call.projectOption ?? findProject(process.cwd()) }, call);
    case 'project':
      return withContext(projectFolder(call.projectOption), 'project', (context) => command.run(context, call));
    case 'config':
      return withContext(projectFolder(call.projectOption), 'config', (context) => command.run(context, call));
    case 'database':
      return withContext(projectFolder(call.projectOption), 'database', (context) => command.run(context, call));
  }
}

/**
 * Runs the command in an application whose plugins have been started, so that it can use their services and external connections;
 * they are always stopped afterwards. Used for plugin commands that need the database, and for the console.
 */
export function withStartedPlugins(command: CommandOf<'database'>): CliCommand {
  return {
    ...toCliCommand(command),
    run: (call) =>
      withApplication(projectFolder(call.projectOption), async (context) => {
        await requireTables(command, context);
        const plugins = await startPlugins(context.booted, 'command');
        try {
          await command.run(context, call);
        } finally {
          await plugins.stop();
        }
      }),
  };
}

/** Reports missing plugin tables before the command fails because of them. */
async function requireTables(command: Command, { app, database, project }: CommandContexts['database']): Promise<void> {
  const open = await loadPending(database, migrationSources(project.folder, app.plugins));
  const missing = open.filter(({ source, state }) => state === 'pending' && source !== PROJECT_SOURCE);
  if (missing.length > 0)
    throw migrationsPending({ command: parseCommandName(command).words.join(' '), count: missing.length });
}
