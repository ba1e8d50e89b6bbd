import pg from 'pg';
import type { CommonQueryMethods, QueryContext, QuerySqlToken } from 'slonik';

/** The methods that pools and transactions share. Every result is parsed with the schema given to `sql.type(schema)`. */
export interface Query
  extends Pick<
    CommonQueryMethods,
    'any' | 'anyFirst' | 'exists' | 'many' | 'manyFirst' | 'maybeOne' | 'maybeOneFirst' | 'one' | 'oneFirst' | 'query'
  > {}

type Schema = NonNullable<QueryContext['resultParser']>;

/**
 * Passes every query to the connection that `on` provides: one of the pool's, or the transaction's. These are methods rather than
 * bound functions because one instance is created per transaction, and closures on such short-lived objects survive until a major
 * garbage collection.
 */
export abstract class Queries implements Query {
  protected abstract on<R>(work: (connection: Query) => Promise<R>): Promise<R>;

  any<T extends Schema>(query: QuerySqlToken<T>) {
    return this.#run((connection) => connection.any(query));
  }

  anyFirst<T extends Schema>(query: QuerySqlToken<T>) {
    return this.#run((connection) => connection.anyFirst(query));
  }

  exists<T extends Schema>(query: QuerySqlToken<T>) {
    return this.#run((connection) => connection.exists(query));
  }

  many<T extends Schema>(query: QuerySqlToken<T>) {
    return this.#run((connection) => connection.many(query));
  }

  manyFirst<T extends Schema>(query: QuerySqlToken<T>) {
    return this.#run((connection) => connection.manyFirst(query));
  }

  maybeOne<T extends Schema>(query: QuerySqlToken<T>) {
    return this.#run((connection) => connection.maybeOne(query));
  }

  maybeOneFirst<T extends Schema>(query: QuerySqlToken<T>) {
    return this.#run((connection) => connection.maybeOneFirst(query));
  }

  one<T extends Schema>(query: QuerySqlToken<T>) {
    return this.#run((connection) => connection.one(query));
  }

  oneFirst<T extends Schema>(query: QuerySqlToken<T>) {
    return this.#run((connection) => connection.oneFirst(query));
  }

  query<T extends Schema>(query: QuerySqlToken<T>) {
    return this.#run((connection) => connection.query(query));
  }

  /** Adds the caller of the query to the stack of pg's errors, which are created in a socket callback. */
  async #run<R>(work: (connection: Query) => Promise<R>): Promise<R> {
    try {
      return await this.on(work);
    } catch (error) {
      if (error instanceof pg.DatabaseError) Error.captureStackTrace(error);
      throw error;
    }
  }
}
