import type { App } from '../../core/app.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { loadPending } from '../../core/migrate/status.ts';
import type { ProjectContext } from '../../core/settings.ts';

/** Warnings about pending migrations and about applied migrations that were edited. */
export async function pendingMigrationWarnings(project: ProjectContext, app: App): Promise<string[]> {
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
