/**
 * What an error from the database means. Slonik and our own wrapper put PostgreSQL's error into `cause`, so each of these
 * looks down the chain of causes.
 */
import pg from 'pg';
import { BackendTerminatedError, BackendTerminatedUnexpectedlyError, ConnectionError } from 'slonik';

/** A rule of the database that a statement broke, in the database's own names. */
export interface ConstraintViolation {
  readonly kind: 'unique' | 'foreignKey' | 'check' | 'notNull' | 'exclusion' | 'tooLong' | 'width' | 'data' | 'rule';
  readonly constraint?: string;
  readonly column?: string;
  readonly table?: string;
  /** `width`: how many characters the column holds. PostgreSQL does not say which column it was. */
  readonly limit?: number;
  /** PostgreSQL's own words; they may hold values of the row. */
  readonly detail?: string;
}

const VIOLATIONS: Readonly<Record<string, ConstraintViolation['kind']>> = {
  22001: 'width',
  23001: 'foreignKey', // ON DELETE RESTRICT, from PostgreSQL 18 on
  23502: 'notNull',
  23503: 'foreignKey',
  23505: 'unique',
  23514: 'check',
  '23P01': 'exclusion',
  // What a column cannot hold: out of range, none of an enum's. Our own tables hold what their kinds allow.
  22003: 'data',
  22007: 'data',
  22008: 'data',
  '22P02': 'data',
  44000: 'rule', // WITH CHECK OPTION of a view
  P0001: 'rule',
};
/** Where PL/pgSQL raises; a trigger may choose any code for it. */
const RAISE = 'exec_stmt_raise';

/**
 * Where PostgreSQL finds that a value is too long for an index (2.7 KB in a B-tree). Its code 54000 stands for other limits,
 * too, and its words depend on the server's language.
 */
const INDEX_LIMITS = new Set(['index_form_tuple_context', 'index_form_tuple', '_bt_check_third_page']);

/** Socket errors of a server that is not there, is going away, or is cut off. */
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EPIPE',
  'EAI_AGAIN',
]);

/** Which constraint an insert, update or delete violated, or undefined when the error is of another sort. */
export function constraintViolation(error: unknown): ConstraintViolation | undefined {
  const cause = databaseError(error);
  const kind = cause && kindOf(cause);
  if (cause === undefined || kind === undefined) return undefined;
  // "value too long for type character varying(20)", whatever language it is in.
  const limit = kind === 'width' ? /\((\d+)\)/.exec(cause.message)?.[1] : undefined;
  return {
    kind,
    ...(limit !== undefined && { limit: Number(limit) }),
    ...(cause.constraint !== undefined && { constraint: cause.constraint }),
    ...(cause.column !== undefined && { column: cause.column }),
    ...(cause.table !== undefined && { table: cause.table }),
    ...(cause.detail !== undefined && { detail: cause.detail }),
  };
}

function kindOf({ code = '', routine = '' }: pg.DatabaseError): ConstraintViolation['kind'] | undefined {
  if (INDEX_LIMITS.has(routine)) return 'tooLong';
  return VIOLATIONS[code] ?? (routine === RAISE ? 'rule' : undefined);
}

/** The database cannot be reached, is shutting down or starting, dropped the connection, or has none to give. */
export function isUnavailable(error: unknown): boolean {
  return causes(error).some((cause) => {
    if (cause instanceof BackendTerminatedError || cause instanceof BackendTerminatedUnexpectedlyError) return true;
    // 3D000: the server is there and this database is not, as while somebody restores it.
    if (cause instanceof pg.DatabaseError) return /^(57P0|08|53300|3D000)/.test(cause.code ?? '');
    return cause instanceof ConnectionError ? databaseError(cause) === undefined : SOCKET_CODES.has(codeOf(cause));
  });
}

/** A statement was cancelled: by its `statement_timeout`, or by somebody. */
export function isTimeout(error: unknown): boolean {
  return databaseError(error)?.code === '57014';
}

/** The disk of the database is full, or its user's share of it. */
export function isFull(error: unknown): boolean {
  return databaseError(error)?.code === '53100';
}

/** A table or column that a statement names is not there: the models are ahead of the migrations. */
export function isSchemaBehind(error: unknown): boolean {
  const code = databaseError(error)?.code;
  return code === '42P01' || code === '42703';
}

/** Two transactions stood in each other's way (deadlock, serialization): the same work may succeed when repeated. */
export function isConflict(error: unknown): boolean {
  const code = databaseError(error)?.code;
  return code === '40001' || code === '40P01';
}

/** PostgreSQL's own error, wherever in the chain it is. */
export function databaseError(error: unknown): pg.DatabaseError | undefined {
  return causes(error).find((cause) => cause instanceof pg.DatabaseError);
}

function causes(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && !chain.includes(at); at = at.cause) chain.push(at);
  return chain;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
