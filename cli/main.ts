import { type CliCall, INTERRUPTED } from './cli-command.ts';
import { commandUnfinished } from './errors.ts';
import type { Parsed } from './parse-arguments.ts';
import { reportError } from './report-error.ts';
import { resolveOwnImports } from './resolve-own.ts';
import { ask, askSecret, print, printPlain } from './terminal.ts';

/** How long a command may take to finish after it was asked to stop. */
const GRACE_MS = 10_000;

/**
 * Runs a command line and exits with 0 (success), 1 (failed), 2 (rejected or misused) or 130 (interrupted). At this point,
 * everything that the framework has opened is closed; a timer or socket left open by a plugin must not keep the process alive.
 */
export async function main(argv: readonly string[]): Promise<never> {
  // fault: unfinished-command-succeeds
  process.once('beforeExit', exitUnfinished);
  resolveOwnImports();
  await runCommandLine(argv);
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  return process.exit();
}

/** Runs a command line. On failure, prints the error and sets `process.exitCode`. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const call = new AbortableCall();
  try {
    const parsed = (await parsePlainStart(argv)) ?? (await parse(argv));
    if (parsed.kind === 'print') print(parsed.text);
    else await parsed.command.run(parseCall(parsed, call));
  } catch (error) {
    process.exitCode = call.wasInterruptedBy(error) ? INTERRUPTED : reportError(error);
  }
}

/** Handles an event loop that is empty although the command has not finished. Without this, Node would report success. */
function exitUnfinished(): never {
  process.exit(reportError(commandUnfinished()));
}

/**
 * Recognises `start`, which runs the server: it loads neither the argument parser nor the other commands. Undefined for any other
 * command line.
 */
async function parsePlainStart(argv: readonly string[]): Promise<Parsed | undefined> {
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

/** The abort signal of one command, created on first use. */
class AbortableCall {
  #signal: AbortSignal | undefined;

  get signal(): AbortSignal {
    this.#signal ??= abortOnSignals();
    return this.#signal;
  }

  /** Whether the user pressed Ctrl-C and the command threw the abort error of its signal. */
  wasInterruptedBy(error: unknown): boolean {
    return this.#signal?.aborted === true && error instanceof Error && error.name === 'AbortError';
  }
}

/**
 * A signal that is aborted on SIGINT, SIGTERM and SIGHUP. Once it is installed, Node no longer ends the process immediately, so it is
 * created only when a command accesses it. The command then has ten seconds to finish; a second signal ends the process as usual.
 */
function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    process.off('SIGHUP', stop);
    setTimeout(() => process.exit(INTERRUPTED), GRACE_MS).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // The terminal was closed. Without one, as under `nohup`, the command continues.
  if (process.stdin.isTTY) process.on('SIGHUP', stop);
  return controller.signal;
}

function parseCall({ values, projectOption }: Extract<Parsed, { kind: 'run' }>, call: AbortableCall): CliCall {
  return {
    values,
    projectOption,
    get signal() {
      return call.signal;
    },
    print: printPlain,
    ask,
    askSecret,
  };
}

/** Resolves when all output has been written: pipes are asynchronous on some systems, and `exit` does not wait for them. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
