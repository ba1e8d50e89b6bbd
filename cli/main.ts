import type { CliCall } from './cli-command.ts';
import type { Parsed } from './parse-arguments.ts';
import { reportError } from './report-error.ts';
import { abortOnSignals } from './signals.ts';
import { askSecret, print, printPlain } from './terminal.ts';

/** Runs a command line. It never throws: what goes wrong is told, and `process.exitCode` says 1 (failed) or 2 (refused). */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    const parsed = (await plainStart(argv)) ?? (await parse(argv));
    if (parsed.kind === 'print') return print(parsed.text);
    await parsed.command.run(callOf(parsed));
  } catch (error) {
    process.exitCode = reportError(error);
  }
}

/** `start` is the server: it should not carry a parser of arguments, nor what other commands load, for years. */
async function plainStart(argv: readonly string[]): Promise<Parsed | undefined> {
  const [word, option, folder, ...rest] = argv;
  const isPlain = word === 'start' && rest.length === 0 && (option === undefined || option === '--project');
  if (!isPlain || (option !== undefined && folder === undefined)) return undefined;
  const { start } = await import('./commands/start.ts');
  return { kind: 'run', command: start, values: {}, projectOption: folder };
}

async function parse(argv: readonly string[]): Promise<Parsed> {
  const { readCommandLine } = await import('./command-line.ts');
  return readCommandLine(argv);
}

function callOf({ values, projectOption }: Extract<Parsed, { kind: 'run' }>): CliCall {
  return {
    values,
    projectOption,
    get signal() {
      return abortOnSignals();
    },
    print: printPlain,
    askSecret,
  };
}
