/**
 * Classifies errors from the database. Slonik and the pool put PostgreSQL's error into `cause`, so each of these functions searches
 * the chain of causes.
 */
import pg from 'pg';
import { BackendTerminatedError, BackendTerminatedUnexpectedlyError, ConnectionError } from 'slonik';

/** A constraint or rule that a statement violated, in the database's own names. */
export interface ConstraintViolation {
  readonly kind:
    | 'unique'
    | 'foreignKey'
    | 'check'
    | 'notNull'
    | 'exclusion'
    | 'tooLong'
    | 'width'
    | 'data'
    | 'encoding'
    | 'generated'
    | 'rowSecurity'
    | 'rule';
  readonly constraint?: string;
  /** The domain that the constraint belongs to. */
  readonly domain?: string;
  readonly column?: string;
  readonly table?: string;
  readonly schema?: string;
  /** `encoding`: a character that the database's encoding does not have. */
  readonly character?: string;
  /** PostgreSQL's detail; it may contain values of the row. */
  readonly detail?: string;
}

/**
 * The meaning of a SQLSTATE, or of its class, for a change of a row. `app.write` reports these errors at the fields concerned,
 * wherever they are raised (in the statement, in a trigger, at COMMIT).
 */
const VIOLATIONS: Readonly<Record<string, ConstraintViolation['kind']>> = {
  '0A000': 'rule', // a rule on the table does not support RETURNING; a function of a trigger is not supported
  '21': 'rule', // a subquery of a policy, a trigger or a default returned several rows
  '22': 'rule', // a calculation of a trigger or a generated column: division by zero
  22001: 'width',
  23001: 'foreignKey', // ON DELETE RESTRICT, from PostgreSQL 18 on
  23502: 'notNull',
  23503: 'foreignKey',
  23505: 'unique',
  23514: 'check',
  '23P01': 'exclusion',
  // Values that a column cannot hold: out of range, not in an enum. Columns of managed tables hold every value that their field
  // types allow.
  22003: 'data',
  22007: 'data',
  22008: 'data',
  '22P02': 'data',
  '22P05': 'encoding',
  22021: 'encoding',
  '23': 'rule',
  // Functions of triggers: a subquery with several rows, no RETURN, another language, STRICT, ASSERT, endless recursion.
  21000: 'rule',
  '2F': 'rule',
  '38': 'rule',
  '39': 'rule',
  54001: 'rule',
  '27': 'rule', // a trigger changed the row that is being changed
  '428C9': 'generated',
  44000: 'rule', // WITH CHECK OPTION of a view
  54000: 'tooLong', // an index entry holds at most 2.7 KB; the message depends on the server's language
  55000: 'rule', // a view or a foreign table that cannot be changed
  P0: 'rule',
};
/** The routine in which PL/pgSQL raises errors. A trigger may use any code. */
const RAISE = 'exec_stmt_raise';
/**
 * What a trigger passes on (`raise … using errcode = sqlstate`) says nothing about the values: a conflict, a lock, a cancelled
 * statement, a full disk, a lost connection, a read-only database.
 */
const PASSED_ON = /^(?:40001|40P01|55P03|57014|53100|53300|25006|57P0|08)/;
/** Routines of postgres_fdw and dblink. Their errors have the codes of the other server, such as that of a lost connection. */
const FOREIGN_SERVER = /^(?:pgfdw_|dblink|connect_pg_server$|do_sql_command)/;
/** The routine in which row-level security rejects a new row. A missing grant has the same code. */
const ROW_SECURITY = 'ExecWithCheckOptions';
/**
 * Failures of code in a trigger, a function or a foreign server. Whatever goes wrong there, the change is rejected. Other errors
 * (locks, conflicts, cancelled statements, lost connections, missing grants) mean the same wherever they are raised.
 */
const OF_DATABASE_CODE = /^(?:0A|2[1-46-8BDF]|3[489BF]|42(?!501)|54|P0|XX|HV)/;

