/**
 * Slonik carries the schema of `sql.type(schema)` but does not apply it. This interceptor applies it to every row, so that the
 * types of a result also hold at run time.
 */
import type { Interceptor, QueryContext, QueryResultRow } from 'slonik';
import { asynchronousSchema, unexpectedRow } from '../errors/database.ts';
import type { RustioError } from '../errors/rustio-error.ts';

type Schema = NonNullable<QueryContext['resultParser']>;
type Outcome = Awaited<ReturnType<Schema['~standard']['validate']>>;
type Issues = NonNullable<Outcome['issues']>;

export const parseRows: Interceptor = {
  name: 'rustio: rows through their schema',
  transformRow: (context, query, row) => {
    if (context.resultParser === undefined) return row;
    const outcome = context.resultParser['~standard'].validate(row);
    if (outcome instanceof Promise) throw asynchronousSchema({ details: [query.sql] });
    if (outcome.issues !== undefined) throw mismatchOf(query.sql, outcome.issues);
    // A schema may return anything (dates, nested objects); Slonik's type covers only what a driver returns.
    return outcome.value as QueryResultRow;
  },
};

function mismatchOf(sql: string, issues: Issues): RustioError {
  // Only names and reasons, because this is logged and values may be secrets.
  const mismatches = issues.map((issue) => `${issue.path?.map(partOf).join('.') || 'row'}: ${issue.message}`);
  return unexpectedRow({ mismatch: mismatches.join('; '), details: [...mismatches, sql] });
}

function partOf(part: PropertyKey | { readonly key: PropertyKey }): string {
  return String(typeof part === 'object' ? part.key : part);
}
