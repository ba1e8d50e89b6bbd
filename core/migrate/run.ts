import type pg from 'pg';
import { withPlainConnection } from '../database/plain-connection.ts';
import { lossNotConfirmed } from '../errors/migrations.ts';
import { type Comparison, compare, rejectEdited, rejectIncomplete } from './compare.ts';
import { conflictsOn, rejectConflicts } from './conflicts.ts';
import { describeLeftOver, readFiles } from './files.ts';
import { describeLosses, findLosses, type Loss } from './losses.ts';
import { ensureMigrationsTable, readMigrationsTable, recordApplied, recordWithoutRunning } from './migrations-table.ts';
import { type SessionOptions, withMigrationSession } from './session.ts';
import type { MigrationSource } from './sources.ts';
import { rejectTransactionControl, runScript } from './transaction.ts';

export interface MigrateOptions extends SessionOptions {
  /** The name of who runs the migrations, stored in the migrations table. */
  readonly by: string;
  /**
   * The statements that may delete or convert data, as returned by `plannedLosses` and confirmed by the user. `'all'`: for
   * databases whose data does not matter. @defaultValue none
   */
  readonly confirmed?: readonly Loss[] | 'all';
}

export interface AppliedFile {
  readonly source: string;
  readonly name: string;
  readonly durationMs: number;
}

export interface MigrateResult {
  readonly applied: readonly AppliedFile[];
  /** What users should check, although nothing failed. */
  readonly notes: readonly string[];
}

/**
 * Applies every pending file, each in its own transaction together with its row in the migrations table. With concurrent runs,
 * every file is applied once. If a run is killed, only complete files have been applied, and the next run continues.
 *
 * @throws RIO-MIGRATE-CHANGED, RIO-MIGRATE-FILE, RIO-MIGRATE-TRANSACTION, RIO-MIGRATE-BUSY, RIO-MIGRATE-CONFLICT,
 *   RIO-MIGRATE-CONFIRM before anything is run; RIO-MIGRATE-FAILED if a file fails, in which case those before it remain applied.
 *
 * @example
 * await migrate(url, migrationSources(folder, plugins), { by: 'deploy', log: console.log });
 */
export async function migrate(
  url: string,
  sources: readonly MigrationSource[],
  options: MigrateOptions,
): Promise<MigrateResult> {
  const files = await readFiles(sources);
  return await withMigrationSession(url, options, async (client) => {
    const comparison = compare(sources, files, await readMigrationsTable(client));
    const { pending, toRecord, missing, late } = comparison;
    const losses = await lossesOf(client, comparison);
    // fault: loss-not-confirmed
    rejectUnconfirmed(losses, options.confirmed ?? []);
    await ensureMigrationsTable(client, { writes: pending.length + toRecord.length > 0 });

    const notes = [
      ...missing.map(({ source, name }) => `${source} ${name} is applied, but its file does not exist.`),
      ...describeLeftOver(files),
    ];
    for (const note of notes) options.log?.(note);
    for (const file of toRecord) {
      await recordWithoutRunning(client, file, options.by);
      options.log?.(`recorded ${file.source} ${file.name}: everything that it replaces is applied`);
    }
    const applied: AppliedFile[] = [];
    for (const file of pending) {
      if (late.has(file)) {
        const note = `${file.source} ${file.name} is older than an applied migration; it is applied now.`;
        notes.push(note);
        options.log?.(note);
      }
      const durationMs = await runScript(client, file, options, (done) =>
        recordApplied(client, file, options.by, done),
      );
      applied.push({ source: file.source, name: file.name, durationMs });
      options.log?.(`applied ${file.source} ${file.name} (${durationMs} ms)`);
    }
    return { applied, notes };
  });
}

/**
 * What the pending migrations would delete or convert, for which `migrate` asks for confirmation.
 *
 * @throws RIO-MIGRATE-CHANGED, RIO-MIGRATE-SQUASH, RIO-MIGRATE-TRANSACTION, RIO-MIGRATE-CONFLICT like `migrate`.
 *
 * @example
 * const losses = await plannedLosses(url, sources);
 * if (losses.length === 0 || (await ask(losses))) await migrate(url, sources, { by: 'deploy', confirmed: losses });
 */
export async function plannedLosses(url: string, sources: readonly MigrationSource[]): Promise<readonly Loss[]> {
  const files = await readFiles(sources);
  return await withPlainConnection(
    url,
    async (client) => lossesOf(client, compare(sources, files, await readMigrationsTable(client))),
    { applicationName: 'rustio-admin migrate' },
  );
}

/** Rejects files that cannot be applied before anything is asked about them. */
async function lossesOf(client: pg.Client, comparison: Comparison): Promise<readonly Loss[]> {
  rejectEdited(comparison.edited);
  rejectIncomplete(comparison.incomplete);
  rejectTransactionControl(comparison.pending);
  // fault: conflicting-files-applied
  rejectConflicts(await conflictsOn(client, comparison));
  return await findLosses(client, comparison.pending);
}

/** Accepts only exactly the confirmed statements, since files may have been added or changed in the meantime. */
function rejectUnconfirmed(losses: readonly Loss[], confirmed: readonly Loss[] | 'all'): void {
  if (confirmed === 'all') return;
  const known = new Set(confirmed.map((loss) => JSON.stringify(loss)));
  const open = losses.filter((loss) => !known.has(JSON.stringify(loss)));
  if (open.length === 0) return;
  throw lossNotConfirmed({
    count: open.length,
    command: 'npx rustio-admin migrate --yes',
    details: describeLosses(open),
  });
}
