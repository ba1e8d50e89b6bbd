import { type DatabaseTransactionConnection, sql } from 'slonik';
import { RustioError } from '../errors.ts';
import { Queries, type Query } from './queries.ts';
import { currentScope, keyOfScope, type RequestScope } from './scope.ts';

type AfterCommit = () => void | Promise<void>;

/** What a function that writes takes as its first parameter. It commits when its work ends, and rolls back when that throws. */
export interface Transaction extends Query {
  readonly inTransaction: true;
  /**
   * Work to be done once the transaction is committed, and never when it is rolled back (or its savepoint is). The caller of
   * `transaction()` waits for it; an error in it is logged and does not reach the caller, since the change has happened.
   */
  afterCommit(work: AfterCommit): void;
  /**
   * Work that may fail without taking the transaction along: when it throws, what it did is undone, the error comes out of
   * this call, and the transaction goes on. While it runs, only the `tx` that it is given may be used.
   */
  savepoint<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

/** The life of one transaction, shared by everything that may be asked while it runs. */
export interface TransactionLife {
  isOpen: boolean;
  /** What it was opened in, and runs in until its end. */
  readonly scope: RequestScope | undefined;
}

export class OpenTransaction extends Queries implements Transaction {
  readonly inTransaction = true;
  readonly #connection: DatabaseTransactionConnection;
  readonly #life: TransactionLife;
  readonly #afterCommit: AfterCommit[];

  /** `afterCommit` is filled while the work runs; whoever opened the transaction does what is in it after the commit. */
  constructor(connection: DatabaseTransactionConnection, life: TransactionLife, afterCommit: AfterCommit[]) {
    super();
    this.#connection = connection;
    this.#life = life;
    this.#afterCommit = afterCommit;
  }

  afterCommit(work: AfterCommit): void {
    this.#mustBeOpen();
    this.#afterCommit.push(work);
  }

  async savepoint<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    this.#mustBeOpen();
    const connection = this.#connection;
    const afterCommit: AfterCommit[] = [];
    const name = `slonik_savepoint_${connection.transactionDepth + 1}`;
    try {
      const result = await connection.transaction((inner) => work(new OpenTransaction(inner, this.#life, afterCommit)));
      this.#afterCommit.push(...afterCommit);
      return result;
    } finally {
      // Slonik leaves it behind, and PostgreSQL slows down with more than 64 of them in a transaction.
      await connection.query(sql.unsafe`release savepoint ${sql.identifier([name])}`);
    }
  }

  protected async on<R>(work: (connection: Query) => Promise<R>): Promise<R> {
    this.#mustBeOpen();
    return work(this.#connection);
  }

  #mustBeOpen(): void {
    if (!this.#life.isOpen) throw over();
    this.#mustBeInScope();
  }

  /** A statement that silently ran with the settings of another scope would show one tenant the rows of the other. */
  #mustBeInScope(): void {
    const [opened, scope] = [this.#life.scope, currentScope()];
    if (opened === scope || keyOfScope(opened) === keyOfScope(scope)) return;
    throw new RustioError('RIO-DATABASE-SCOPE', {
      problem: 'A transaction was used in another scope than the one it was opened in.',
      why: 'Its settings apply until it ends; the statement would have run with those of the other scope.',
      fix: 'Open the transaction inside `withScope`, not around it.',
      retry: 'After the change.',
    });
  }
}

function over(): RustioError {
  return new RustioError('RIO-DATABASE-OVER', {
    problem: 'A transaction was used after its end.',
    why: 'Its work had returned, or had thrown, while something that it started was still going on.',
    fix: 'Await everything that uses the transaction before its work returns.',
    retry: 'After the change.',
  });
}
