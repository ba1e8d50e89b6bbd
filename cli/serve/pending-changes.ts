// Differences between models, migrations and tables, each reported in one line.
import path from 'node:path';
import type { App } from '../../core/app.ts';
import { withoutReleasedTables } from '../../core/migrate/released-tables.ts';
import { hasChanges } from '../../core/migrate/renames.ts';
import { emptySnapshot } from '../../core/migrate/shape.ts';
import { readSnapshot, SNAPSHOT_FILE } from '../../core/migrate/snapshot-file.ts';
import { migrationSources, projectSource } from '../../core/migrate/sources.ts';
import { loadPending } from '../../core/migrate/status.ts';
import type { ProjectContext } from '../../core/settings.ts';

/** Whether the models are ahead of their migrations. */
export async function modelsChanged(project: ProjectContext, app: App): Promise<string[]> {
  const file = path.join(projectSource(project.folder).folder, SNAPSHOT_FILE);
  const { before, after } = withoutReleasedTables((await readSnapshot(file)) ?? emptySnapshot, app.models.all);
  return !hasChanges(before, after)
    ? []
    : ['The models have changed. Generate a migration: npx rustio-admin migrate make'];
}

/** Whether the migrations are ahead of the database. */
export async function pendingMigrations(project: ProjectContext, app: App): Promise<string[]> {
  const open = await loadPending(app.database, migrationSources(project.folder, app.plugins));
  const edited = open.filter(({ state }) => state === 'edited').map(({ name }) => name);
  const pending = open.length - edited.length;
  return [
    ...(edited.length === 0
      ? []
      : [`Changed after they were applied: ${edited.join(', ')}. See: npx rustio-admin migrate status`]),
    ...(pending === 0
      ? []
      : [
          `${pending === 1 ? '1 migration is pending. Review it' : `${pending} migrations are pending. Review them`}, then run: npx rustio-admin migrate`,
        ]),
  ];
}
