import type { QuerySqlToken } from 'slonik';

/**
 * The same statement, planned anew each time for the values that it has. A prepared one gets, after a few runs, one plan for
 * all values: what that plan expects of an unknown word together with LIMIT is so wrong that a search for a rare word would
 * read the whole table although there is an index for it. The empty name is the protocol's own word for "not prepared".
 */
export function freshPlan<T extends QuerySqlToken['parser']>(query: QuerySqlToken<T>): QuerySqlToken<T> {
  return { ...query, name: '' };
}
