import { migrationsEdited, squashIncomplete } from '../errors/migrations.ts';
import type { AppliedMigration } from './migrations-table.ts';
import { type MigrationFile, PROJECT_SOURCE } from './sources.ts';

type Applied = { readonly file: MigrationFile; readonly row: AppliedMigration };

/** Migration files compared with the migrations table. */
export interface Comparison {
  /** Not applied yet, in the order in which they will be applied. */
  readonly pending: readonly MigrationFile[];
  /** Squashed files that are not run, because all that they replace is applied: only their rows are missing. */
  readonly toRecord: readonly MigrationFile[];
  /** Squashed files that can be neither run nor recorded, because only a part of what they replace is applied. */
  readonly incomplete: readonly IncompleteMigration[];
  /** In the order in which they were applied. */
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

export interface IncompleteMigration {
  readonly file: MigrationFile;
  /** What is missing, one sentence each. */
  readonly problems: readonly string[];
}

/** Compares the files of all sources with the rows of the migrations table. */
export function compare(
  sources: readonly { readonly name: string }[],
  files: readonly MigrationFile[],
  appliedMigrations: readonly AppliedMigration[],
): Comparison {
  const rows = new Map(appliedMigrations.map((row) => [idOf(row), row]));
  const onDisk = new Map(files.map((file) => [idOf(file), file]));
  const enabled = new Set(sources.map((source) => source.name));
  const newest = new Map<string, string>();
  for (const { source, name } of appliedMigrations) {
    if (name > (newest.get(source) ?? '')) newest.set(source, name);
  }

  const recorded = appliedMigrations.flatMap((row) => {
    const file = onDisk.get(idOf(row));
    return file === undefined ? [] : [{ file, row }];
  });
  const incomplete = files
    .map((file) => ({ file, problems: problemsOf(file, rows) }))
    .filter(({ problems }) => problems.length > 0);
  const blocked = new Set(incomplete.map(({ file }) => file));
  const open = files.filter((file) => !rows.has(idOf(file)) && !blocked.has(file));
  const isToRecord = (file: MigrationFile) => partsOf(file, rows).some(({ row }) => row !== undefined);
  const pending = open.filter((file) => !isToRecord(file));
  const replaced = new Set(files.flatMap(({ source, replaces }) => replaces.map(({ name }) => idOf({ source, name }))));
  const notOnDisk = appliedMigrations.filter((row) => !onDisk.has(idOf(row)) && !replaced.has(idOf(row)));
  return {
    pending,
    toRecord: open.filter(isToRecord),
    incomplete,
    applied: recorded.filter(({ file, row }) => file.sha256 === row.sha256),
    edited: recorded.filter(({ file, row }) => file.sha256 !== row.sha256),
    missing: notOnDisk.filter((row) => enabled.has(row.source)),
    pluginDisabled: notOnDisk.filter((row) => !enabled.has(row.source)),
    late: new Set(pending.filter((file) => file.name < (newest.get(file.source) ?? ''))),
  };
}

/** The files that a squashed one consists of, with their rows. */
function partsOf({ source, replaces }: MigrationFile, rows: ReadonlyMap<string, AppliedMigration>) {
  return replaces.flatMap(({ name, sha256 }) =>
    sha256 === undefined ? [] : [{ name, sha256, row: rows.get(idOf({ source, name })) }],
  );
}

function problemsOf(file: MigrationFile, rows: ReadonlyMap<string, AppliedMigration>): readonly string[] {
  const parts = partsOf(file, rows);
  const isRecorded = rows.has(idOf(file));
  if (!isRecorded && parts.every(({ row }) => row === undefined)) return [];
  const replaces = `${file.source} ${file.name} replaces`;
  return parts.flatMap(({ name, sha256, row }) => {
    // fault: squashed-over-a-part
    if (row === undefined) return [`${replaces} ${name}, which is not applied.`];
    // fault: squashed-over-another-version
    if (!isRecorded && row.sha256 !== sha256) return [`${replaces} another version of ${name} than the applied one.`];
    return [];
  });
}

/** @throws RIO-MIGRATE-SQUASH if only a part of what a squashed file replaces is applied. */
export function rejectIncomplete(incomplete: Comparison['incomplete']): void {
  const details = incomplete.flatMap(({ problems }) => problems);
  if (details.length > 0) throw squashIncomplete({ details });
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
