import { constraintViolation } from '../database/errors.ts';
import type { Query, Transaction } from '../database/pool.ts';
import { changeRejected } from '../errors/data.ts';
import { RustioError } from '../errors/rustio-error.ts';
import type { Problem } from '../model/issue.ts';
import { constraintProblems, type RejectedChange } from './constraint-problem.ts';
import type { Written } from './types.ts';

/**
 * Thrown to roll back a savepoint and pass the outcome to its caller. It is never thrown out of `app.write`, whose functions return
 * outcomes.
 */
export class WriteRejected<Outcome> extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super('The change was rejected; the code that opened the savepoint returns the outcome.');
    this.outcome = outcome;
  }
}

type Rejection = Exclude<Written, { outcome: 'done' }>;
export type SavepointResult<T> = { readonly value: T } | { readonly rejection: Rejection };

/**
 * Changes rows inside a savepoint. If the database or a rule rejects the change, it is rolled back and becomes an outcome, and the
 * caller's transaction can continue. Record events outside of it, so that their errors are not taken for an invalid value in the
 * form.
 */
export async function inSavepoint<T>(
  tx: Transaction,
  change: RejectedChange,
  work: (inner: Transaction) => Promise<T>,
): Promise<SavepointResult<T>> {
  try {
    return { value: await tx.savepoint(work) };
  } catch (error) {
    if (error instanceof RowForbidden || error instanceof ValidationFailed) return { rejection: error.outcome };
    // A RustioError of core or a plugin is not an invalid value in the form, even if a violation caused it.
    if (error instanceof RustioError) throw error;
    const problems = await constraintProblems(tx, change, error);
    if (problems === undefined) throw error;
    return { rejection: { outcome: isRowSecurity(error) ? 'forbidden' : 'invalid', problems } };
  }
}

/** A row rule does not allow the row with its new values. */
export class RowForbidden extends WriteRejected<Rejection> {
  constructor() {
    super({ outcome: 'forbidden', problems: [{ field: undefined, issue: { key: 'problem.rowRule' } }] });
  }
}

/** A problem that is detected only while the row is being written. */
export class ValidationFailed extends WriteRejected<Rejection> {
  constructor(problems: readonly Problem[]) {
    super({ outcome: 'invalid', problems });
  }
}

/** A trigger silently prevented the change (`return null`), so it must not be reported as saved. */
export class RowHidden extends ValidationFailed {
  constructor() {
    super([{ field: undefined, issue: { key: 'problem.constraint' } }]);
  }
}

const problemsByError = new WeakMap<Error, readonly Problem[]>();

/**
 * The problems of a change that the database rejected at COMMIT or outside its savepoint, so that the transaction was aborted.
 * Undefined for any other error.
 *
 * @example
 * const problems = problemsOfRejection(error);
 * if (problems === undefined) throw error;
 * return { outcome: 'invalid', problems };
 */
export function problemsOfRejection(error: unknown): readonly Problem[] | undefined {
  return error instanceof Error ? problemsByError.get(error) : undefined;
}

/** Creates the error that passes the problems out of the transaction. */
async function rejectedBy(
  database: Query | undefined,
  change: RejectedChange,
  error: unknown,
): Promise<Error | undefined> {
  const problems = await constraintProblems(database, change, error);
  if (problems === undefined) return undefined;
  const issues = problems.map(({ field, issue }) => ({ path: field ?? '', message: issue.key }));
  const rejected = changeRejected({ cause: error, issues });
  problemsByError.set(rejected, problems);
  return rejected;
}

/**
 * Runs a change of `app.write`. If the database rejects it outside its savepoint (while the row is locked and compared) or at COMMIT,
 * where deferred constraints are checked, RIO-WRITE-REJECTED is thrown with the problems.
 */
export async function withCommitProblems<T>(
  tx: Transaction,
  change: RejectedChange,
  work: () => Promise<T>,
): Promise<T> {
  tx.explainFailedCommit((error, database) => rejectedBy(database, change, error));
  try {
    return await work();
  } catch (error) {
    // Errors of the framework, such as those of the audit trail, are not problems of the form, even if the database caused them.
    // fault: error-outside-savepoint
    if (error instanceof RustioError || !isAboutValues(error)) throw error;
    // The transaction is aborted, so the catalogue cannot be queried.
    throw (await rejectedBy(undefined, change, error)) ?? error;
  }
}

/** Errors that only the values of the row can have caused. */
function isAboutValues(error: unknown): boolean {
  const kind = constraintViolation(error)?.kind;
  return kind === 'tooLong' || kind === 'encoding' || kind === 'data';
}

function isRowSecurity(error: unknown): boolean {
  return constraintViolation(error)?.kind === 'rowSecurity';
}
