import { migrationsEdited } from '../errors/migrations.ts';
import type { AppliedMigration } from './migrations-table.ts';
import { type MigrationFile, PROJECT_SOURCE } from './sources.ts';

type Applied = { readonly file: MigrationFile; readonly row: AppliedMigration };

/** Migration files compared with the migrations table. */
export interface Comparison {
  /** Not applied yet, in the order in which they will be applied. */
  readonly pending: readonly MigrationFile[];
  readonly applied: readonly Applied[];
  /** Applied, but the file has been edited since. */
  readonly edited: readonly Applied[];
  /** Applied, but no longer on disk. */
  readonly missing: readonly AppliedMigration[];
  /** Applied for a plugin that is no longer enabled. Its tables remain. */
  readonly pluginDisabled: readonly AppliedMigration[];
  /** Pending although a newer file of the same source is applied, for example after merging two branches. */
  readonly late: ReadonlySet<MigrationFile>;
}

/** Compares the files of all sources with the rows of the migrations table. */
export function compare(
  sources: readonly { readonly name: string }[],
  files: readonly MigrationFile[],
  appliedMigrations: readonly AppliedMigration[],
): Comparison {
  const rows = new Map(appliedMigrations.map((row) => [idOf(row), row]));
  const onDisk = new Set(files.map(idOf));
  const enabled = new Set(sources.map((source) => source.name));
  const newest = new Map<string, string>();
  for (const { source, name } of appliedMigrations) {
    if (name > (newest.get(source) ?? '')) newest.set(source, name);
  }

  const recorded = files.flatMap((file) => {
    const row = rows.get(idOf(file));
    return row === undefined ? [] : [{ file, row }];
  });
  const pending = files.filter((file) => !rows.has(idOf(file)));
  const notOnDisk = appliedMigrations.filter((row) => !onDisk.has(idOf(row)));
  return {
    pending,
    applied: recorded.filter(({ file, row }) => file.sha256 === row.sha256),
    edited: recorded.filter(({ file, row }) => file.sha256 !== row.sha256),
    missing: notOnDisk.filter((row) => enabled.has(row.source)),
    pluginDisabled: notOnDisk.filter((row) => !enabled.has(row.source)),
    late: new Set(pending.filter((file) => file.name < (newest.get(file.source) ?? ''))),
  };
}

function idOf({ source, name }: { readonly source: string; readonly name: string }): string {
  return JSON.stringify([source, name]);
}

/** @throws RustioError `RIO-MIGRATE-CHANGED` if any file was edited after it was applied. */
export function rejectEdited(edited: Comparison['edited']): void {
  const [first] = edited;
  if (first === undefined) return;
  const { source } = first.file;
  throw migrationsEdited({
    names: edited.map(({ file }) => `${file.source} ${file.name}`).join(', '),
    count: edited.length,
    downCommand: `npx rustio-admin migrate down${source === PROJECT_SOURCE ? '' : ` --source ${source}`}`,
    details: edited.flatMap(({ file, row }) => [
      file.path,
      `  applied ${row.appliedAt} by ${row.appliedBy}: ${row.sha256}`,
      `  now: ${file.sha256}`,
    ]),
  });
}
