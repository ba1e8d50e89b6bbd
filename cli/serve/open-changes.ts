// What stands between the models and the tables, each told in one line.
import path from 'node:path';
import type { App } from '../../core/app.ts';
import type { ProjectContext } from '../../core/config.ts';
import { diff } from '../../core/migrate/diff.ts';
import { emptySnapshot } from '../../core/migrate/shape.ts';
import { snapshotOf } from '../../core/migrate/snapshot.ts';
import { readSnapshot } from '../../core/migrate/snapshot-file.ts';
import { migrationSources, projectSource } from '../../core/migrate/sources.ts';
import { pendingOf } from '../../core/migrate/status.ts';

/** Whether the models are ahead of the migrations that were made from them. */
export async function modelsChanged(project: ProjectContext, app: App): Promise<string[]> {
  const file = path.join(projectSource(project.folder).folder, 'snapshot.json');
  const before = (await readSnapshot(file)) ?? emptySnapshot;
  const changes = diff(before, snapshotOf(app.models.all));
  return changes.length === 0 ? [] : ['The models changed. Write the migration: npx rustio-admin migrate make'];
}

/** Whether the migrations are ahead of the database. */
export async function pendingMigrations(project: ProjectContext, app: App): Promise<string[]> {
  const open = await pendingOf(app.database, migrationSources(project.folder, app.plugins));
  const edited = open.filter(({ state }) => state === 'edited').map(({ name }) => name);
  const pending = open.length - edited.length;
  return [
    ...(edited.length === 0
      ? []
      : [`Changed after they were applied: ${edited.join(', ')}. See: npx rustio-admin migrate status`]),
    ...(pending === 0
      ? []
      : [
          `${pending === 1 ? '1 migration is pending. Read it' : `${pending} migrations are pending. Read them`}, then run: npx rustio-admin migrate`,
        ]),
  ];
}
