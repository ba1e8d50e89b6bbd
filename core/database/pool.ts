import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import {
  ConnectionError,
  createPool,
  type DatabasePool,
  type DatabasePoolConnection,
  type DatabaseTransactionConnection,
} from 'slonik';
import { commitUnconfirmed, nestedTransaction, poolInTransaction } from '../errors/database.ts';
import { RustioError } from '../errors/rustio-error.ts';
import { pgDriver, UnusedConnectionLost } from './driver.ts';
import { isConflict, isPlanOutdated, isRolledBack, isUnavailable } from './errors.ts';
import { Queries, type Query } from './queries.ts';
import { parseRows } from './row-schemas.ts';
import { currentScope, type RequestScope, scopeStatement } from './scope.ts';
import { SESSION_SETTINGS, sessionUrl } from './session-url.ts';
import { nameStatements, StatementNames } from './statement-names.ts';
import { OpenTransaction, type Transaction, type TransactionLife } from './transaction.ts';
import { WaitLimit } from './wait-limit.ts';

export type { Query } from './queries.ts';
export type { Transaction } from './transaction.ts';

/** The pool of connections. Inside a scope (see `withScope`) every statement and transaction runs with its settings. */
export interface Database extends Query {
  readonly url: string;
  /** How many connections are open and busy, and how many queries wait for one: for `/metrics`. */
  readonly connections: ConnectionCounts;
  /**
   * Runs `work` in a transaction and commits. It rolls back if `work` throws, and throws `RIO-DATABASE-ERROR-CAUGHT` if a statement
   * failed and `work` caught the error. If the connection is lost during the commit, it throws `RIO-DATABASE-COMMIT`: the changes may
   * or may not have been saved. It is never repeated automatically: see `retryOnConflict`. Inside a transaction, neither
   * this method nor any query on the same pool is allowed, because it would commit independently.
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
  /** The maximum number of connections. */
  readonly max: number;
}

/** The part of a pino logger that the pool needs. */
export interface DatabaseLog {
  error(details: object, message: string): void;
}

export interface DatabaseOptions {
  readonly maximumPoolSize?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** Milliseconds after which the server cancels a statement. @defaultValue 60,000 */
  readonly statementTimeout?: number;
  /** Milliseconds that a statement waits for a lock. @defaultValue 5,000 */
  readonly lockTimeout?: number;
  /** Milliseconds that a query waits for a connection of the pool. @defaultValue 10,000 */
  readonly waitTimeout?: number;
  /**
   * `transaction`: `url` leads to a pooler such as PgBouncer that assigns a server connection per transaction. Session state is
   * then not used: settings are sent with every transaction, and a single statement is run in a transaction of its own.
   */
  readonly pooler?: 'transaction' | undefined;
  /** Receives errors of `afterCommit` work. Without it, they become process warnings. */
  readonly log?: DatabaseLog;
}

/** A pool for `url`. It connects on the first query, so this succeeds even without a server. */
export async function openDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  const names = new StatementNames();
  const { statementTimeout = 60_000, lockTimeout = 5_000, waitTimeout = 10_000, maximumPoolSize = 10 } = options;
  const pooled = options.pooler === 'transaction';
  const applicationName = options.applicationName ?? 'rustio-admin';
  const pool = await createPool(pooled ? url : sessionUrl(url, applicationName), {
    driverFactory: pgDriver({ names, lockTimeout, pooled }),
    interceptors: [nameStatements(names), parseRows],
    maxPoolSize: maximumPoolSize,
    idleTimeout: 10 * 60_000,
    // fault: no-statement-timeout
    statementTimeout,
    connectionRetryLimit: 1,
    queryRetryLimit: 0,
    transactionRetryLimit: 0,
    // The guard below detects use of a transaction that has ended. Slonik's check would also reject timers that were started inside
    // a transaction.
    dangerouslyAllowForeignConnections: true,
    // Replaces DISCARD ALL after every query, which doubles the work and drops prepared statements.
    resetConnection: async () => {},
  });
  // The caller of the query gets the error; without a listener the event would be thrown a second time.
  pool.on('error', () => {});
  const session: RequestScope | undefined = pooled
    ? {
        settings: {
          ...SESSION_SETTINGS,
          statement_timeout: String(statementTimeout),
          lock_timeout: String(lockTimeout),
        },
      }
    : undefined;
  const log = options.log ?? { error: emitProcessWarning };
  return new PooledDatabase({ url, pool, log, session, maximumPoolSize, waitTimeout });
}

/**
 * Runs `work` in a transaction, and again in a new one if it lost a conflict with another transaction (deadlock, serialization
 * failure). Only for work that is safe to repeat: it must not affect anything outside the database.
 *
 * @example
 * await retryOnConflict(app.database, (tx) => bookSeat(tx, context, flight, seat));
 */
export async function retryOnConflict<T>(
  database: Pick<Database, 'transaction'>,
  work: (tx: Transaction) => Promise<T>,
  attempts = 3,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.transaction(work);
    } catch (error) {
      if (!isConflict(error) || attempt >= attempts) throw error;
      await wait(Math.random() * 20 * attempt); // random, so that the transactions do not collide again
    }
  }
}

interface PoolParts {
  readonly url: string;
  readonly pool: DatabasePool;
  readonly log: DatabaseLog;
  readonly maximumPoolSize: number;
  readonly waitTimeout: number;
  /** Settings for every transaction, since there is no session to keep them: see `DatabaseOptions.pooler`. */
  readonly session: RequestScope | undefined;
}

