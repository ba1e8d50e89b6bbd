// Which commands there are. Those of plugins are only loaded when none of our own is meant.
import type { CliCommand } from './cli-command.ts';
import { dev } from './commands/dev.ts';
import { doctor } from './commands/doctor.ts';
import { migrateCommands } from './commands/migrate.ts';
import { plugins } from './commands/plugins.ts';
import { routes } from './commands/routes.ts';
import { start } from './commands/start.ts';
import { startapp } from './commands/startapp.ts';
import { startproject } from './commands/startproject.ts';
import { readManifest } from './package.ts';
import { commandFor, leadingWords, type Parsed, parseArguments, projectIn } from './parse-arguments.ts';
import { cliCommandOf, pluginCommands } from './plugin-command.ts';

const ownCommands: readonly CliCommand[] = [
  startproject,
  startapp,
  dev,
  start,
  ...migrateCommands.map(cliCommandOf),
  plugins,
  routes,
  doctor,
];

/** Reads a command line; throws RIO-CLI-USAGE when it is not understood. */
export async function readCommandLine(argv: readonly string[]): Promise<Parsed> {
  const isOwn = commandFor(leadingWords(argv), ownCommands) !== undefined;
  const others = isOwn ? [] : await pluginCommands(projectIn(argv), ownCommands);
  return parseArguments(argv, [...ownCommands, ...others], readManifest().version);
}
