import path from 'node:path';
import type { App } from '../../core/app.ts';
import { withoutReleasedTables } from '../../core/migrate/released-tables.ts';
import { hasChanges } from '../../core/migrate/renames.ts';
import { emptySnapshot } from '../../core/migrate/shape.ts';
import { readSnapshot, SNAPSHOT_FILE } from '../../core/migrate/snapshot-file.ts';
import { projectSource } from '../../core/migrate/sources.ts';
import type { ProjectContext } from '../../core/settings.ts';

/** A warning if the models have changes without a migration; empty otherwise. */
export async function modelChangeWarnings(project: ProjectContext, app: App): Promise<string[]> {
  const file = path.join(projectSource(project.folder).folder, SNAPSHOT_FILE);
  const { before, after } = withoutReleasedTables((await readSnapshot(file)) ?? emptySnapshot, app.models.all);
  return !hasChanges(before, after)
    ? []
    : ['The models have changed. Generate a migration: npx rustio-admin migrate make'];
}
