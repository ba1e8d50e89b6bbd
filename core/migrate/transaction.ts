import type pg from 'pg';
import { RustioError } from '../errors.ts';
import { migrationFailed } from './failure.ts';
import { readSql } from './files.ts';
import { ownTransaction, transactionLost } from './problems.ts';
import { type SessionOptions, settle } from './session.ts';
import { transactionControl } from './statements.ts';

/** The SQL of a file, and where it came from, for messages. */
export interface Script {
  readonly path: string;
  readonly sql: string;
}

export async function readScript(path: string): Promise<Script> {
  return { path, sql: await readSql(path) };
}

/** @throws RIO-MIGRATE-TRANSACTION before anything runs, for a file that would break its transaction. */
export function refuseTransactionControl(scripts: readonly Script[]): void {
  for (const script of scripts) {
    const statement = transactionControl(script.sql);
    if (statement !== undefined) throw ownTransaction(script, statement);
  }
}

/**
 * Runs a file and `record`, which writes its ledger row, in one transaction. `record` is told the transaction's number and
 * answers false when that is no longer the one it runs in.
 *
 * @throws RIO-MIGRATE-FAILED with the place; then nothing of it remains.
 * @returns milliseconds
 */
export async function runScript(
  client: pg.Client,
  script: Script,
  options: SessionOptions,
  record: (done: { readonly transaction: string; readonly durationMs: number }) => Promise<boolean>,
): Promise<number> {
  await settle(client, options);
  // How far the file is while it runs.
  let completed: number | undefined;
  try {
    await client.query('begin');
    const transaction = await currentTransaction(client);
    const start = performance.now();
    completed = 0;
    const onComplete = (): void => {
      completed = (completed ?? 0) + 1;
    };
    client.connection.on('commandComplete', onComplete);
    // In one piece, without values: the simple protocol takes several statements and never looks for semicolons itself.
    await client.query(script.sql).finally(() => client.connection.off('commandComplete', onComplete));
    completed = undefined;
    const durationMs = Math.round(performance.now() - start);
    // A role or search path that the file set must not reach the ledger.
    await client.query('reset role; reset all');
    if (!(await record({ transaction, durationMs }))) throw transactionLost(script);
    await client.query('commit');
    return durationMs;
  } catch (error) {
    // On a broken connection there is nothing to roll back: the server did.
    await client.query('rollback').catch(() => undefined);
    throw error instanceof RustioError ? error : migrationFailed({ ...script, completed, error });
  }
}

async function currentTransaction(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>('select pg_current_xact_id()::text as id');
  const id = rows[0]?.id;
  if (id === undefined) throw new TypeError('pg_current_xact_id() gave nothing');
  return id;
}
