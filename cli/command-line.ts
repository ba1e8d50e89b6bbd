// Which commands there are. Those of plugins are loaded only when the line names none of our own.
import type { CliCommand } from './cli-command.ts';
import { partsOf } from './cli-command.ts';
import { completion } from './commands/completion.ts';
import { dev } from './commands/dev.ts';
import { doctor } from './commands/doctor.ts';
import { migrateCommands } from './commands/migrate.ts';
import { plugins } from './commands/plugins.ts';
import { routes } from './commands/routes.ts';
import { start } from './commands/start.ts';
import { startapp } from './commands/startapp.ts';
import { startplugin } from './commands/startplugin.ts';
import { startproject } from './commands/startproject.ts';
import { worker } from './commands/worker.ts';
import { declaredVariables } from './declared-variables.ts';
import { readManifest } from './package.ts';
import { COMPLETE, leadingWords, type Parsed, parseArguments, projectIn } from './parse-arguments.ts';
import { cliCommandOf, commandsOf, pluginsOf } from './plugin-command.ts';

/** Our own commands, in the order of the overview. Their first words are `CLI_COMMANDS` of core, which plugins cannot take. */
export const ownCommands: readonly CliCommand[] = [
  startproject,
  startapp,
  startplugin,
  dev,
  start,
  worker,
  ...migrateCommands.map(cliCommandOf),
  plugins,
  routes,
  doctor,
  completion,
];

/**
 * Reads a command line.
 *
 * @throws RustioError `RIO-CLI-USAGE` when it is not understood; the error of the config when that may be the reason.
 */
export async function readCommandLine(typed: readonly string[]): Promise<Parsed> {
  const { version } = readManifest();
  // `help migrate`, as other tools have it, is `migrate --help`.
  const argv = typed[0] === 'help' ? [...typed.slice(1), '--help'] : typed;
  const [first] = leadingWords(argv);
  const isOwn = ownCommands.some((command) => partsOf(command).words[0] === first);
  if (isOwn && argv[0] !== COMPLETE) return parseArguments(argv, { commands: ownCommands, version });

  const { plugins: enabled, configError } = await pluginsOf(projectIn(argv));
  const commands = [...ownCommands, ...commandsOf(enabled, ownCommands)];
  const variables = declaredVariables(enabled, { production: process.env.NODE_ENV === 'production' });
  const isKnown = first === undefined || commands.some((command) => partsOf(command).words[0] === first);
  // It may be a command of a plugin that a broken config hides.
  if (configError !== undefined && !isKnown && argv[0] !== COMPLETE) throw configError;
  return parseArguments(argv, { commands, version, variables });
}
