import pg from 'pg';
import type { CommonQueryMethods, QueryContext, QuerySqlToken } from 'slonik';

/** What both the pool and a transaction offer. Every result is parsed by the schema given to `sql.type(schema)`. */
export interface Query
  extends Pick<
    CommonQueryMethods,
    'any' | 'anyFirst' | 'exists' | 'many' | 'manyFirst' | 'maybeOne' | 'maybeOneFirst' | 'one' | 'oneFirst' | 'query'
  > {}

type Schema = NonNullable<QueryContext['resultParser']>;

/**
 * Passes every query to the connection that `on` provides: one of the pool, or that of the transaction. Methods and not bound
 * functions: one instance is created per transaction, and closures on such objects outlive it by far.
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

  /** pg's errors come from a socket; this adds the caller of the query to their stack. */
  async #run<R>(work: (connection: Query) => Promise<R>): Promise<R> {
    try {
      return await this.on(work);
    } catch (error) {
      if (error instanceof pg.DatabaseError) Error.captureStackTrace(error);
      throw error;
    }
  }
}
