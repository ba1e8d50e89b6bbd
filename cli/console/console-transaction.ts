import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import { sql } from 'slonik';
import { z } from 'zod';
import { Limiter } from '../../core/base/limiter.ts';
import type { Database, Query, Transaction } from '../../core/database/pool.ts';

/** How long uncommitted changes may wait for the next input: their locks block other users. */
export const IDLE_MINUTES = 10;
/** The server's own limit, should this process hang: later than ours, and also for an input that waits for something else. */
const SERVER_IDLE_MINUTES = 15;
/** Between two attempts to cancel what an interrupted input has started. */
const CANCEL_MS = 50;

export interface ConsoleTransactionOptions {
  readonly database: Database;
  /** Another pool of the same database, which cancels statements of interrupted inputs. */
  readonly cancelPool: Query;
  readonly isReadOnly: boolean;
  /** Called after uncommitted changes were rolled back without a command. */
  readonly onRolledBack: (what: Uncommitted, why: 'idle' | 'lost') => void;
  /** @defaultValue 10 minutes */
  readonly idleMs?: number;
}

/** What the transaction would commit. */
export interface Uncommitted {
  /** The number of records that the console itself changed. */
  readonly changes: number;
  /** There is something to commit; `changes` is 0 if only functions of the project have written. */
  readonly isWritten: boolean;
}

/** The transaction on its own connection, from its first input to its end. */
interface Open {
  readonly tx: Transaction;
  readonly backend: number;
  /** Runs work in the async context of the transaction, in which the pool itself refuses to be used. */
  inside<T>(work: () => T): T;
  end(how: 'commit' | 'rollback'): Promise<void>;
}

interface Input {
  readonly tx: Transaction;
  isOver: boolean;
}

const flag = z.object({ written: z.boolean() });
const backendRow = z.object({ pid: z.number() });
/** The input that the running code belongs to: code of an interrupted one runs on, and must not write into the next. */
const running = new AsyncLocalStorage<Input>();

/**
 * The transaction behind a console. It begins with an input, and goes on as long as it has uncommitted changes: while a console
 * waits at its prompt, it holds neither locks nor a snapshot unless something was written. Each input runs in a savepoint, so one
 * that fails leaves nothing behind and does not abort the transaction. See docs/decisions/0018-console.md.
 */
export class ConsoleTransaction {
  readonly #options: ConsoleTransactionOptions;
  /** One call at a time: within a savepoint, the transaction around it cannot be used. */
  readonly #calls = new Limiter({ concurrency: 1 });
  #open: Open | undefined;
  #input: Input | undefined;
  #uncommitted: Uncommitted = NOTHING;
  #isHandedOut = false;
  #unhandledErrors: unknown[] = [];
  #idle: NodeJS.Timeout | undefined;

  constructor(options: ConsoleTransactionOptions) {
    this.#options = options;
  }

  get uncommitted(): Uncommitted {
    return this.#uncommitted;
  }

  /** The transaction of the running input, for functions of the project. What they write is not counted. */
  get tx(): Transaction {
    this.#isHandedOut = true;
    return this.#runningInput().tx;
  }

