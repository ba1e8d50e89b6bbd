/**
 * Names for prepared statements. A named statement is parsed once a connection, which more than halves PostgreSQL's work
 * on a request; each name costs memory in every backend, so there are at most `MAXIMUM` of them, and a text gets one only
 * when it comes for the second time (a list of 37 keys is a text of its own and may never come again).
 */
import { createHash } from 'node:crypto';
import type { Interceptor } from 'slonik';

const MAXIMUM = 500;
const MAXIMUM_SEEN = 2_000;

export class StatementNames {
  readonly #names = new Map<string, string>();
  readonly #seenOnce = new Set<string>();
  #generation = 0;

  /** The name of this text; `undefined` while it has none. The same text has the same name on every connection. */
  nameOf(sql: string): string | undefined {
    const known = this.#names.get(sql);
    if (known !== undefined || this.#names.size >= MAXIMUM) return known;
    if (!this.#seenOnce.delete(sql)) {
      if (this.#seenOnce.size >= MAXIMUM_SEEN) this.#seenOnce.clear();
      this.#seenOnce.add(sql);
      return undefined;
    }
    const digest = createHash('sha256').update(sql).digest('base64url').slice(0, 16);
    const name = `rustio_${this.#generation}_${digest}`;
    this.#names.set(sql, name);
    return name;
  }

  /**
   * Starts over with other names. Needed when a table changed under a running process: connections hold plans whose result
   * type is no longer true, and PostgreSQL refuses to run those.
   */
  startOver(): void {
    this.#names.clear();
    this.#generation++;
  }
}

/** Gives every statement that has no name of its own the one from `names`. */
export function nameStatements(names: StatementNames): Interceptor {
  return {
    name: 'rustio: names of statements',
    transformQuery: (_context, query) => {
      if (query.name !== undefined) return query;
      const name = names.nameOf(query.sql);
      return name === undefined ? query : { ...query, name };
    },
  };
}
