// What `rustio-admin --help` prints. yargs' own overview shows the first words only, and knows no environment variables.
import { type CliCommand, usageOf } from './cli-command.ts';
import type { DeclaredVariable } from './declared-variables.ts';
import { columns } from './terminal.ts';

/** Every command with its arguments, then the options of all, then the variables. */
export function overview(commands: readonly CliCommand[], variables: readonly DeclaredVariable[]): string {
  const rows = commands.map((command) => [`  ${usageOf(command)}`, command.description]);
  const declared = variables.map(({ plugin, name, required, description }) => [
    `  ${name}`,
    `${description ?? `For the plugin ${plugin}`}${required ? ' (required)' : ''}`,
  ]);
  return [
    'rustio-admin <command> [options]',
    '',
    'Commands:',
    ...columns(rows),
    '',
    'Options:',
    ...columns([
      ['  --project <folder>', 'Folder of the project (default: the nearest one upward with a rustio.config.ts)'],
      ['  --help', 'Show help, also for one command: rustio-admin migrate --help'],
      ['  --version', 'Show the version'],
    ]),
    ...(declared.length === 0 ? [] : ['', 'Environment variables of plugins:', ...columns(declared)]),
  ].join('\n');
}