/** Socket errors of a server that is not running, is shutting down, or is unreachable. */
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EPIPE',
  'EAI_AGAIN',
]);

/** The constraint that an insert, update or delete violated; undefined if the error is of another kind. */
export function constraintViolation(error: unknown): ConstraintViolation | undefined {
  const cause = databaseError(error);
  const kind = cause && classify(cause);
  if (cause === undefined || kind === undefined) return undefined;
  return {
    kind,
    ...(cause.constraint !== undefined && { constraint: cause.constraint }),
    ...(cause.dataType !== undefined && cause.table === undefined && { domain: cause.dataType }),
    ...(cause.column !== undefined && { column: cause.column }),
    ...(cause.table !== undefined && { table: cause.table }),
    ...(cause.schema !== undefined && { schema: cause.schema }),
    ...(kind === 'encoding' && { character: characterIn(cause.message) }),
    ...(cause.detail !== undefined && { detail: cause.detail }),
  };
}

function classify(error: pg.DatabaseError): ConstraintViolation['kind'] | undefined {
  const { code = '', routine = '' } = error;
  // fault: passed-on-error-is-rule
  if (routine === RAISE) return PASSED_ON.test(code) ? undefined : (VIOLATIONS[code] ?? 'rule');
  if (code === '42501') return routine === ROW_SECURITY ? 'rowSecurity' : undefined;
  if (code === '0A000') return routine === 'RewriteQuery' || isOfDatabaseCode(error) ? 'rule' : undefined;
  return VIOLATIONS[code] ?? VIOLATIONS[code.slice(0, 2)] ?? (isOfDatabaseCode(error) ? 'rule' : undefined);
}

/** Whether code in the database failed: a trigger, a function that a view calls, a foreign server. */
function isOfDatabaseCode(error: pg.DatabaseError): boolean {
  const { code = '', where = '' } = error;
  if (isOfForeignServer(error)) return !/^(?:40|55P03|57014)/.test(code);
  // PostgreSQL's `where` describes the code that it was running; it is empty for errors of the statement itself.
  // fault: broken-trigger-unexpected
  return OF_DATABASE_CODE.test(code) && (where !== '' || code.startsWith('HV'));
}

function isOfForeignServer({ routine = '' }: pg.DatabaseError): boolean {
  return FOREIGN_SERVER.test(routine);
}

/** Whether an error ends our own connection: the server is shutting down or closing it, so that further queries get no response. */
export function endsConnection(error: pg.DatabaseError): boolean {
  // fault: foreign-server-ends-connection
  if (isOfForeignServer(error) || error.routine === RAISE) return false;
  // fault: time-limit-unexpected
  return /^(08|57P0|25P0[34])/.test(error.code ?? '');
}

/**
 * Whether a read failed in code in the database: a view that divides by zero, a function that it calls, a policy that refers to
 * itself, a foreign server.
 */
export function isUnreadable(error: unknown): boolean {
  const cause = databaseError(error);
  if (cause === undefined) return false;
  return isOfDatabaseCode(cause) || /^(?:2[12]|42P17|54001|58|P0)/.test(cause.code ?? '');
}

/** The character in "character with byte sequence 0xe2 0x82 0xac in encoding …", in any language. */
function characterIn(message: string): string {
  const bytes = [...message.matchAll(/0x([\da-f]{2})/g)].map(([, byte = '']) => byte).join('');
  return Buffer.from(bytes, 'hex').toString();
}

/** Whether a grant is missing: the application's role may not read or change a table, or use a sequence. */
export function isPermissionMissing(error: unknown): boolean {
  const cause = databaseError(error);
  return cause?.code === '42501' && classify(cause) === undefined;
}

/**
 * Whether something that a statement needs is not ready: a materialized view that was never refreshed, a sequence that was not used
 * yet.
 */
export function isNotReady(error: unknown): boolean {
  return databaseError(error)?.code === '55000';
}

