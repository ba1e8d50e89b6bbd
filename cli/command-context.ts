// The parts of the application that commands and checks need, opened and closed for them.

import { createLog } from '../core/base/log.ts';
import { type Booted, boot } from '../core/boot/boot.ts';
import { readEnvironment } from '../core/boot/environment.ts';
import { loadProject } from '../core/boot/project.ts';
import type { CommandContexts, Needs } from '../core/command.ts';
import type { Project } from '../core/config.ts';
import { openDatabase } from '../core/database/pool.ts';
import { createApp } from '../core/process/create-app.ts';
import type { Environment } from '../core/settings.ts';
import { builtIn } from '../plugins/built-in.ts';
import { loadEnvFile } from './project-folder.ts';

/** The environment of a project, after reading its `.env`. */
export function openEnvironment(folder: string): Environment {
  loadEnvFile(folder);
  return readEnvironment(folder, process.env);
}

/** The project in a folder. Its config may be broken: see `configError`. */
export async function openProject(folder: string): Promise<Project> {
  return loadProject(folder, openEnvironment(folder));
}

/** Runs a command with the context that it needs, and closes everything afterwards. */
export async function withContext<N extends Exclude<Needs, 'nothing'>, T>(
  folder: string,
  needs: N,
  work: (context: CommandContexts[N]) => Promise<T>,
): Promise<T> {
  const project = await openProject(folder);
  // Each branch opens the context named by `needs`.
  const run = work as (context: CommandContexts['database'] | CommandContexts['project']) => Promise<T>;
  if (needs === 'project') return run({ project });
  if (project.config === undefined) throw project.configError;
  return needs === 'config' ? withConfig(project, run) : withDatabase(project, run);
}

type DatabaseContext = CommandContexts['database'] & { readonly booted: Booted };

/** Opens a project with its database and plugins; the plugins are not started. */
export async function withApplication<T>(folder: string, work: (context: DatabaseContext) => Promise<T>): Promise<T> {
  const project = await openProject(folder);
  if (project.config === undefined) throw project.configError;
  return withDatabase(project, work);
}

/** Boots a project without a database, for inspection. Pools connect on the first query, and none is run. */
export async function withBooted<T>(folder: string, work: (booted: Booted) => Promise<T>): Promise<T> {
  const project = await openProject(folder);
  if (project.config === undefined) throw project.configError;
  return bootWithoutDatabase(project, work);
}

function withConfig<T>(project: Project, work: (context: CommandContexts['config']) => Promise<T>): Promise<T> {
  return bootWithoutDatabase(project, ({ app }) => work({ project, app }));
}

async function bootWithoutDatabase<T>(project: Project, work: (booted: Booted) => Promise<T>): Promise<T> {
  const database = await openDatabase('postgres://this-command-has-no-database.invalid/none');
  try {
    const log = createLog(project.environment.logLevel);
    return await work(await boot({ project, plugins: builtIn, database, log }));
  } finally {
    await database.close();
  }
}

async function withDatabase<T>(project: Project, work: (context: DatabaseContext) => Promise<T>): Promise<T> {
  const application = await createApp({ project, plugins: builtIn });
  const { app, booted } = application;
  try {
    return await work({ project, app, database: app.database, booted });
  } finally {
    await application.close();
  }
}
