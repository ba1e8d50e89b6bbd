import path from 'node:path';
import type pg from 'pg';
import { withPlainConnection } from '../database/plain-connection.ts';
import type { ModelInfo } from '../model/field-type.ts';
import { compare } from './compare.ts';
import { conflictsOn } from './conflicts.ts';
import { diff } from './diff.ts';
import { findDrift } from './drift.ts';
import { describeLeftOver, readFiles } from './files.ts';
import { readMigrationsTable } from './migrations-table.ts';
import { existingTables } from './read-catalogue.ts';
import { withoutReleasedTables } from './released-tables.ts';
import { hasChanges } from './renames.ts';
import { emptySnapshot } from './shape.ts';
import { readSnapshot, SNAPSHOT_FILE } from './snapshot-file.ts';
import { type MigrationSource, PROJECT_SOURCE } from './sources.ts';

/** Differences between models, snapshot and database, apart from pending and edited files. */
export interface ManagedState {
  /** Differences between the database and the migrations, one sentence each. */
  readonly drift: readonly string[];
  /** The conflicts of pending files with each other and with applied ones, one sentence each. */
  readonly conflicts: readonly string[];
  /** Squashed files of which only a part is applied, one sentence for each problem. */
  readonly incomplete: readonly string[];
  /** Whether the models differ from the snapshot, so that a migration must be generated. */
  readonly modelsChanged: boolean;
  /** What could not be compared, and why. */
  readonly notes: readonly string[];
}

/**
 * Compares the managed tables with the database. Creates temporary tables and rolls them back; locks no existing tables.
 *
 * @example
 * const { drift } = await managedState(url, migrationSources(folder, plugins), app.models.all);
 */
export async function managedState(
  url: string,
  sources: readonly MigrationSource[],
  models: readonly ModelInfo[],
): Promise<ManagedState> {
  return await withPlainConnection(url, (client) => stateOn(client, sources, models), {
    applicationName: 'rustio-admin migrate status',
  });
}

async function stateOn(
  client: pg.Client,
  sources: readonly MigrationSource[],
  models: readonly ModelInfo[],
): Promise<ManagedState> {
  const project = sources.find(({ name }) => name === PROJECT_SOURCE);
  const snapshot = project === undefined ? undefined : await readSnapshot(path.join(project.folder, SNAPSHOT_FILE));
  const files = await readFiles(sources);
  const comparison = compare(sources, files, await readMigrationsTable(client));
  const { pending, incomplete } = comparison;
  const { before, after } = withoutReleasedTables(snapshot ?? emptySnapshot, models);
  const changes = diff(before, after);
  const created = changes.flatMap((change) => (change.kind === 'createTable' ? [change.table.name] : []));
  const unmade = await existingTables(client, created);
  const { differences, skipped, unavailable } = await findDrift(client, {
    snapshot: before,
    files,
    pending: [...pending, ...incomplete.map(({ file }) => file)],
  });
  return {
    drift: [
      ...differences,
      ...unmade.map(
        (name) => `${name}: the table exists, but no migration created it. Set managed: false on its model.`,
      ),
    ],
    conflicts: await conflictsOn(client, comparison),
    incomplete: incomplete.flatMap(({ problems }) => problems),
    modelsChanged: hasChanges(before, after),
    notes: [
      ...describeLeftOver(files),
      ...(unavailable === undefined ? [] : [`The tables could not be compared with the database: ${unavailable}.`]),
      ...(skipped.length === 0 ? [] : [`Not compared because pending migrations change them: ${skipped.join(', ')}.`]),
    ],
  };
}
