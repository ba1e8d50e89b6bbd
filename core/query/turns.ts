import type { Actor } from '../actor.ts';
import { Queries, type Query } from '../database/queries.ts';

/** Of the ten connections that pages read with; a page asks one question after the other. */
const MOST_AT_ONCE = 4;

interface Line {
  running: number;
  readonly waiting: (() => void)[];
}

/**
 * Keeps one person from taking all connections with slow questions (ten tabs of a search without an index): so many of his
 * statements run at once, and the next ones wait in their order. Who is not a person (a command, a job) has no tabs to open.
 */
export class Turns {
  readonly #database: Query;
  readonly #lines = new Map<number, Line>();

  constructor(database: Query) {
    this.#database = database;
  }

  /** The database as this actor may ask it. */
  of(actor: Actor): Query {
    return actor.kind === 'person' ? new InTurn(this.#database, this, actor.id) : this.#database;
  }

  /** Undefined: go on at once. Whoever has entered must leave. */
  enter(person: number): Promise<void> | undefined {
    const line = this.#lines.get(person);
    if (line === undefined) this.#lines.set(person, { running: 1, waiting: [] });
    else if (line.running < MOST_AT_ONCE) line.running += 1;
    else return new Promise((resolve) => line.waiting.push(resolve));
    return undefined;
  }

  leave(person: number): void {
    const line = this.#lines.get(person);
    if (line === undefined) return;
    const next = line.waiting.shift();
    if (next !== undefined) next();
    else if (line.running > 1) line.running -= 1;
    else this.#lines.delete(person);
  }
}

class InTurn extends Queries {
  readonly #database: Query;
  readonly #turns: Turns;
  readonly #person: number;

  constructor(database: Query, turns: Turns, person: number) {
    super();
    this.#database = database;
    this.#turns = turns;
    this.#person = person;
  }

  protected async on<R>(work: (connection: Query) => Promise<R>): Promise<R> {
    const turn = this.#turns.enter(this.#person);
    if (turn !== undefined) await turn;
    try {
      return await work(this.#database);
    } finally {
      this.#turns.leave(this.#person);
    }
  }
}
