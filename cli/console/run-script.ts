import { createInterface } from 'node:readline';
import { Recoverable } from 'node:repl';
import { PassThrough, type Readable, Writable } from 'node:stream';
import { isAccountError } from './acting-as.ts';
import type { ConsoleSession } from './console-session.ts';
import { createEvaluator, createRepl, unlessAborted } from './evaluate.ts';
import { Rejected } from './rejection-text.ts';

export interface ScriptOptions {
  readonly input: Readable;
  readonly signal: AbortSignal;
  /** Prints results; everything else is written to standard error. */
  readonly print: (line: string) => void;
}

/** Runs the lines of a pipe or file as if they were typed, up to the first error, which is thrown. */
export async function runScript(session: ConsoleSession, { input, signal, print }: ScriptOptions): Promise<void> {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  // Without `breakEvalOnSigint`, which would remove the process's own signal handler.
  const server = createRepl({ input: new PassThrough(), output, terminal: false, prompt: '' });
  const { evaluate } = createEvaluator(server);
  let pending = '';
  let number = 0;
  try {
    for await (const line of createInterface({ input, signal, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (pending === '' && (line.trim() === '' || line.startsWith('#!'))) continue;
      const command = pending === '' ? /^\s*\.(\w+)\s*$/.exec(line)?.[1] : undefined;
      if (command === 'exit') return;
      if (command !== undefined) {
        print(await session.command(command));
        continue;
      }
      pending += `${line}\n`;
      const outcome = await session.run(() => unlessAborted(signal, () => evaluate(pending))).catch(unlessIncomplete);
      if (outcome === INCOMPLETE) continue;
      pending = '';
      if (outcome !== undefined) print(session.textOf(outcome));
    }
    signal.throwIfAborted();
    if (pending !== '') throw new Rejected(`The last statement is not complete:\n${pending.trimEnd()}`);
  } catch (error) {
    if (signal.aborted || isAccountError(error)) throw error;
    throw new Rejected(`Line ${number}:`, { cause: error });
  } finally {
    server.close();
  }
}

const INCOMPLETE = Symbol('incomplete');

function unlessIncomplete(error: unknown): typeof INCOMPLETE {
  if (error instanceof Recoverable) return INCOMPLETE;
  throw error;
}
