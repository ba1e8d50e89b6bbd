// What the first start in development does by itself, so that a newcomer sees a working application: tables, rows, and
// somebody who may sign in. Production does none of it.
import type { App } from '../../core/app.ts';
import type { ProjectContext } from '../../core/config.ts';
import type { Database } from '../../core/database/pool.ts';
import { migrate } from '../../core/migrate/run.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import type { ProjectServer } from '../../core/project-database.ts';
import { commandAuditContext } from '../../plugins/auth/command-cause.ts';
import { ensureFirstAdministrator } from '../../plugins/auth/first-administrator.ts';
import { knownAdministrator } from '../../plugins/auth/known-administrator.ts';
import { seedOnce } from './seed-once.ts';
import type { SignIn } from './sign-in-lines.ts';

export interface Preparation {
  readonly project: ProjectContext;
  readonly app: App;
  readonly database: Database;
  readonly server: ProjectServer;
  readonly say: (line: string) => void;
}

/** Applies what is pending, seeds once, and makes sure of an administrator. Safe to run at every start. */
export async function prepareDevelopment({ project, app, database, server, say }: Preparation): Promise<SignIn> {
  const sources = migrationSources(project.folder, app.plugins);
  await migrate(server.ownerUrl, sources, { by: commandAuditContext().actor.name, say });
  const seeded = await seedOnce({ project, app, database, say });
  return { made: [...seeded, ...(await firstAdministrator(app, database))], known: await knownAdministrator(database) };
}

async function firstAdministrator(app: App, database: Database) {
  if (!app.plugins.some(({ name }) => name === 'auth')) return [];
  const made = await database.transaction((tx) => ensureFirstAdministrator(tx, commandAuditContext(), app.events));
  return made === undefined ? [] : [{ ...made, role: 'administrator' }];
}
