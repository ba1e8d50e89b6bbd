// All commands. Those of plugins are loaded only if the command line does not start with a built-in command.
import { type CliCommand, parseCommandName } from './cli-command.ts';
import { completion } from './commands/completion.ts';
import { consoleCommand } from './commands/console.ts';
import { doctor } from './commands/doctor.ts';
import { migrateCommands } from './commands/migrate.ts';
import { plugins } from './commands/plugins.ts';
import { routes } from './commands/routes.ts';
import { dev, start, worker } from './commands/start.ts';
import { startapp } from './commands/startapp.ts';
import { startplugin } from './commands/startplugin.ts';
import { startproject } from './commands/startproject.ts';
import { declaredVariables } from './declared-variables.ts';
import { readManifest } from './package.ts';
import { COMPLETE, leadingWords, type Parsed, parseArguments, projectIn } from './parse-arguments.ts';
import { collectCommands, loadPlugins, toCliCommand, withStartedPlugins } from './plugin-command.ts';

/** The built-in commands, in the order of the overview. Their first words (`CLI_COMMANDS` in core) are reserved. */
export const builtInCommands: readonly CliCommand[] = [
  startproject,
  startapp,
  startplugin,
  dev,
  start,
  worker,
  ...migrateCommands.map(toCliCommand),
  withStartedPlugins(consoleCommand),
  plugins,
  routes,
  doctor,
  completion,
];

/**
 * Parses a command line.
 *
 * @throws RustioError `RIO-CLI-USAGE` when it is invalid; the error of the config when that may be the reason.
 */
export async function readCommandLine(words: readonly string[]): Promise<Parsed> {
  const { version } = readManifest();
  // As in other tools, `help migrate` means `migrate --help`.
  const argv = words[0] === 'help' ? [...words.slice(1), '--help'] : words;
  const [first] = leadingWords(argv);
  const isBuiltIn = builtInCommands.some((command) => parseCommandName(command).words[0] === first);
  if (isBuiltIn && argv[0] !== COMPLETE) return parseArguments(argv, { commands: builtInCommands, version });

  const { plugins: enabled, configError } = await loadPlugins(projectIn(argv));
  const commands = [...builtInCommands, ...collectCommands(enabled, builtInCommands)];
  const variables = declaredVariables(enabled, { production: process.env.NODE_ENV === 'production' });
  const isKnown = first === undefined || commands.some((command) => parseCommandName(command).words[0] === first);
  // The command may belong to a plugin that the broken config enables.
  if (configError !== undefined && !isKnown && argv[0] !== COMPLETE) throw configError;
  return parseArguments(argv, { commands, version, variables });
}
