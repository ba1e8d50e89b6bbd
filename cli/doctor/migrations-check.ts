import type { Check, CheckResult } from '../../core/command.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { pendingOf } from '../../core/migrate/status.ts';

/** Whether the database is what the migrations say. */
export const migrationsCheck: Check = {
  name: 'migrations',
  needs: 'database',
  async run({ app, project }): Promise<CheckResult> {
    const open = await pendingOf(app.database, migrationSources(project.folder, app.plugins));
    const edited = open.filter(({ state }) => state === 'edited');
    if (edited.length > 0) {
      return {
        status: 'failed',
        message: `Changed after they were applied: ${edited.map(({ source, name }) => `${source} ${name}`).join(', ')}.`,
        fix: 'Restore the files as they were, and make a new migration for the change.',
      };
    }
    if (open.length === 0) return { status: 'ok', message: 'All migrations are applied.' };
    return {
      status: 'failed',
      message: `Pending: ${open.map(({ source, name }) => `${source} ${name}`).join(', ')}.`,
      fix: 'Run: npx rustio-admin migrate',
    };
  },
};
