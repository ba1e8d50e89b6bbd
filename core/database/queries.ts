import pg from 'pg';
import type { CommonQueryMethods, QueryContext, QuerySqlToken } from 'slonik';

/** What both the pool and a transaction can do. Every result is parsed by the schema given to `sql.type(schema)`. */
export interface Query
  extends Pick<
    CommonQueryMethods,
    'any' | 'anyFirst' | 'exists' | 'many' | 'manyFirst' | 'maybeOne' | 'maybeOneFirst' | 'one' | 'oneFirst' | 'query'
  > {}

type Schema = NonNullable<QueryContext['resultParser']>;

/**
 * Hands every query to whatever `on` reaches: a connection of the pool, or the one of the transaction.
 * Methods and not bound functions: there is one of these a transaction, and closures on such objects outlive it by far.
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

  /** pg's errors come from a socket; this puts the line into their stack that asked the query. */
  async #run<R>(work: (connection: Query) => Promise<R>): Promise<R> {
    try {
      return await this.on(work);
    } catch (error) {
      if (error instanceof pg.DatabaseError) Error.captureStackTrace(error);
      throw error;
    }
  }
}
