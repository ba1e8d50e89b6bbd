import { EventEmitter } from 'node:events';
import { type REPLServer, type ReplOptions, start } from 'node:repl';

/**
 * Node's REPL in the global scope, so that a `Date` in an input is the same class as in the application. Previews are disabled,
 * because they would evaluate text before it is entered. Errors reach the callback of `eval`; without this domain, the REPL would
 * print them itself.
 */
export function createRepl(options: ReplOptions & { readonly historySize?: number }): REPLServer {
  const domain = Object.assign(new EventEmitter(), { bind: <T>(work: T): T => work });
  const all = { ...options, useGlobal: true, preview: false, ignoreUndefined: true, domain };
  return start(all);
}

export interface Evaluator {
  /**
   * Evaluates one input: statements or an expression, with top-level await. A resulting promise is always awaited.
   *
   * @throws Recoverable of `node:repl` if the input is not complete, or what the input throws.
   */
  evaluate(code: string): Promise<unknown>;
  /** Aborts the current `await` of the input, which then throws. */
  interrupt(): void;
}

export function createEvaluator(server: REPLServer): Evaluator {
  const own = server.eval;
  let isAwaiting = false;
  return {
    evaluate: (code) =>
      new Promise((resolve, reject) => {
        isAwaiting = true;
        own.call(server, code, server.context, 'console', (error, result) => {
          isAwaiting = false;
          if (error === null) resolve(result);
          else reject(error);
        });
      }),
    interrupt() {
      if (isAwaiting) server.emit('SIGINT');
    },
  };
}

/**
 * Resolves with the result of `work`, or rejects with the signal's reason if it is aborted first. Aborting does not stop `work`.
 */
export async function unlessAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work(), promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
