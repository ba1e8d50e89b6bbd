import { chmodSync, existsSync } from 'node:fs';
import { type REPLEval, type REPLServer, Recoverable } from 'node:repl';
import type { Writable } from 'node:stream';
import { isAccountError } from './acting-as.ts';
import { complete } from './completions.ts';
import type { ConsoleSession } from './console-session.ts';
import { createEvaluator, createRepl, unlessAborted } from './evaluate.ts';
import { LineGate, type TerminalInput } from './line-gate.ts';
import { Rejected } from './rejection-text.ts';

export interface PromptOptions {
  readonly input: TerminalInput;
  readonly output: Writable;
  /** Ends the prompt, like `.exit`. */
  readonly signal: AbortSignal;
  /** Where the history is stored. Without it, the history ends with the console. */
  readonly historyFile?: string | undefined;
  /** Called with a function that prints a line above the prompt. */
  readonly onReady?: (print: (line: string) => void) => void;
}

const HISTORY_SIZE = 1_000;
/** Only the owner can read the history. */
const HISTORY_MODE = 0o600;

/**
 * Reads inputs from a terminal until the user exits.
 *
 * @throws RustioError `RIO-CONSOLE-ACCOUNT` if the account can no longer act; other errors are printed.
 */
export async function runPrompt(session: ConsoleSession, options: PromptOptions): Promise<void> {
  const { input, output, signal, historyFile, onReady } = options;
  const left = Promise.withResolvers<void>();
  const runningInput = new RunningInput();
  const gate = new LineGate(input, { idle: () => runningInput.ended, interrupt: () => runningInput.interrupt() });
  const server = createRepl({
    input: gate,
    output,
    terminal: true,
    breakEvalOnSigint: true,
    prompt: promptText(session),
    completer: (line: string) => complete(line, session),
    writer: (value: unknown) => session.textOf(value),
    historySize: HISTORY_SIZE,
  });
  const write = (text: string): void => void output.write(`${text}\n`);
  runInputsIn(session, server, { runningInput, write });
  addCommands(session, server, { runningInput, write, fail: left.reject });
  server.once('exit', left.resolve);
  signal.addEventListener('abort', () => server.close(), { once: true });
  if (historyFile !== undefined) await keepHistory(server, historyFile);
  onReady?.((line) => {
    write(`\n${line}`);
    server.setPrompt(promptText(session));
    server.displayPrompt(true);
  });
  try {
    await left.promise;
  } finally {
    gate.close();
    server.close();
    await runningInput.end();
  }
}

interface Parts {
  readonly runningInput: RunningInput;
  readonly write: (text: string) => void;
}

/** Makes the REPL evaluate each input in the session. Errors are printed here; the REPL then only shows the next prompt. */
function runInputsIn(session: ConsoleSession, server: REPLServer, { runningInput, write }: Parts): void {
  const evaluator = createEvaluator(server);
  const evaluate: REPLEval = (code, _context, _file, done) => {
    const interrupted = new AbortController();
    const run = async (): Promise<void> => {
      try {
        const result = await session.run(() => unlessAborted(interrupted.signal, () => evaluator.evaluate(code)));
        server.setPrompt(promptText(session));
        done(null, result);
      } catch (error) {
        if (error instanceof Recoverable) return done(error, undefined);
        write(session.formatFailure(error));
        server.setPrompt(promptText(session));
        Object.assign(server, { lastError: error });
        done(null, undefined);
      }
    };
    runningInput.begin(run, () => {
      interrupted.abort(new Rejected('Interrupted.'));
      evaluator.interrupt();
    });
  };
  Object.assign(server, { eval: evaluate });
}

/** Adds the commands of the session and removes REPL commands that would bypass it. */
function addCommands(
  session: ConsoleSession,
  server: REPLServer,
  { runningInput, write, fail }: Parts & { readonly fail: (error: unknown) => void },
): void {
  const run = async (name: string): Promise<void> => {
    try {
      write(await session.command(name));
    } catch (error) {
      if (isAccountError(error)) return fail(error);
      write(session.formatFailure(error));
    }
    server.setPrompt(promptText(session));
    server.displayPrompt();
  };
  for (const name of ['load', 'save', 'clear', 'break']) Reflect.deleteProperty(server.commands, name);
  for (const [name, { help }] of Object.entries(session.commands)) {
    if (name !== 'exit') server.defineCommand(name, { help, action: () => runningInput.begin(() => run(name)) });
  }
}

function promptText(session: ConsoleSession): string {
  return `${session.state}> `;
}

function keepHistory(server: REPLServer, file: string): Promise<void> {
  if (existsSync(file)) chmodSync(file, HISTORY_MODE);
  return new Promise((resolve, reject) => {
    server.setupHistory(file, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** The running input or command. There is only one at a time, because the gate passes on the next line when it has ended. */
class RunningInput {
  #ended: Promise<void> | undefined;
  #interrupt: () => void = () => {};
  #isOver = false;

  get ended(): Promise<void> {
    return this.#ended ?? Promise.resolve();
  }

  begin(work: () => Promise<void>, interrupt: () => void = () => {}): void {
    if (this.#isOver) return;
    this.#interrupt = interrupt;
    this.#ended = work().finally(() => {
      this.#ended = undefined;
    });
  }

  /** Interrupts the running input or command; no other starts after that. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.interrupt();
    await this.ended;
  }

  /** Returns false if nothing is running. */
  interrupt(): boolean {
    if (this.#ended === undefined) return false;
    this.#interrupt();
    return true;
  }
}
