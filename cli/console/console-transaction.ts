import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import { sql } from 'slonik';
import { z } from 'zod';
import { Limiter } from '../../core/base/limiter.ts';
import type { Database, Query, Transaction } from '../../core/database/pool.ts';

/** How long uncommitted changes are kept without a further input: their locks block other users. */
export const IDLE_MINUTES = 10;
/** The server's own limit, in case this process hangs. Longer than ours; also applies while an input waits for something else. */
const SERVER_IDLE_MINUTES = 15;
/** Interval between attempts to cancel the statements of an interrupted input. */
const CANCEL_MS = 50;

export interface ConsoleTransactionOptions {
  readonly database: Database;
  /** Another pool on the same database, used to cancel statements of interrupted inputs. */
  readonly cancelPool: Query;
  readonly isReadOnly: boolean;
  /** Called after uncommitted changes were rolled back without a user command. */
  readonly onRolledBack: (what: Uncommitted, why: 'idle' | 'lost') => void;
  /** @defaultValue 10 minutes */
  readonly idleMs?: number;
}

/** What the transaction would commit. */
export interface Uncommitted {
  /** The number of records changed through the console's own functions. */
  readonly changes: number;
  /** Whether there is anything to commit; `changes` is 0 if only functions of the project have written. */
  readonly isWritten: boolean;
}

/** The transaction on its own connection, from its first input until it ends. */
interface Open {
  readonly tx: Transaction;
  readonly backend: number;
  /** Runs work in the async context of the transaction, in which the pool itself cannot be used. */
  inside<T>(work: () => T): T;
  end(how: 'commit' | 'rollback'): Promise<void>;
}

interface Input {
  readonly tx: Transaction;
  isOver: boolean;
}

const flag = z.object({ written: z.boolean() });
const backendRow = z.object({ pid: z.number() });
/**
 * The input to which the running code belongs. Code of an interrupted input keeps running, and must not write during the next
 * one.
 */
const running = new AsyncLocalStorage<Input>();

/**
 * The transaction behind a console. It begins with an input and stays open only while it has uncommitted changes: a console
 * waiting at its prompt holds no locks or snapshot unless something was written. Each input runs in a savepoint, so a failing
 * input is undone without aborting the transaction. See docs/decisions/0018-console.md.
 */
export class ConsoleTransaction {
  readonly #options: ConsoleTransactionOptions;
  /** Runs calls one at a time: within a savepoint, the outer transaction cannot be used. */
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

  /** The transaction of the running input, for functions of the project. Their writes are not counted. */
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
   * Runs a console function within the running input, in its own savepoint: if the input catches an error, the transaction is not
   * aborted.
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

  /**
   * Handles a rejection that the input did not handle: the input fails, as if it had awaited the promise. Returns false if no
   * input is running.
   */
  claimUnhandledError(error: unknown): boolean {
    if (error instanceof InputIsOver) return true;
    if (this.#input === undefined || this.#input.isOver) return false;
    this.#unhandledErrors.push(error);
    return true;
  }

  /**
   * Commits and returns what was committed. If the database rejects the commit, everything is rolled back and the error is
   * thrown.
   */
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
      // Also fails if the input swallowed an error that aborted the transaction, so the savepoint is then rolled back.
      const { written } = await tx.one(sql.type(flag)`select pg_current_xact_id_if_assigned() is not null as written`);
      const { changes } = this.#uncommitted;
      // An update without effective changes locks a row, but does not need to be committed.
      this.#uncommitted = { changes, isWritten: changes > 0 || (written && this.#isHandedOut) };
      return result;
    } finally {
      input.isOver = true;
      this.#unhandledErrors = [];
      await this.#cancelCalls();
    }
  }

  /**
   * Cancels calls that are still running after their input was interrupted or failed; their savepoints must end before the
   * input's. A call may run several statements, so it is cancelled repeatedly until it ends.
   */
  async #cancelCalls(): Promise<void> {
    while (this.#calls.size > 0 && this.#open !== undefined) {
      await this.#options.cancelPool.query(sql.unsafe`select pg_cancel_backend(${this.#open.backend})`);
      await Promise.race([this.#calls.run(() => {}), wait(CANCEL_MS)]);
    }
  }

  /** Waits for all calls, including those that the input did not await. */
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
    // The server may already have ended the transaction.
    await this.rollback().catch(() => {});
    this.#options.onRolledBack(uncommitted, 'idle');
  }

  /** The server has rolled back, or will do so; only this side remains to be closed. */
  async #handleLostConnection(): Promise<void> {
    const uncommitted = this.#uncommitted;
    await this.rollback().catch(() => {});
    if (uncommitted.isWritten) this.#options.onRolledBack(uncommitted, 'lost');
  }
}

/** False if the connection was lost or the savepoint of an input could not be rolled back. */
function isUsable(tx: Transaction): Promise<boolean> {
  return tx.query(sql.unsafe`select`).then(
    () => true,
    () => false,
  );
}

const NOTHING: Uncommitted = Object.freeze({ changes: 0, isWritten: false });

/** Thrown to roll back the transaction; never leaves this file. */
class RolledBack extends Error {}

/** The server has closed the connection, which also ended the transaction. */
export class ConnectionLost extends Error {
  constructor(options?: ErrorOptions) {
    super('The connection to the database was lost. The next input opens a new one.', options);
  }
}

/** A console function was called by code of an earlier input, which was interrupted or did not await everything. */
export class InputIsOver extends Error {
  constructor() {
    super('A call came from an input that has already ended. Await every promise that an input starts.');
  }
}
