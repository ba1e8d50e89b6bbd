import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { createPool, type DatabasePool, type DatabasePoolConnection, type DatabaseTransactionConnection } from 'slonik';
import { RustioError } from '../errors.ts';
import { pgDriver, planIsOutdated } from './driver.ts';
import { isConflict } from './errors.ts';
import { Queries, type Query } from './queries.ts';
import { parseRows } from './row-schemas.ts';
import { currentScope, type RequestScope, scopeStatement } from './scope.ts';
import { sessionUrl } from './session-url.ts';
import { nameStatements, StatementNames } from './statement-names.ts';
import { OpenTransaction, type Transaction, type TransactionLife } from './transaction.ts';

export type { Query } from './queries.ts';
export type { Transaction } from './transaction.ts';

/** The pool of connections. Inside a scope (see `withScope`) every statement and transaction runs with its settings. */
export interface Database extends Query {
  readonly url: string;
  /** How many connections are open, busy, and waited for: for `/metrics`. */
  readonly connections: ConnectionCounts;
  /**
   * Runs `work` in a transaction and commits. It rolls back when `work` throws, and throws `RIO-DATABASE-SWALLOWED` when a
   * statement failed and `work` hid that. It is never repeated by itself: see `retryOnConflict`. Inside a transaction of the
   * same pool neither this nor any query of the pool is allowed: it would commit on its own.
   *
   * @example
   * await database.transaction(async (tx) => {
   *   await tx.query(sql.unsafe`update airport set name = ${name} where iata = ${iata}`);
   *   tx.afterCommit(() => cache.delete(iata));
   * });
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface ConnectionCounts {
  readonly busy: number;
  readonly idle: number;
  /** Queries that wait for a connection. */
  readonly waiting: number;
}

/** The part of a pino logger that the pool needs. */
export interface DatabaseLog {
  error(details: object, message: string): void;
}

export interface DatabaseOptions {
  readonly maximumPoolSize?: number;
  /** What `pg_stat_activity` shows. */
  readonly applicationName?: string;
  /** Milliseconds after which the server takes a statement back. @defaultValue 60,000 */
  readonly statementTimeout?: number;
  /** Where errors of `afterCommit` work go. Without one they become warnings of the process. */
  readonly log?: DatabaseLog;
}

/** A pool for `url`. Nothing is connected before the first query, so this succeeds without a server too. */
export async function openDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  const names = new StatementNames();
  const pool = await createPool(sessionUrl(url, options.applicationName ?? 'rustio-admin'), {
    driverFactory: pgDriver(names),
    interceptors: [nameStatements(names), parseRows],
    maxPoolSize: options.maximumPoolSize ?? 10,
    idleTimeout: 10 * 60_000,
    statementTimeout: options.statementTimeout ?? 60_000,
    connectionRetryLimit: 1,
    queryRetryLimit: 0,
    transactionRetryLimit: 0,
    // Our own guard below knows when a transaction is over; Slonik's would also refuse timers that were started inside one.
    dangerouslyAllowForeignConnections: true,
    // Instead of DISCARD ALL after every query, which doubles the work and forgets prepared statements.
    resetConnection: async () => {},
  });
  // Whoever ran the query gets the error; without a listener the event would be thrown a second time.
  pool.on('error', () => {});
  return new PooledDatabase(url, pool, options.log ?? { error: warnOfProcess });
}

/**
 * Runs `work` in a transaction, and again in a new one when it lost against another transaction (deadlock, serialization
 * failure). Only for work that is safe to repeat: nothing outside the database may happen in it.
 *
 * @example
 * await retryOnConflict(app.database, (tx) => bookSeat(tx, context, flight, seat));
 */
export async function retryOnConflict<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  attempts = 3,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.transaction(work);
    } catch (error) {
      if (!isConflict(error) || attempt >= attempts) throw error;
      await wait(Math.random() * 20 * attempt); // so that both do not meet again at the same place
    }
  }
}

