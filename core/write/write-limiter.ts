import { Limiter } from '../base/limiter.ts';
import type { Database, Transaction } from '../database/pool.ts';
import { tooManyChanges } from '../errors/http.ts';
import { type Actor, limitedAccount } from '../policy/actor.ts';

/** Opens transactions: `app.database`, or `app.writingFor(actor)`. */
export type Transactions = Pick<Database, 'transaction'>;

/** Max concurrent changes of one user. Clicking Save repeatedly needs no more. */
const MAX_AT_ONCE = 2;
const MAX_WAITING = 20;
/** Users do not wait longer; after that, the response is 503. */
const MAX_WAIT_MS = 10_000;
/** The share of connections that users' changes may take. The others remain for sign-ins, housekeeping and `/readyz`. */
const SHARE = 0.7;

/**
 * Prevents changes that wait (for a locked row, for a slow trigger) from taking all connections. A few changes of each user run at
 * once, and all changes together take at most 70% of the pool. The others wait in order, for at most ten seconds.
 */
export class WriteLimiter {
  readonly #database: Database;
  readonly #ofUser = new Limiter<number>({
    concurrency: MAX_AT_ONCE,
    maxWaiting: MAX_WAITING,
    maxWaitMs: MAX_WAIT_MS,
    whenFull: tooManyChanges,
  });
  readonly #all: Limiter;

  constructor(database: Database) {
    this.#database = database;
    this.#all = new Limiter({
      // fault: changes-take-every-connection
      concurrency: Math.max(1, Math.floor(database.connections.max * SHARE)),
      maxWaitMs: MAX_WAIT_MS,
      whenFull: tooManyChanges,
    });
  }

  /** Transactions for this actor. Only users and their tokens are limited. */
  of(actor: Actor): Transactions {
    const account = limitedAccount(actor);
    return account === undefined ? this.#database : new LimitedTransactions(this, account);
  }

  run<T>(user: number, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#ofUser.run(() => this.#all.run(() => this.#database.transaction(work)), { key: user });
  }
}

class LimitedTransactions implements Transactions {
  readonly #limiter: WriteLimiter;
  readonly #user: number;

  constructor(limiter: WriteLimiter, user: number) {
    this.#limiter = limiter;
    this.#user = user;
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#limiter.run(this.#user, work);
  }
}
