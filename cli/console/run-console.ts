import path from 'node:path';
import type { CommandContexts, CommandInput } from '../../core/command.ts';
import { INTERRUPTED } from '../cli-command.ts';
import { print, printToStderr } from '../terminal.ts';
import { type ActingAs, actingAs, isAccountError } from './acting-as.ts';
import { loadBanner } from './banner.ts';
import { openSession } from './console-session.ts';
import { runPrompt } from './run-prompt.ts';
import { runScript } from './run-script.ts';

/** The environment variable with the path of the history file. */
const HISTORY_VARIABLE = 'RUSTIO_CONSOLE_HISTORY';

type Context = CommandContexts['database'];

/** Runs a console on the terminal, or the script that is piped to it. */
export async function runConsole(context: Context, input: CommandInput): Promise<void> {
  const acting = await actingAs(context.app, input.values);
  if (process.stdin.isTTY && process.stdout.isTTY) await runInteractive(context, acting);
  else await runPiped(context, acting, input);
}

async function runInteractive({ app, project }: Context, acting: ActingAs): Promise<void> {
  for (const line of await loadBanner(app, acting)) print(line);
  print('Enter .help for help.');
  const { [HISTORY_VARIABLE]: history } = app.environment.variables;
  const historyFile = history === undefined || history === '' ? undefined : path.resolve(history);
  let notify: (line: string) => void = print;
  const session = openSession(app, acting, { onRolledBack: (text) => notify(text) });
  const onUnhandled = (error: unknown): void => {
    if (!session.claimUnhandledError(error)) notify(session.formatFailure(error));
  };
  const stopping = new AbortController();
  const stop = (): void => {
    process.exitCode = INTERRUPTED;
    stopping.abort();
  };
  process
    .on('unhandledRejection', onUnhandled)
    .on('uncaughtException', onUnhandled)
    .once('SIGTERM', stop)
    .once('SIGHUP', stop);
  // Lets `import('./orders/ship.ts')` find files of the project.
  process.chdir(project.folder);
  try {
    await runPrompt(session, {
      input: process.stdin,
      output: process.stdout,
      signal: stopping.signal,
      historyFile,
      onReady: (line) => {
        notify = line;
      },
    });
  } finally {
    notify = print;
    const text = await session.close();
    if (text !== undefined) print(text);
  }
}

async function runPiped({ app, project }: Context, acting: ActingAs, { signal }: CommandInput): Promise<void> {
  // Standard output is reserved for results.
  for (const line of await loadBanner(app, acting)) printToStderr(line);
  const session = openSession(app, acting, { onRolledBack: printToStderr });
  const failed = new AbortController();
  const onUnhandled = (error: unknown): void => {
    if (session.claimUnhandledError(error)) return;
    printToStderr(session.formatFailure(error));
    process.exitCode = 1;
    failed.abort();
  };
  process.on('unhandledRejection', onUnhandled).on('uncaughtException', onUnhandled);
  process.chdir(project.folder);
  try {
    await runScript(session, { input: process.stdin, signal: AbortSignal.any([signal, failed.signal]), print });
  } catch (error) {
    if (signal.aborted || isAccountError(error)) throw error;
    if (!failed.signal.aborted) printToStderr(session.formatFailure(error));
    process.exitCode = 1;
  } finally {
    const text = await session.close();
    if (text !== undefined) printToStderr(text);
  }
}
