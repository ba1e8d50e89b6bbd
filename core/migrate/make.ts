import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { invalidMigrationName, tableNotCreatedHere } from '../errors/migrations.ts';
import type { ModelInfo } from '../model/field-type.ts';
import type { Change } from './change.ts';
import { diff } from './diff.ts';
import { readSource } from './files.ts';
import { type Finding, lint } from './lint.ts';
import { suggestName, toFileName } from './migration-name.ts';
import { withoutReleasedTables } from './released-tables.ts';
import { type RenameAnswers, settleRenames } from './rename-answers.ts';
import { renamedModels } from './renames.ts';
import { renderFile } from './render.ts';
import { emptySnapshot, type Snapshot } from './shape.ts';
import { printSnapshot, readSnapshot, SNAPSHOT_FILE, writeAtomically } from './snapshot-file.ts';
import { projectSource } from './sources.ts';

export interface MigrationProject extends RenameAnswers {
  /** Absolute path of the project, whose migrations are in `migrations`. */
  readonly folder: string;
  readonly models: readonly ModelInfo[];
  /** Overrides the clock, for tests. */
  readonly now?: () => Date;
  /** Returns those of the tables that exist in the database. Omitted if there is no database. */
  readonly existing?: (tables: readonly string[]) => Promise<readonly string[]>;
  /** Returns the SQL that rewrites the name of a model in rows of other tables. */
  readonly renameModel?: (from: string, to: string) => readonly string[];
}

export interface GeneratedMigration {
  /** `20261120093000_add_status`; undefined if only the snapshot changed. */
  readonly name: string | undefined;
  /** Absolute paths of the written files. */
  readonly files: readonly string[];
  readonly changes: readonly Change[];
  /** What reviewers should check before the migration is applied. */
  readonly findings: readonly Finding[];
  /** Remarks on the folder itself. */
  readonly notes: readonly string[];
}

/**
 * Writes the difference between the models and the last snapshot as a migration, its down file and the new snapshot. Needs no
 * database. If there is no difference, it returns undefined and writes nothing.
 *
 * @throws RIO-MIGRATE-SNAPSHOT, RIO-MIGRATE-FILE, RIO-MIGRATE-NAME, RIO-MIGRATE-RENAME, RIO-MIGRATE-EXISTS before anything is
 *   written.
 *
 * @example
 * await makeMigration({ folder, models: models.all }, 'add status to patient');
 */
export async function makeMigration(project: MigrationProject, name?: string): Promise<GeneratedMigration | undefined> {
  const source = projectSource(project.folder);
  const snapshotFile = path.join(source.folder, SNAPSHOT_FILE);
  const [existing, before] = await Promise.all([readSource(source), readSnapshot(snapshotFile)]);
  const { before: known, after, notes } = withoutReleasedTables(before ?? emptySnapshot, project.models);
  if (before === undefined && existing.length > 0) {
    notes.push('There are migrations, but no snapshot.json: everything is treated as new.');
  }
  const changes = await changesFor(known, after, project);
  if (changes.length === 0) {
    if (notes.length === 0 || before === undefined || printSnapshot(before) === printSnapshot(after)) return undefined;
    await writeAtomically(snapshotFile, printSnapshot(after));
    return { name: undefined, files: [snapshotFile], changes, findings: [], notes };
  }

  const words = name === undefined ? suggestName(changes) : toFileName(name);
  if (words === '') throw invalidMigrationName({ name: name ?? '' });
  const stamp = nextStamp(
    project.now?.() ?? new Date(),
    existing.map((file) => file.name),
  );
  const fileName = `${stamp}_${words}`;
  const sql = renderFile(changes);
  const up = path.join(source.folder, `${fileName}.sql`);
  const down = path.join(source.folder, `${fileName}.down.sql`);

  await mkdir(source.folder, { recursive: true });
  // The snapshot is written last. If it is missing, the next run generates the same changes again, which is easy to notice; if only
  // the snapshot were written, the changes would be lost.
  await writeAtomically(down, sql.down);
  await writeAtomically(up, sql.up);
  await writeAtomically(snapshotFile, printSnapshot(after));
  return { name: fileName, files: [up, down, snapshotFile], changes, findings: lint(changes), notes };
}

/** The differences, including renames that were given as options or confirmed. */
async function changesFor(before: Snapshot, after: Snapshot, project: MigrationProject): Promise<readonly Change[]> {
  const renamed = await settleRenames(before, after, project);
  const changes = diff(renamed.before, after);
  await rejectExisting([...renamed.changes, ...changes], project);
  // A schema must exist before a table moves into it.
  const schemas = diff(before, after).filter(({ kind }) => kind === 'createSchema');
  const renameModel = project.renameModel ?? (() => []);
  const models = renamedModels(renamed.before, after).map(
    ({ from, to }): Change => ({
      kind: 'renameModel',
      from,
      to,
      sql: renameModel(from, to),
      undo: renameModel(to, from),
    }),
  );
  return [...schemas, ...renamed.changes, ...models, ...changes.filter(({ kind }) => kind !== 'createSchema')];
}

/** @throws RIO-MIGRATE-EXISTS if a table to be created already exists. */
async function rejectExisting(changes: readonly Change[], { existing }: MigrationProject): Promise<void> {
  const created = changes.flatMap((change) => {
    if (change.kind === 'createTable') return [change.table.name];
    return change.kind === 'renameTable' ? [change.to] : [];
  });
  // fault: existing-table-created
  const tables = created.length === 0 ? [] : ((await existing?.(created)) ?? []);
  if (tables.length > 0) throw tableNotCreatedHere({ tables: tables.join(', '), count: tables.length });
}

/**
 * The current UTC time in seconds, or one second after the newest file if that is later, so that a file sorts after the ones it
 * builds on.
 */
function nextStamp(now: Date, existing: readonly string[]): string {
  const newest = existing.map((name) => name.slice(0, 14)).reduce((a, b) => (a > b ? a : b), '');
  const stamp = stampOf(now);
  if (stamp > newest) return stamp;
  const next = newest.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6Z');
  const time = Date.parse(next);
  // A hand-written name may contain an invalid time. Its number plus one still sorts after it.
  return Number.isNaN(time) ? String(BigInt(newest) + 1n).padStart(14, '0') : stampOf(new Date(time + 1000));
}

function stampOf(time: Date): string {
  return time.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '');
}