/** Whether the database cannot be reached, is shutting down or starting, dropped the connection, or has none available. */
export function isUnavailable(error: unknown): boolean {
  return causes(error).some((cause) => {
    if (cause instanceof BackendTerminatedError || cause instanceof BackendTerminatedUnexpectedlyError) return true;
    // 3D000: the server is running, but the database does not exist, for example during a restore.
    if (cause instanceof pg.DatabaseError)
      return /^(57P0|08|53300|3D000)/.test(cause.code ?? '') && !isOfForeignServer(cause);
    return cause instanceof ConnectionError ? databaseError(cause) === undefined : SOCKET_CODES.has(sqlState(cause));
  });
}

/** Whether a failed COMMIT has certainly changed nothing: the server responded that it failed. */
export function isRolledBack(error: unknown): boolean {
  const cause = databaseError(error);
  return cause !== undefined && !endsConnection(cause);
}

/** Whether a statement was cancelled, by its `statement_timeout` or by an administrator. */
export function isTimeout(error: unknown): boolean {
  return databaseError(error)?.code === '57014';
}

/** Whether a lock was not granted in time (`lock_timeout`), because another transaction has locked the row. */
export function isLocked(error: unknown): boolean {
  return databaseError(error)?.code === '55P03';
}

/** Whether the database is read-only, such as a standby after a failover, or a managed service with a full disk. */
export function isReadOnly(error: unknown): boolean {
  return databaseError(error)?.code === '25006';
}

/** Whether PgBouncer has rejected settings in the startup packet. Its error has no code of its own, but is always in English. */
export function rejectsSession(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && /^unsupported startup parameter/.test(error.message);
}

/**
 * Whether a column's type does not accept a value: `date '2026-02-30'`. A division by zero, for example in a view, does not count.
 */
export function isInvalidValue(error: unknown): boolean {
  return ['22003', '22007', '22008', '22P02'].includes(databaseError(error)?.code ?? '');
}

/**
 * The character that the database's encoding does not have (a euro sign in LATIN1), if a statement failed because of one.
 */
export function missingCharacter(error: unknown): string | undefined {
  const cause = databaseError(error);
  if (cause?.code !== '22P05' && cause?.code !== '22021') return undefined;
  return characterIn(cause.message) || undefined;
}

/** Whether the disk of the database, or its quota, is full. */
export function isFull(error: unknown): boolean {
  return databaseError(error)?.code === '53100';
}

/** Whether a table changed after the transaction's statements were planned. A new transaction works. */
export function isPlanOutdated(error: unknown): boolean {
  const cause = databaseError(error);
  return cause?.code === '0A000' && cause.routine === 'RevalidateCachedQuery';
}

/** A table, column, operator or function that does not exist; a value of another type than its column; types without a conversion. */
const SCHEMA_MISMATCH: ReadonlySet<string> = new Set(['42P01', '42703', '42883', '42804', '42846']);

/** Whether a statement does not fit the tables, because the models are ahead of the migrations or declare other types than the columns have. */
export function isSchemaBehind(error: unknown): boolean {
  return SCHEMA_MISMATCH.has(databaseError(error)?.code ?? '');
}

/**
 * Whether the database's state made the statement fail and not the change: the same work can succeed later. Such errors have their
 * own response wherever they are raised.
 */
export function isTemporary(error: unknown): boolean {
  return [isUnavailable, isTimeout, isLocked, isReadOnly, isFull, isConflict].some((is) => is(error));
}

/**
 * Whether two transactions conflicted (deadlock, serialization, a change of the table), so that the same work may succeed when
 * repeated.
 */
export function isConflict(error: unknown): boolean {
  const code = databaseError(error)?.code;
  return code === '40001' || code === '40P01' || isPlanOutdated(error);
}

/** PostgreSQL's own error, anywhere in the chain of causes. */
export function databaseError(error: unknown): pg.DatabaseError | undefined {
  return causes(error).find((cause) => cause instanceof pg.DatabaseError);
}

function causes(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && !chain.includes(at); at = at.cause) chain.push(at);
  return chain;
}

function sqlState(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
