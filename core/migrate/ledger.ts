import type pg from 'pg';
import { z } from 'zod';
import type { MigrationFile } from './files.ts';

/** What the database says about an applied file. */
export interface LedgerRow {
  readonly source: string;
  readonly name: string;
  readonly sha256: string;
  /** PostgreSQL's text, UTC. */
  readonly appliedAt: string;
  readonly appliedBy: string;
  readonly durationMs: number;
}

const ledgerRow = z
  .object({
    source: z.string(),
    name: z.string(),
    sha256: z.string(),
    applied_at: z.string(),
    applied_by: z.string(),
    duration_ms: z.number(),
  })
  .transform(
    (row): LedgerRow => ({
      source: row.source,
      name: row.name,
      sha256: row.sha256,
      appliedAt: row.applied_at,
      appliedBy: row.applied_by,
      durationMs: row.duration_ms,
    }),
  );

export async function ensureLedger(client: pg.Client): Promise<void> {
  // Asked first, so that a role that may not create tables can still apply nothing.
  if (await hasLedger(client)) return;
  await client.query(`
    create table rustio_migration (
      source text not null,
      name text not null,
      sha256 text not null,
      applied_at timestamptz(3) not null default clock_timestamp(),
      applied_by text not null,
      duration_ms integer not null,
      constraint rustio_migration_pkey primary key (source, name)
    )
  `);
}

/** Applied files in the order in which they were applied; none before the first migration. */
export async function readLedger(client: pg.Client): Promise<readonly LedgerRow[]> {
  if (!(await hasLedger(client))) return [];
  const { rows } = await client.query(`
    select source, name, sha256, applied_at, applied_by, duration_ms
    from rustio_migration
    order by applied_at, name
  `);
  return z.array(ledgerRow).parse(rows);
}

/**
 * Writes the row of a file in the transaction of that file.
 *
 * @returns false when the transaction is no longer the one that `transaction` names: the file ended it.
 */
export async function recordApplied(
  client: pg.Client,
  file: MigrationFile,
  by: string,
  { transaction, durationMs }: { readonly transaction: string; readonly durationMs: number },
): Promise<boolean> {
  const { rowCount } = await client.query(
    `insert into rustio_migration (source, name, sha256, applied_by, duration_ms)
     select $1, $2, $3, $4, $5
     where pg_current_xact_id()::text = $6`,
    [file.source, file.name, file.sha256, by, durationMs, transaction],
  );
  return rowCount === 1;
}

/** Deletes the row of a file in the transaction of its down file; answers like `recordApplied`. */
export async function forgetApplied(
  client: pg.Client,
  { source, name }: Pick<MigrationFile, 'source' | 'name'>,
  transaction: string,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `delete from rustio_migration
     where source = $1 and name = $2 and pg_current_xact_id()::text = $3`,
    [source, name, transaction],
  );
  return rowCount === 1;
}

async function hasLedger(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('rustio_migration') is not null as there`,
  );
  return rows[0]?.there === true;
}
