/** Names of prepared statements, assigned on second use and limited in number: docs/decisions/0006-prepared-statements.md. */
import { createHash } from 'node:crypto';
import type { Interceptor } from 'slonik';

const MAX_NAMES = 500;
const MAX_SEEN = 2_000;

export class StatementNames {
  readonly #names = new Map<string, string>();
  readonly #seenOnce = new Set<string>();
  #generation = 0;
  #disabled = false;

  /** The name of a statement; `undefined` while it has none. The same text has the same name on every connection. */
  nameOf(sql: string): string | undefined {
    if (this.#disabled) return undefined;
    const existing = this.#names.get(sql);
    if (existing !== undefined) {
      // The map is ordered by last use.
      this.#names.delete(sql);
      this.#names.set(sql, existing);
      return existing;
    }
    if (!this.#seenOnce.delete(sql)) {
      if (this.#seenOnce.size >= MAX_SEEN) this.#seenOnce.clear();
      this.#seenOnce.add(sql);
      return undefined;
    }
    const digest = createHash('sha256').update(sql).digest('base64url').slice(0, 16);
    const name = `rustio_${this.#generation}_${digest}`;
    this.#names.set(sql, name);
    // One user who tries many sort orders and page sizes must not use up all names. The same text would get the same name again.
    // fault: names-used-up
    const [oldest] = this.#names.keys();
    if (this.#names.size > MAX_NAMES && oldest !== undefined) this.#names.delete(oldest);
    return name;
  }

  /**
   * Discards all names. Needed after a table has changed: connections still have plans with an outdated result type, which
   * PostgreSQL rejects.
   */
  reset(): void {
    this.#names.clear();
    this.#generation++;
  }

  /** Stops naming statements: behind a pooler, each statement may run on another server connection. */
  disable(): void {
    this.#disabled = true;
    this.#names.clear();
  }
}

/** Gives statements without a name of their own a name from `names`. */
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
