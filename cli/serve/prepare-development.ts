// What a start in development does automatically, so that the application works out of the box: it creates tables and sample
// rows, and calls `prepareDevelopment` of the plugins. None of this happens in production.

import type { App } from '../../core/app.ts';
import { debugBoot, elapsed } from '../../core/base/debug.ts';
import type { ProjectServer } from '../../core/boot/project-database.ts';
import type { Database } from '../../core/database/pool.ts';
import type { DevelopmentNotes, SeededUser } from '../../core/development.ts';
import { wrapHookError } from '../../core/errors/call-hook.ts';
import { migrate } from '../../core/migrate/run.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import type { Plugin } from '../../core/plugin.ts';
import { commandAuditContext } from '../../core/policy/actor.ts';
import type { ProjectContext } from '../../core/settings.ts';
import { seedOnce } from './seed-once.ts';

export interface Preparation {
  readonly project: ProjectContext;
  readonly app: App;
  readonly plugins: readonly Plugin[];
  readonly database: Database;
  readonly server: ProjectServer;
  readonly log: (line: string) => void;
  /** Formats a command line that works in the folder where `start` was run. */
  readonly command: (words: string) => string;
}

/** Applies pending migrations, seeds once, and calls `prepareDevelopment` of each plugin. Safe to run at every start. */
export async function prepareDevelopment(preparation: Preparation): Promise<Required<DevelopmentNotes>> {
  const { project, app, plugins, database, server, log, command } = preparation;
  const sources = migrationSources(project.folder, plugins);
  await migrate(server.ownerUrl, sources, { by: commandAuditContext().actor.name, log });
  const users = await seedOnce({ project, app, database, log });
  const notes: DevelopmentNotes[] = [];
  for (const plugin of plugins) {
    const began = performance.now();
    try {
      const note = await plugin.prepareDevelopment?.(app, { users, command });
      if (note !== undefined) notes.push(note);
      if (plugin.prepareDevelopment) debugBoot?.(`${plugin.name} prepareDevelopment ${elapsed(began)}`);
    } catch (error) {
      for (const line of linesFor(users)) log(line);
      throw wrapHookError(plugin.name, 'prepareDevelopment', error);
    }
  }
  // Prints the users created by the seed if no plugin does.
  if (notes.length === 0) notes.push({ aboveAddress: linesFor(users) });
  return {
    aboveAddress: notes.flatMap(({ aboveAddress = [] }) => aboveAddress),
    belowAddress: notes.flatMap(({ belowAddress = [] }) => belowAddress),
  };
}

function linesFor(users: readonly SeededUser[]): readonly string[] {
  return users.map(({ email, password, role }) => `${email} (${role})  ${password}`);
}
