import type { CliCall } from './cli-command.ts';
import type { Parsed } from './parse-arguments.ts';
import { reportError } from './report-error.ts';
import { abortOnSignals, INTERRUPTED } from './signals.ts';
import { askSecret, print, printPlain } from './terminal.ts';

/**
 * Runs a command line and ends the process, with exit code 0, or 1 (failed), 2 (refused or misused), 130 (interrupted). By then
 * everything that we know of is closed; a timer or socket that a plugin left behind must not keep a failed or stopped process alive.
 */
export async function main(argv: readonly string[]): Promise<never> {
  const call = new AbortableCall();
  try {
    const parsed = (await plainStart(argv)) ?? (await parse(argv));
    if (parsed.kind === 'print') print(parsed.text);
    else await parsed.command.run(callOf(parsed, call));
  } catch (error) {
    process.exitCode = call.wasInterruptedBy(error) ? INTERRUPTED : reportError(error);
  }
  await Promise.all([written(process.stdout), written(process.stderr)]);
  return process.exit();
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

/** The signal of one command, made on its first use. */
class AbortableCall {
  #signal: AbortSignal | undefined;

  get signal(): AbortSignal {
    this.#signal ??= abortOnSignals();
    return this.#signal;
  }

  /** Somebody pressed Ctrl-C, and the command passed that on as its error. */
  wasInterruptedBy(error: unknown): boolean {
    return this.#signal?.aborted === true && error instanceof Error && error.name === 'AbortError';
  }
}

function callOf({ values, projectOption }: Extract<Parsed, { kind: 'run' }>, call: AbortableCall): CliCall {
  return {
    values,
    projectOption,
    get signal() {
      return call.signal;
    },
    print: printPlain,
    askSecret,
  };
}

/** Resolves when all output has left the process: pipes are asynchronous on some systems, and `exit` does not wait for them. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