  /** Runs one input. If it throws, its changes are rolled back and the error is rethrown. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    this.#open ??= await this.#begin();
    const open = this.#open;
    const before = this.#uncommitted;
    try {
      return await open.inside(() => open.tx.savepoint((tx) => this.#runIn(tx, work)));
    } catch (error) {
      this.#uncommitted = before;
      if (await isUsable(open.tx)) throw error;
      await this.#handleLostConnection();
      throw new ConnectionLost({ cause: error });
    } finally {
      if (!this.#uncommitted.isWritten) await this.rollback();
      else this.#idle = setTimeout(() => void this.#expire(), this.#options.idleMs ?? IDLE_MINUTES * 60_000).unref();
    }
  }

  /**
   * Runs a function of the console within the running input, in a savepoint of its own: an error that the input catches does not
   * abort the transaction.
   */
  async call<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const input = this.#runningInput();
    return this.#calls.run(() => {
      if (input.isOver) throw new InputIsOver();
      return input.tx.savepoint(work);
    });
  }

  countChange(): void {
    this.#uncommitted = { changes: this.#uncommitted.changes + 1, isWritten: true };
  }

  /** A rejection that the input did not handle; it fails, as if it had awaited the promise. False if no input runs. */
  claimUnhandledError(error: unknown): boolean {
    if (error instanceof InputIsOver) return true;
    if (this.#input === undefined || this.#input.isOver) return false;
    this.#unhandledErrors.push(error);
    return true;
  }

  /** Commits, and returns what was committed. If the database rejects the commit, everything is rolled back and its error is thrown. */
  async commit(): Promise<Uncommitted> {
    if (this.#open === undefined || (await isUsable(this.#open.tx))) return this.#end('commit');
    await this.#handleLostConnection();
    throw new ConnectionLost();
  }

  /** Rolls back, and returns what was rolled back. */
  rollback(): Promise<Uncommitted> {
    return this.#end('rollback');
  }

  async #runIn<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
    const input: Input = { tx, isOver: false };
    this.#input = input;
    try {
      const result = await running.run(input, work);
      await this.#finishCalls();
      if (this.#unhandledErrors.length > 0) throw this.#unhandledErrors[0];
      // Also fails if the input hid an error that has aborted the transaction, so that the savepoint is rolled back.
      const { written } = await tx.one(sql.type(flag)`select pg_current_xact_id_if_assigned() is not null as written`);
      const { changes } = this.#uncommitted;
      // An update without changes has locked a row, which is no reason to keep the transaction.
      this.#uncommitted = { changes, isWritten: changes > 0 || (written && this.#isHandedOut) };
      return result;
    } finally {
      input.isOver = true;
      this.#unhandledErrors = [];
      await this.#cancelCalls();
    }
  }

  /**
   * Calls that still run belong to an input that was interrupted or has failed; their savepoints must end before the input's. Each
   * may have further statements, so it is cancelled until it ends.
   */
  async #cancelCalls(): Promise<void> {
    while (this.#calls.size > 0 && this.#open !== undefined) {
      await this.#options.cancelPool.query(sql.unsafe`select pg_cancel_backend(${this.#open.backend})`);
      await Promise.race([this.#calls.run(() => {}), wait(CANCEL_MS)]);
    }
  }

  /** Also for calls that the input did not await. */
  async #finishCalls(): Promise<void> {
    do {
      await this.#calls.run(() => {});
      await setImmediate();
    } while (this.#calls.size > 0);
  }

  #runningInput(): Input {
    const input = running.getStore();
    if (input === undefined || input !== this.#input || input.isOver) throw new InputIsOver();
    return input;
  }

  async #begin(): Promise<Open> {
    const { database, isReadOnly } = this.#options;
    const ready = Promise.withResolvers<Pick<Open, 'tx' | 'backend' | 'inside'>>();
    const outcome = Promise.withResolvers<void>();
    const ended = database.transaction(async (tx) => {
      if (isReadOnly) await tx.query(sql.unsafe`set transaction read only`);
      await tx.query(
        sql.unsafe`select set_config('idle_in_transaction_session_timeout', ${`${SERVER_IDLE_MINUTES}min`}, true)`,
      );
      const { pid } = await tx.one(sql.type(backendRow)`select pg_backend_pid() as pid`);
      ready.resolve({ tx, backend: pid, inside: AsyncLocalStorage.snapshot() });
      await outcome.promise;
    });
    ended.catch(ready.reject);
    return {
      ...(await ready.promise),
      async end(how) {
        if (how === 'commit') outcome.resolve();
        else outcome.reject(new RolledBack());
        await ended.catch((error: unknown) => {
          if (!(error instanceof RolledBack)) throw error;
        });
      },
    };
  }

  async #end(how: 'commit' | 'rollback'): Promise<Uncommitted> {
    clearTimeout(this.#idle);
    const [open, uncommitted] = [this.#open, this.#uncommitted];
    this.#open = undefined;
    this.#input = undefined;
    this.#uncommitted = NOTHING;
    this.#isHandedOut = false;
    await open?.end(how);
    return uncommitted;
  }

  async #expire(): Promise<void> {
    const uncommitted = this.#uncommitted;
    // The server may have ended it already.
    await this.rollback().catch(() => {});
    this.#options.onRolledBack(uncommitted, 'idle');
  }

  /** The server has rolled back already, or will; only our side is left to be closed. */
  async #handleLostConnection(): Promise<void> {
    const uncommitted = this.#uncommitted;
    await this.rollback().catch(() => {});
    if (uncommitted.isWritten) this.#options.onRolledBack(uncommitted, 'lost');
  }
}

/** False after the connection was lost, or if the savepoint of an input could not be rolled back. */
function isUsable(tx: Transaction): Promise<boolean> {
  return tx.query(sql.unsafe`select`).then(
    () => true,
    () => false,
  );
}

const NOTHING: Uncommitted = Object.freeze({ changes: 0, isWritten: false });

/** Rolls back the transaction; it never leaves this file. */
class RolledBack extends Error {}

/** The server has ended the connection, and with it the transaction. */
export class ConnectionLost extends Error {
  constructor(options?: ErrorOptions) {
    super('The connection to the database was lost. The next input opens a new one.', options);
  }
}

/** Code of an earlier input, which was interrupted or did not await everything, has called a function of the console. */
export class InputIsOver extends Error {
  constructor() {
    super('A call came from an input that has already ended. Await every promise that an input starts.');
  }
}
