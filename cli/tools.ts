// What commands and checks are given to work with: as much of the application as they need, opened and closed for them.
import { type Booted, boot } from '../core/boot.ts';
import type { Needs, ToolContexts } from '../core/command.ts';
import type { Environment, ProjectContext } from '../core/config.ts';
import { createApp } from '../core/create-app.ts';
import { openDatabase } from '../core/database/pool.ts';
import { readEnvironment } from '../core/environment.ts';
import { createLog } from '../core/log.ts';
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

/** Runs a command with what it needs, and closes everything whatever comes of it. */
export async function withTools<N extends Exclude<Needs, 'nothing'>, T>(
  folder: string,
  needs: N,
  work: (context: ToolContexts[N]) => Promise<T>,
): Promise<T> {
  const project = await openProject(folder);
  // Each branch opens what its `needs` names.
  const run = work as (context: ToolContexts['database'] | ToolContexts['project']) => Promise<T>;
  if (needs === 'project') return run({ project });
  if (project.config === undefined) throw project.configError;
  return needs === 'config' ? withConfig(project, run) : withDatabase(project, run);
}

/** Boots a project without a database, for what is only looked at: its pools connect on their first query, which never comes. */
export async function withBooted<T>(folder: string, work: (booted: Booted) => Promise<T>): Promise<T> {
  const project = await openProject(folder);
  if (project.config === undefined) throw project.configError;
  return bootWithoutDatabase(project, work);
}

function withConfig<T>(project: ProjectContext, work: (context: ToolContexts['config']) => Promise<T>): Promise<T> {
  return bootWithoutDatabase(project, ({ app }) => work({ project, app }));
}

async function bootWithoutDatabase<T>(project: ProjectContext, work: (booted: Booted) => Promise<T>): Promise<T> {
  const database = await openDatabase('postgres://this-command-has-no-database.invalid/none');
  try {
    const log = createLog(project.environment.logLevel);
    return await work(await boot({ project, plugins: builtIn, database, log }));
  } finally {
    await database.close();
  }
}

async function withDatabase<T>(
  project: ProjectContext,
  work: (context: ToolContexts['database']) => Promise<T>,
): Promise<T> {
  const application = await createApp({ project, plugins: builtIn });
  try {
    return await work({ project, app: application.app, database: application.app.database });
  } finally {
    await application.close();
  }
}