/** The maximum number of attempts to start work, each on another connection, if connections turn out to be dead. */
const MAX_ATTEMPTS = 3;

class PooledDatabase extends Queries implements Database {
  readonly url: string;
  readonly #maximumPoolSize: number;
  readonly #pool: DatabasePool;
  readonly #log: DatabaseLog;
  readonly #session: RequestScope | undefined;
  readonly #waits: WaitLimit;
  /**
   * The transaction that the running code belongs to. An object with `isOpen` rather than a flag: work that a transaction starts
   * without awaiting it (a timer, a cache refresh) inherits the context, and may use the pool once the transaction has ended.
   */
  readonly #current = new AsyncLocalStorage<TransactionLife>();

  constructor({ url, pool, log, session, maximumPoolSize, waitTimeout }: PoolParts) {
    super();
    this.url = url;
    this.#maximumPoolSize = maximumPoolSize;
    this.#pool = pool;
    this.#log = log;
    this.#session = session;
    this.#waits = new WaitLimit(waitTimeout);
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#current.getStore()?.isOpen) throw nestedTransaction();
    const scope = currentScope();
    const life: TransactionLife = { isOpen: true, scope, explanations: [], afterEnd: [] };
    let isCommitting = false;
    const afterCommit: (() => void | Promise<void>)[] = [];
    let result: T;
    try {
      result = await this.#connected((connection) =>
        connection.transaction(async (open) => {
          try {
            await enterScope(open, this.#settingsIn(scope));
            const value = await this.#current.run(life, () => work(new OpenTransaction(open, life, afterCommit)));
            isCommitting = true;
            return value;
          } finally {
            life.isOpen = false;
          }
        }),
      );
    } catch (error) {
      for (const each of life.afterEnd) await this.#afterTransaction(each);
      // fault: error-at-commit-unexplained
      if (!isCommitting || error instanceof RustioError) throw error;
      // The server may have committed before the connection was lost.
      // fault: lost-commit-reported-as-unsaved
      if (isUnavailable(error) && !isRolledBack(error)) throw commitUnconfirmed({ cause: error });
      throw await this.#explained(error, life);
    }
    for (const each of [...afterCommit, ...life.afterEnd]) await this.#afterTransaction(each);
    return result;
  }

  async #explained(error: unknown, { explanations }: TransactionLife): Promise<unknown> {
    for (const explain of explanations.toReversed()) {
      const explained = await explain(error, this);
      if (explained !== undefined) return explained;
    }
    return error;
  }

  get connections(): ConnectionCounts {
    const { acquiredConnections, idleConnections, waitingClients } = this.#pool.state();
    return { busy: acquiredConnections, idle: idleConnections, waiting: waitingClients, max: this.#maximumPoolSize };
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  protected on<R>(work: (connection: Query) => Promise<R>): Promise<R> {
    if (this.#current.getStore()?.isOpen) return Promise.reject(poolInTransaction());
    const settings = this.#settingsIn(currentScope());
    return settings === undefined ? this.#connected(work) : this.#scoped(settings, work);
  }

  /**
   * One statement in a transaction of its own: the settings end with it, so they do not leak to the next user of the connection.
   * Outside a transaction, the driver itself repeats a statement whose plan is outdated; inside one, only a new transaction helps.
   */
  async #scoped<R>(scope: RequestScope, work: (connection: Query) => Promise<R>, canRetry = true): Promise<R> {
    try {
      return await this.#connected((connection) =>
        connection.transaction(async (open) => {
          await enterScope(open, scope);
          return work(open);
        }),
      );
    } catch (error) {
      if (!canRetry || !isPlanOutdated(error)) throw error;
      return this.#scoped(scope, work, false);
    }
  }

  #settingsIn(scope: RequestScope | undefined): RequestScope | undefined {
    if (this.#session === undefined || scope === undefined) return scope ?? this.#session;
    return { settings: { ...this.#session.settings, ...scope.settings } };
  }

  /**
   * Errors are passed through Slonik as values, because it discards a connection after any error.
   *
   * @throws ConnectionError when no connection becomes free in time
   */
  async #connected<R>(work: (connection: DatabasePoolConnection) => Promise<R>): Promise<R> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#connectedOnce(work);
      } catch (error) {
        if (!(error instanceof UnusedConnectionLost) || attempt >= MAX_ATTEMPTS) throw error;
      }
    }
  }

  async #connectedOnce<R>(work: (connection: DatabasePoolConnection) => Promise<R>): Promise<R> {
    const { promise: waitedFor, resolve, reject } = Promise.withResolvers<Outcome<R>>();
    const wait = this.#waits.begin(() =>
      reject(new ConnectionError(`No connection to the database became free within ${this.#waits.ms} ms.`)),
    );
    void this.#pool
      .connect(async (connection) => {
        // fault: work-after-wait-limit
        if (!this.#waits.end(wait)) return undefined;
        return outcomeOf(work(connection));
      })
      .then(
        (outcome) => outcome && resolve(outcome),
        (error: unknown) => {
          this.#waits.end(wait);
          reject(error);
        },
      );
    const outcome = await waitedFor;
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  async #afterTransaction(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#log.error({ err: error }, 'Work after a transaction failed; the transaction is not affected.');
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

function emitProcessWarning(details: object, message: string): void {
  const error = 'err' in details ? details.err : undefined;
  process.emitWarning(`${message} ${error instanceof Error ? error.stack : String(error)}`);
}