class PooledDatabase extends Queries implements Database {
  readonly url: string;
  readonly #pool: DatabasePool;
  readonly #log: DatabaseLog;
  /**
   * Which transaction the running code belongs to. An object with `isOpen`, and not a mere flag, because what a transaction
   * starts and does not await (a timer, a cache's refresh) inherits it and may well use the pool later.
   */
  readonly #current = new AsyncLocalStorage<TransactionLife>();

  constructor(url: string, pool: DatabasePool, log: DatabaseLog) {
    super();
    this.url = url;
    this.#pool = pool;
    this.#log = log;
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#current.getStore()?.isOpen) throw nestedTransaction();
    const scope = currentScope();
    const life: TransactionLife = { isOpen: true, scope };
    const afterCommit: (() => void | Promise<void>)[] = [];
    const result = await this.#connected((connection) =>
      connection.transaction(async (open) => {
        try {
          await enterScope(open, scope);
          return await this.#current.run(life, () => work(new OpenTransaction(open, life, afterCommit)));
        } finally {
          life.isOpen = false;
        }
      }),
    );
    for (const each of afterCommit) await this.#afterCommit(each);
    return result;
  }

  get connections(): ConnectionCounts {
    const { acquiredConnections, idleConnections, waitingClients } = this.#pool.state();
    return { busy: acquiredConnections, idle: idleConnections, waiting: waitingClients };
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  protected on<R>(work: (connection: Query) => Promise<R>): Promise<R> {
    if (this.#current.getStore()?.isOpen) return Promise.reject(poolInTransaction());
    const scope = currentScope();
    return scope === undefined ? this.#connected(work) : this.#scoped(scope, work);
  }

  /**
   * One statement in a transaction of its own: the settings end with it, so the next user of the connection has none of them.
   * Outside a transaction the driver itself repeats a statement whose plan is outdated; inside one only a new transaction can.
   */
  async #scoped<R>(scope: RequestScope, work: (connection: Query) => Promise<R>, again = true): Promise<R> {
    try {
      return await this.#connected((connection) =>
        connection.transaction(async (open) => {
          await enterScope(open, scope);
          return work(open);
        }),
      );
    } catch (error) {
      if (!again || !(error instanceof pg.DatabaseError) || !planIsOutdated(error)) throw error;
      return this.#scoped(scope, work, false);
    }
  }

  /**
   * Slonik throws a connection away after any error, also a violated constraint or one of our own thrown in a transaction
   * that it has rolled back in good order. So errors pass it as values; the driver itself ends connections that are broken.
   */
  async #connected<R>(work: (connection: DatabasePoolConnection) => Promise<R>): Promise<R> {
    const outcome = await this.#pool.connect((connection) => outcomeOf(work(connection)));
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  async #afterCommit(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#log.error({ err: error }, 'Work after a commit failed; the commit itself stands.');
    }
  }
}

async function enterScope(open: DatabaseTransactionConnection, scope: RequestScope | undefined): Promise<void> {
  const statement = scope && scopeStatement(scope);
  if (statement) await open.query(statement);
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

async function outcomeOf<T>(work: Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work };
  } catch (error) {
    return { error };
  }
}

function warnOfProcess(details: object, message: string): void {
  const error = 'err' in details ? details.err : undefined;
  process.emitWarning(`${message} ${error instanceof Error ? error.stack : String(error)}`);
}

function nestedTransaction(): RustioError {
  return new RustioError('RIO-DATABASE-NESTED', {
    problem: 'A transaction was opened inside another one.',
    why: 'It would have a connection of its own and commit even when the outer one rolls back.',
    fix: 'Hand the outer transaction down as a parameter; for a part that may fail use tx.savepoint().',
    retry: 'After the change.',
  });
}

function poolInTransaction(): RustioError {
  return new RustioError('RIO-DATABASE-OUTSIDE', {
    problem: 'The pool was used inside a transaction.',
    why: 'The query would run on another connection: it would not see the changes of the transaction, nor be undone with it.',
    fix: 'Use the transaction that is handed down as a parameter.',
    retry: 'After the change.',
  });
}
