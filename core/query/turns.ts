import type { Actor } from '../actor.ts';
import { Queries, type Query } from '../database/queries.ts';
import { Limiter } from '../limiter.ts';

/** Of the ten connections that pages read with; a page asks one question after the other. */
const MAX_AT_ONCE = 4;

/**
 * Keeps one user from taking all connections with slow queries (ten tabs of a search without an index): a few of their
 * statements run at once, and the next ones wait in their order. Commands and jobs have no tabs to open, and no limit.
 */
export class Turns {
  readonly #database: Query;
  readonly #statements = new Limiter<number>({ concurrency: MAX_AT_ONCE });

  constructor(database: Query) {
    this.#database = database;
  }

  /** The database as this actor may query it. */
  of(actor: Actor): Query {
    return actor.kind === 'person' ? new InTurn(this.#database, this.#statements, actor.id) : this.#database;
  }
}

class InTurn extends Queries {
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
