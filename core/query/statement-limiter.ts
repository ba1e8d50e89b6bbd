import { Limiter } from '../base/limiter.ts';
import { Queries, type Query } from '../database/queries.ts';
import { type Actor, limitedAccount } from '../policy/actor.ts';

/** Of the ten connections for page reads. A page runs its queries one after another. */
const MAX_AT_ONCE = 4;

/**
 * Prevents one user from taking all connections with slow queries (ten tabs with a search without an index): a few of their
 * statements run at once, and the others wait in order. Only users and their tokens are limited.
 */
export class StatementLimiter {
  readonly #database: Query;
  readonly #statements = new Limiter<number>({ concurrency: MAX_AT_ONCE });

  constructor(database: Query) {
    this.#database = database;
  }

  /** The database, with this actor's limit applied. */
  of(actor: Actor): Query {
    const account = limitedAccount(actor);
    return account === undefined ? this.#database : new LimitedQuery(this.#database, this.#statements, account);
  }
}

class LimitedQuery extends Queries {
  readonly #database: Query;
  readonly #statements: Limiter<number>;
  readonly #user: number;

  constructor(database: Query, statements: Limiter<number>, user: number) {
    super();
    this.#database = database;
    this.#statements = statements;
    this.#user = user;
  }

  protected on<R>(work: (connection: Query) => Promise<R>): Promise<R> {
    return this.#statements.run(() => work(this.#database), { key: this.#user });
  }
}
