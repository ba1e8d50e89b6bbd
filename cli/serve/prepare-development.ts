// What the first start in development does by itself, so that a newcomer sees a working application: tables, rows, and
// whatever the plugins prepare. Production does none of it.
import type { App } from '../../core/app.ts';
import { commandAuditContext } from '../../core/command-context.ts';
import type { ProjectContext, SeededPerson } from '../../core/config.ts';
import type { Database } from '../../core/database/pool.ts';
import type { DevelopmentNotes } from '../../core/development.ts';
import { migrate } from '../../core/migrate/run.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { failedHook } from '../../core/plugin-failure.ts';
import type { ProjectServer } from '../../core/project-database.ts';
import { seedOnce } from './seed-once.ts';

export interface Preparation {
  readonly project: ProjectContext;
  readonly app: App;
  readonly database: Database;
  readonly server: ProjectServer;
  readonly say: (line: string) => void;
  /** A command line that works where the start was typed. */
  readonly command: (words: string) => string;
}

/** Applies what is pending, seeds once, and lets each plugin prepare its part. Safe to run at every start. */
export async function prepareDevelopment(preparation: Preparation): Promise<Required<DevelopmentNotes>> {
  const { project, app, database, server, say, command } = preparation;
  const sources = migrationSources(project.folder, app.plugins);
  await migrate(server.ownerUrl, sources, { by: commandAuditContext().actor.name, say });
  const people = await seedOnce({ project, app, database, say });
  const notes: DevelopmentNotes[] = [];
  for (const plugin of app.plugins) {
    try {
      const note = await plugin.prepareDevelopment?.(app, { people, command });
      if (note !== undefined) notes.push(note);
    } catch (error) {
      for (const line of linesFor(people)) say(line);
      throw failedHook(plugin.name, 'prepareDevelopment', error);
    }
  }
  // Where no plugin reports the people whom the seed created, they are reported here.
  if (notes.length === 0) notes.push({ aboveAddress: linesFor(people) });
  return {
    aboveAddress: notes.flatMap(({ aboveAddress = [] }) => aboveAddress),
    belowAddress: notes.flatMap(({ belowAddress = [] }) => belowAddress),
  };
}

function linesFor(people: readonly SeededPerson[]): readonly string[] {
  return people.map(({ email, password, role }) => `${role}: ${email}  ${password}`);
}
