import { compare } from './compare.ts';
import { readFiles } from './files.ts';
import { ensureLedger, readLedger, recordApplied } from './ledger.ts';
import { editedFiles } from './problems.ts';
import { type SessionOptions, withMigrationSession } from './session.ts';
import type { MigrationSource } from './sources.ts';
import { refuseTransactionControl, runScript } from './transaction.ts';

export interface MigrateOptions extends SessionOptions {
  /** Who does it, for the ledger. */
  readonly by: string;
}

export interface AppliedFile {
  readonly source: string;
  readonly name: string;
  readonly durationMs: number;
}

export interface MigrateResult {
  readonly applied: readonly AppliedFile[];
  /** What a person should look at, though nothing failed. */
  readonly notes: readonly string[];
}

/**
 * Applies every pending file, each in a transaction of its own together with its ledger row. Two that run at once apply
 * everything once. Killed at any moment, it leaves whole files only, and the next run goes on.
 *
 * @throws RIO-MIGRATE-CHANGED, RIO-MIGRATE-FILE, RIO-MIGRATE-TRANSACTION, RIO-MIGRATE-BUSY before anything ran;
 *   RIO-MIGRATE-FAILED when a file failed: those before it stand.
 *
 * @example
 * await migrate(url, migrationSources(folder, plugins), { by: 'deploy', say: console.log });
 */
export async function migrate(
  url: string,
  sources: readonly MigrationSource[],
  options: MigrateOptions,
): Promise<MigrateResult> {
  const files = await readFiles(sources);
  return await withMigrationSession(url, options, async (client) => {
    const { pending, edited, missing, late } = compare(sources, files, await readLedger(client));
    if (edited.length > 0) throw editedFiles(edited);
    refuseTransactionControl(pending);
    await ensureLedger(client);

    const notes = missing.map(({ source, name }) => `${source} ${name} is applied, but its file is gone.`);
    for (const note of notes) options.say?.(note);
    const applied: AppliedFile[] = [];
    for (const file of pending) {
      if (late.has(file)) {
        const note = `${file.source} ${file.name} is older than what is applied already; it is applied now.`;
        notes.push(note);
        options.say?.(note);
      }
      const durationMs = await runScript(client, file, options, (done) =>
        recordApplied(client, file, options.by, done),
      );
      applied.push({ source: file.source, name: file.name, durationMs });
      options.say?.(`applied ${file.source} ${file.name} (${durationMs} ms)`);
    }
    return { applied, notes };
  });
}
