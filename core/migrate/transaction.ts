import type pg from 'pg';
import { transactionControlInFile, transactionEndedByFile } from '../errors/migrations.ts';
import { RustioError } from '../errors/rustio-error.ts';
import { explainFailure } from './failure.ts';
import { readSql } from './files.ts';
import { resetSession, resetSessionSql, type SessionOptions } from './session.ts';
import { firstLine, transactionControl } from './statements.ts';

/** The SQL of a file, and its path for messages. */
export interface Script {
  readonly path: string;
  readonly sql: string;
}

export async function readScript(path: string): Promise<Script> {
  return { path, sql: await readSql(path) };
}

/** @throws RIO-MIGRATE-TRANSACTION for a file that would break its transaction. Call it before anything runs. */
export function rejectTransactionControl(scripts: readonly Script[]): void {
  for (const { path, sql } of scripts) {
    const statement = transactionControl(sql);
    if (statement === undefined) continue;
    throw transactionControlInFile({ file: path, line: statement.line, statement: firstLine(statement.text) });
  }
}

/**
 * Runs a file and `record`, which writes its row in the migrations table, in one transaction. `record` receives the transaction's
 * ID and returns false if that is no longer the current transaction.
 *
 * @throws RIO-MIGRATE-FAILED with the place of the failure, after everything has been rolled back. If the connection was lost during the
 *   commit, the file may have been applied.
 * @returns milliseconds
 */
export async function runScript(
  client: pg.Client,
  script: Script,
  options: SessionOptions,
  record: (done: { readonly transaction: string; readonly durationMs: number }) => Promise<boolean>,
): Promise<number> {
  await resetSession(client, options);
  // The number of completed statements while the file runs.
  let completed: number | undefined;
  let isCommitting = false;
  try {
    await client.query('begin');
    const transaction = await currentTransaction(client);
    const start = performance.now();
    completed = 0;
    const onComplete = (): void => {
      completed = (completed ?? 0) + 1;
    };
    client.connection.on('commandComplete', onComplete);
    // Sent as a whole without parameters: the simple query protocol accepts several statements, so they need not be split at
    // semicolons.
    await client.query(script.sql).finally(() => client.connection.off('commandComplete', onComplete));
    completed = undefined;
    const durationMs = Math.round(performance.now() - start);
    // A role or search path set by the file must not affect the migrations table.
    await client.query(resetSessionSql(options));
    if (!(await record({ transaction, durationMs }))) throw transactionEndedByFile({ file: script.path });
    isCommitting = true;
    await client.query('commit');
    return durationMs;
  } catch (error) {
    // If the connection is broken, the server rolls back by itself.
    await client.query('rollback').catch(() => undefined);
    throw error instanceof RustioError ? error : explainFailure({ ...script, completed, isCommitting, error });
  }
}

async function currentTransaction(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>('select pg_current_xact_id()::text as id');
  const id = rows[0]?.id;
  if (id === undefined) throw new TypeError('pg_current_xact_id() returned no row');
  return id;
}
