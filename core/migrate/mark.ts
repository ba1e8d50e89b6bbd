import { withPlainConnection } from '../database/plain-connection.ts';
import { markAlreadyApplied, markTargetUnknown } from '../errors/migrations.ts';
import { compare } from './compare.ts';
import { readFiles } from './files.ts';
import { ensureMigrationsTable, readMigrationsTable, recordWithoutRunning } from './migrations-table.ts';
import { type SessionOptions, withMigrationSession } from './session.ts';
import { type MigrationFile, type MigrationSource, PROJECT_SOURCE } from './sources.ts';

/** The file to record as applied. */
export interface MarkTarget {
  /** Without `.sql`, or with it. */
  readonly name: string;
  /** @defaultValue 'project' */
  readonly source?: string;
}

export interface MarkOptions extends SessionOptions, MarkTarget {
  /** Who marked it, for the migrations table. */
  readonly by: string;
}

/**
 * The file that `mark` would record; nothing is changed.
 *
 * @throws RIO-MIGRATE-MARK as `mark` does.
 */
export async function planMark(
  url: string,
  sources: readonly MigrationSource[],
  target: MarkTarget,
): Promise<MigrationFile> {
  const files = await readFiles(sources);
  return await withPlainConnection(
    url,
    async (client) => pendingFile(compare(sources, files, await readMigrationsTable(client)), target),
    { applicationName: 'rustio-admin migrate mark' },
  );
}

/**
 * Records a pending file as applied without running it, where the database already has what it creates: after a restored backup, or
 * where another program made the same change. The database is not compared with the file.
 *
 * @throws RIO-MIGRATE-MARK if no file has the name, or it is already applied; RIO-MIGRATE-BUSY.
 *
 * @example
 * await mark(url, sources, { name: '20261120093000_add_status', by: 'deploy' });
 */
export async function mark(url: string, sources: readonly MigrationSource[], options: MarkOptions): Promise<void> {
  const files = await readFiles(sources);
  await withMigrationSession(url, options, async (client) => {
    const file = pendingFile(compare(sources, files, await readMigrationsTable(client)), options);
    await ensureMigrationsTable(client, { writes: true });
    await recordWithoutRunning(client, file, options.by);
  });
}

function pendingFile(
  { pending, toRecord, incomplete, applied, edited }: ReturnType<typeof compare>,
  { name, source = PROJECT_SOURCE }: MarkTarget,
): MigrationFile {
  const plain = name.replace(/\.sql$/, '');
  const isMeant = (file: MigrationFile): boolean => file.source === source && file.name === plain;
  const migration = `${source} ${plain}`;
  if ([...applied, ...edited].some((entry) => isMeant(entry.file))) throw markAlreadyApplied({ migration });
  const file = [...pending, ...toRecord, ...incomplete.map((each) => each.file)].find(isMeant);
  if (file === undefined) throw markTargetUnknown({ migration });
  return file;
}
