import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ModelInfo } from '../model/registry.ts';
import type { Change } from './change.ts';
import { diff } from './diff.ts';
import { readSource } from './files.ts';
import { type Finding, lint } from './lint.ts';
import { badName } from './problems.ts';
import { renderFile } from './render.ts';
import { emptySnapshot } from './shape.ts';
import { snapshotOf } from './snapshot.ts';
import { printSnapshot, readSnapshot, writeWhole } from './snapshot-file.ts';
import { projectSource } from './sources.ts';
import { slug, titleOf } from './title.ts';

export const SNAPSHOT_FILE = 'snapshot.json';

export interface MigrationProject {
  /** Absolute path of the project; its migrations lie in `migrations`. */
  readonly folder: string;
  readonly models: readonly ModelInfo[];
  /** The clock; a test gives its own. */
  readonly now?: () => Date;
}

export interface MadeMigration {
  /** `20261120093000_add_status` */
  readonly name: string;
  /** Absolute paths of what was written. */
  readonly files: readonly string[];
  readonly changes: readonly Change[];
  /** What its reader should look at before it is applied. */
  readonly findings: readonly Finding[];
  /** What is odd about the folder itself. */
  readonly notes: readonly string[];
}

/**
 * Writes the difference between the models and the last snapshot as a migration, its down file and the new snapshot. Needs no
 * database. Undefined when there is no difference; then nothing is written.
 *
 * @throws RIO-MIGRATE-SNAPSHOT, RIO-MIGRATE-FILE, RIO-MIGRATE-NAME before anything is written.
 *
 * @example
 * await makeMigration({ folder, models: models.all }, 'add status to patient');
 */
export async function makeMigration(project: MigrationProject, name?: string): Promise<MadeMigration | undefined> {
  const source = projectSource(project.folder);
  const snapshotFile = path.join(source.folder, SNAPSHOT_FILE);
  const [existing, before] = await Promise.all([readSource(source), readSnapshot(snapshotFile)]);
  const after = snapshotOf(project.models);
  const changes = diff(before ?? emptySnapshot, after);
  if (changes.length === 0) return undefined;

  const words = name === undefined ? titleOf(changes) : slug(name);
  if (words === '') throw badName(name ?? '');
  const stamp = nextStamp(
    project.now?.() ?? new Date(),
    existing.map((file) => file.name),
  );
  const full = `${stamp}_${words}`;
  const sql = renderFile(changes);
  const up = path.join(source.folder, `${full}.sql`);
  const down = path.join(source.folder, `${full}.down.sql`);

  await mkdir(source.folder, { recursive: true });
  // The snapshot last: without it the next run makes the same changes again, which nobody overlooks; with it alone they would
  // be lost.
  await writeWhole(down, sql.down);
  await writeWhole(up, sql.up);
  await writeWhole(snapshotFile, printSnapshot(after));
  const notes =
    before === undefined && existing.length > 0
      ? ['There are migrations, but no snapshot.json: everything is taken as new.']
      : [];
  return { name: full, files: [up, down, snapshotFile], changes, findings: lint(changes), notes };
}

/** UTC to the second; one second after the newest file when that is not older, so that a file follows those it builds on. */
function nextStamp(now: Date, existing: readonly string[]): string {
  const newest = existing.map((name) => name.slice(0, 14)).reduce((a, b) => (a > b ? a : b), '');
  const stamp = stampOf(now);
  if (stamp > newest) return stamp;
  const next = newest.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6Z');
  const time = Date.parse(next);
  // A file named by hand may bear a time that is none; then its number plus one still sorts behind it.
  return Number.isNaN(time) ? String(BigInt(newest) + 1n).padStart(14, '0') : stampOf(new Date(time + 1000));
}

function stampOf(time: Date): string {
  return time.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '');
}
