import { type DatabaseTransactionConnection, sql } from 'slonik';
import { scopeChanged, transactionEnded } from '../errors/database.ts';
import { Queries, type Query } from './queries.ts';
import { currentScope, keyOfScope, type RequestScope } from './scope.ts';

type AfterCommit = () => void | Promise<void>;
export type ExplainFailedCommit = (error: unknown, database: Query) => Promise<Error | undefined>;

/** The first parameter of functions that write. The transaction commits when its work ends, and rolls back if the work throws. */
export interface Transaction extends Query {
  readonly inTransaction: true;
  /**
   * Runs `work` after the commit. It does not run if the transaction (or the savepoint) is rolled back. The caller of
   * `transaction()` waits for it; its errors are logged and do not reach the caller, since the change has been committed.
   */
  afterCommit(work: AfterCommit): void;
  /**
   * Runs `work` after the transaction has ended, whether it was committed or rolled back, for example to record a failed attempt.
   * Its errors are logged and do not reach the caller.
   */
  afterEnd(work: AfterCommit): void;
  /**
   * Explains errors of COMMIT, which checks deferred constraints: `transaction()` throws the error that `explain` returns instead
   * of the original one. If several return an error, the last one wins. `database` is the pool, since the transaction has ended.
   */
  explainFailedCommit(explain: ExplainFailedCommit): void;
  /**
   * Runs work that may fail without aborting the transaction. If it throws, its changes are rolled back, this call throws the
   * error, and the transaction can continue. While it runs, only the `tx` passed to it may be used.
   */
  savepoint<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

/** The state of one transaction, shared by everything that uses it. */
export interface TransactionLife {
  isOpen: boolean;
  /** See `Transaction.explainFailedCommit`. */
  readonly explanations: ExplainFailedCommit[];
  /** See `Transaction.afterEnd`. */
  readonly afterEnd: AfterCommit[];
  /** The scope that the transaction was opened in; it applies until the end. */
  readonly scope: RequestScope | undefined;
}

export class OpenTransaction extends Queries implements Transaction {
  readonly inTransaction = true;
  readonly #connection: DatabaseTransactionConnection;
  readonly #life: TransactionLife;
  readonly #afterCommit: AfterCommit[];
  /** The transaction or savepoint around this savepoint. */
  readonly outer: Transaction | undefined;

  /** `afterCommit` is filled while the work runs. The code that opened the transaction runs the entries after the commit. */
  constructor(
    connection: DatabaseTransactionConnection,
    life: TransactionLife,
    afterCommit: AfterCommit[],
    outer?: Transaction,
  ) {
    super();
    this.outer = outer;
    this.#connection = connection;
    this.#life = life;
    this.#afterCommit = afterCommit;
  }

  afterCommit(work: AfterCommit): void {
    this.#mustBeOpen();
    this.#afterCommit.push(work);
  }

  afterEnd(work: AfterCommit): void {
    this.#mustBeOpen();
    this.#life.afterEnd.push(work);
  }

  explainFailedCommit(explain: ExplainFailedCommit): void {
    this.#mustBeOpen();
    this.#life.explanations.push(explain);
  }

  async savepoint<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    this.#mustBeOpen();
    const connection = this.#connection;
    const afterCommit: AfterCommit[] = [];
    const name = `slonik_savepoint_${connection.transactionDepth + 1}`;
    try {
      const result = await connection.transaction((inner) =>
        work(new OpenTransaction(inner, this.#life, afterCommit, this)),
      );
      this.#afterCommit.push(...afterCommit);
      return result;
    } finally {
      // Slonik does not release savepoints, and PostgreSQL slows down with more than 64 in a transaction.
      await connection.query(sql.unsafe`release savepoint ${sql.identifier([name])}`);
    }
  }

  protected async on<R>(work: (connection: Query) => Promise<R>): Promise<R> {
    this.#mustBeOpen();
    return work(this.#connection);
  }

  #mustBeOpen(): void {
    if (!this.#life.isOpen) throw transactionEnded();
    this.#mustBeInScope();
  }

  /** Otherwise, the statement would silently run with the settings of another scope and show one tenant another tenant's rows. */
  #mustBeInScope(): void {
    const [own, current] = [this.#life.scope, currentScope()];
    if (own === current || keyOfScope(own) === keyOfScope(current)) return;
    throw scopeChanged();
  }
}

/** The transaction or savepoint around a savepoint; undefined for the transaction itself. */
export function outerTransaction(tx: Transaction): Transaction | undefined {
  return tx instanceof OpenTransaction ? tx.outer : undefined;
}

/** Runs a change in a savepoint, so that any outcome but `done` rolls back everything written. */
export async function rollBackUnlessDone<R extends { readonly outcome: string }>(
  tx: Transaction,
  run: (inner: Transaction) => Promise<R>,
): Promise<R> {
  let rejected: R | undefined;
  try {
    return await tx.savepoint(async (inner) => {
      const result = await run(inner);
      // fault: rejected-action-commits
      if (result.outcome === 'done') return result;
      rejected = result;
      throw new NotDone();
    });
  } catch (error) {
    if (error instanceof NotDone && rejected !== undefined) return rejected;
    throw error;
  }
}

/** Thrown to roll back a savepoint; caught by `rollBackUnlessDone`. */
class NotDone extends Error {}
