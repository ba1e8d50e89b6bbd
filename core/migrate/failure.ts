import pg from 'pg';
import { isUnavailable } from '../database/errors.ts';
import { connectionLost, migrationFailed, migrationUnconfirmed, tableLocked } from '../errors/migrations.ts';
import type { RustioError } from '../errors/rustio-error.ts';
import { firstLine, lineAt, type Statement, splitStatements } from './statements.ts';

/** A migration file that failed in PostgreSQL. */
export interface FailedScript {
  readonly path: string;
  readonly sql: string;
  /** The number of its statements that had completed; undefined if all had, and the end of the transaction failed. */
  readonly completed: number | undefined;
  readonly isCommitting: boolean;
  readonly error: unknown;
}

/** The error for a failed file, with its line and statement, and with PostgreSQL's message, detail and hint. */
export function explainFailure({ path, sql, completed, isCommitting, error }: FailedScript): RustioError {
  const { statement, line } = placeOf(sql, completed, error);
  const own = error instanceof pg.DatabaseError ? error : undefined;
  return definitionFor(
    error,
    isCommitting,
  )({
    place: `${path}${line === undefined ? '' : `:${line}`}`,
    reason: error instanceof Error ? error.message : String(error),
    details: [
      ...(statement === undefined ? [] : [`Statement: ${firstLine(statement.text)}`]),
      ...(own?.detail === undefined ? [] : [`Detail: ${own.detail}`]),
      ...(own?.hint === undefined ? [] : [`Hint: ${own.hint}`]),
      ...(own?.where === undefined ? [] : [`Where: ${own.where}`]),
    ],
    cause: error,
  });
}

function definitionFor(error: unknown, isCommitting: boolean): typeof migrationFailed {
  if (error instanceof pg.DatabaseError && error.code === '55P03') return tableLocked;
  // `pg` reports a closed connection without a code.
  if (error instanceof pg.DatabaseError && !isUnavailable(error)) return migrationFailed;
  // fault: lost-migration-reported-as-rolled-back
  return isCommitting ? migrationUnconfirmed : connectionLost;
}

interface Place {
  readonly statement: Statement | undefined;
  readonly line: number | undefined;
}

/** The place of the failure: the position that PostgreSQL reports, otherwise the statement after those that completed. */
function placeOf(sql: string, completed: number | undefined, error: unknown): Place {
  if (completed === undefined) return { statement: undefined, line: undefined };
  const statements = splitStatements(sql);
  const position = error instanceof pg.DatabaseError ? Number(error.position) : Number.NaN;
  if (Number.isInteger(position) && position > 0) {
    const offset = unitsOf(sql, position - 1);
    const statement = statements.find(({ start, end }) => start <= offset && offset <= end);
    return { statement, line: lineAt(sql, offset) };
  }
  const statement = statements[completed];
  return { statement, line: statement?.line };
}

/** Converts a number of characters, as PostgreSQL counts them, to UTF-16 units. */
function unitsOf(sql: string, characters: number): number {
  let units = 0;
  for (const character of sql) {
    if (characters-- === 0) break;
    units += character.length;
  }
  return units;
}
