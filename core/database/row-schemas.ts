/**
 * Slonik carries the schema of `sql.type(schema)` along but does not apply it. This interceptor does, to every row, so that
 * the types of a result are true at run time too.
 */
import type { Interceptor, QueryContext, QueryResultRow } from 'slonik';
import { RustioError } from '../errors.ts';

type Schema = NonNullable<QueryContext['resultParser']>;
type Outcome = Awaited<ReturnType<Schema['~standard']['validate']>>;
type Issues = NonNullable<Outcome['issues']>;

export const parseRows: Interceptor = {
  name: 'rustio: rows through their schema',
  transformRow: (context, query, row) => {
    if (context.resultParser === undefined) return row;
    const outcome = context.resultParser['~standard'].validate(row);
    if (outcome instanceof Promise) throw asynchronous(query.sql);
    if (outcome.issues !== undefined) throw unexpectedRow(query.sql, outcome.issues);
    // What a schema makes of a row may be anything (dates, nested objects); Slonik's type knows only what a driver yields.
    return outcome.value as QueryResultRow;
  },
};

function unexpectedRow(sql: string, issues: Issues): RustioError {
  // Names and reasons only: values may be secrets, and this is logged.
  const mistakes = issues.map((issue) => `${issue.path?.map(partOf).join('.') || 'row'}: ${issue.message}`);
  return new RustioError(
    'RIO-DATABASE-ROW',
    {
      problem: 'The database returned a row that does not fit the schema of its query.',
      why: mistakes.join('; '),
      fix: 'Run the pending migrations, or correct the schema given to sql.type().',
      retry: 'After the change.',
    },
    { details: [...mistakes, sql] },
  );
}

function asynchronous(sql: string): RustioError {
  return new RustioError(
    'RIO-DATABASE-ASYNC-SCHEMA',
    {
      problem: 'The schema of a query is asynchronous.',
      why: 'Rows are parsed synchronously: one promise a row would cost more than the query.',
      fix: 'Take asynchronous refinements and transforms out of the schema given to sql.type().',
      retry: 'After the change.',
    },
    { details: [sql] },
  );
}

function partOf(part: PropertyKey | { readonly key: PropertyKey }): string {
  return String(typeof part === 'object' ? part.key : part);
}
