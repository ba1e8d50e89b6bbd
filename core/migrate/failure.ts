import pg from 'pg';
import { isUnavailable } from '../database/errors.ts';
import { RustioError } from '../errors.ts';
import { firstLine } from './problems.ts';
import { lineAt, type Statement, statementsOf } from './statements.ts';

/** A file that PostgreSQL refused. */
export interface Failed {
  readonly path: string;
  readonly sql: string;
  /** How many of its statements had ended before; undefined when all had, and the end of the transaction failed. */
  readonly completed: number | undefined;
  readonly error: unknown;
}

/** What failed, where, and what now: file, line and statement; PostgreSQL's own words with detail and hint. */
export function migrationFailed({ path, sql, completed, error }: Failed): RustioError {
  const { statement, line } = placeOf(sql, completed, error);
  const own = error instanceof pg.DatabaseError ? error : undefined;
  const details = [
    ...(statement === undefined ? [] : [`Statement: ${firstLine(statement.text)}`]),
    ...(own?.detail === undefined ? [] : [`Detail: ${own.detail}`]),
    ...(own?.hint === undefined ? [] : [`Hint: ${own.hint}`]),
    ...(own?.where === undefined ? [] : [`Where: ${own.where}`]),
  ];
  return new RustioError(
    'RIO-MIGRATE-FAILED',
    {
      problem: `${path}${line === undefined ? '' : `:${line}`} failed: ${error instanceof Error ? error.message : String(error)}`,
      why: 'Nothing of this file remains: it is one transaction. What was applied before it stands.',
      ...advice(error),
    },
    { details, cause: error },
  );
}

function advice(error: unknown): { fix: string; retry: string } {
  const code = error instanceof pg.DatabaseError ? error.code : undefined;
  if (code === '55P03') {
    return {
      fix: 'Somebody else uses the table. Wait for that, or see who: select pid, query from pg_stat_activity;',
      retry: 'At once: run rustio-admin migrate again.',
    };
  }
  if (isUnavailable(error)) {
    return { fix: 'Look at the server, and at the network on the way.', retry: 'When the server answers again.' };
  }
  return { fix: 'Correct the file, or the rows that stand against it.', retry: 'Run rustio-admin migrate again.' };
}

interface Place {
  readonly statement: Statement | undefined;
  readonly line: number | undefined;
}

/** PostgreSQL's position where it gives one; else the statement after those that ended. */
function placeOf(sql: string, completed: number | undefined, error: unknown): Place {
  if (completed === undefined) return { statement: undefined, line: undefined };
  const statements = statementsOf(sql);
  const position = error instanceof pg.DatabaseError ? Number(error.position) : Number.NaN;
  if (Number.isInteger(position) && position > 0) {
    const offset = unitsOf(sql, position - 1);
    const statement = statements.find(({ start, end }) => start <= offset && offset <= end);
    return { statement, line: lineAt(sql, offset) };
  }
  const statement = statements[completed];
  return { statement, line: statement?.line };
}

/** PostgreSQL counts characters, JavaScript UTF-16 units. */
function unitsOf(sql: string, characters: number): number {
  let units = 0;
  for (const character of sql) {
    if (characters-- === 0) break;
    units += character.length;
  }
  return units;
}
