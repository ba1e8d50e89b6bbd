// What commands and checks are given to work with: as much of the application as they need, opened and closed for them.
import { boot } from '../core/boot.ts';
import type { Environment, ProjectContext } from '../core/config.ts';
import { createApp } from '../core/create-app.ts';
import { openDatabase } from '../core/database/pool.ts';
import { readEnvironment } from '../core/environment.ts';
import { createLog } from '../core/log.ts';
import type { Needs, ToolContext } from '../core/plugin.ts';
import { loadProject } from '../core/project.ts';
import { builtIn } from '../plugins/order.ts';
import { loadEnvFile } from './project-folder.ts';

/** The environment of a project, with its `.env` read. */
export function openEnvironment(folder: string): Environment {
  loadEnvFile(folder);
  return readEnvironment(folder, process.env);
}

/** The project in a folder. Its config may be broken: see `configError`. */
export async function openProject(folder: string): Promise<ProjectContext> {
  return loadProject(folder, openEnvironment(folder));
}

/** Runs `work` with what it needs, and closes everything whatever comes of it. */
export async function withTools<T>(
  folder: string,
  needs: Needs,
  work: (context: ToolContext) => Promise<T>,
): Promise<T> {
  const project = await openProject(folder);
  if (needs === 'nothing') return work({ project, app: undefined, database: undefined });
  if (project.config === undefined) throw project.configError;
  return needs === 'config' ? withConfig(project, work) : withDatabase(project, work);
}

/** An application over a pool that is never asked: pools connect on their first query. */
async function withConfig<T>(project: ProjectContext, work: (context: ToolContext) => Promise<T>): Promise<T> {
  const database = await openDatabase('postgres://this-command-has-no-database.invalid/none');
  try {
    const log = createLog(project.environment.logLevel);
    const { app } = await boot({ project, plugins: builtIn, database, log });
    return await work({ project, app, database: undefined });
  } finally {
    await database.close();
  }
}

async function withDatabase<T>(project: ProjectContext, work: (context: ToolContext) => Promise<T>): Promise<T> {
  const application = await createApp({ project, plugins: builtIn });
  try {
    return await work({ project, app: application.app, database: application.app.database });
  } finally {
    await application.close();
  }
}
